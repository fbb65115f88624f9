package dev.unroll.models;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A network that was warmed up, for JDK Flight Recorder. */
@Name("dev.unroll.WarmUp")
@Label("Network Warm-Up")
@Category("Unroll")
@Description("Steps were run until the JVM had compiled them")
@StackTrace(false)
final class WarmUpEvent extends Event {
    @Label("Steps")
    long steps;

    @Label("Step Time")
    @Description("Of the fastest twenty")
    @Timespan(Timespan.NANOSECONDS)
    long stepTime;

    /** Ends it, with the steps that were made, and nanoseconds of the fastest. */
    void end(long made, long fastest) {
        end();
        if (shouldCommit()) {
            steps = made;
            stepTime = fastest;
            commit();
        }
    }
}
