package dev.unroll.models;

import dev.unroll.kernels.Kernels;
import java.nio.file.Path;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A network that was read from its file, for JDK Flight Recorder. */
@Name("dev.unroll.Load")
@Label("Network Load")
@Category("Unroll")
@Description("A network was read from its file and its weights were packed")
@StackTrace(false)
final class LoadEvent extends Event {
    @Label("File")
    String file;

    @Label("Size")
    @DataAmount
    long bytes;

    @Label("Kernels")
    String kernels;

    /** Ends it. */
    void end(Path path, Kernels owner) {
        end();
        if (shouldCommit()) {
            file = path.toString();
            bytes = path.toFile().length();
            kernels = owner.toString();
            commit();
        }
    }
}
