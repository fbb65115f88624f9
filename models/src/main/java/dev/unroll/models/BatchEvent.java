package dev.unroll.models;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** A batch of a {@link StreamBatcher}, for JDK Flight Recorder. */
@Name("dev.unroll.Batch")
@Label("Step Batch")
@Category("Unroll")
@Description("Steps of streams that were made as one")
@StackTrace(false)
@Threshold("10 ms")
final class BatchEvent extends Event {
    @Label("Streams")
    int streams;

    @Label("Waiting")
    @Description("Steps that waited for the next batch when this one was done")
    int waiting;

    /** Ends it, with the streams that were in the batch and the steps that wait now. */
    void end(int size, int left) {
        end();
        if (shouldCommit()) {
            streams = size;
            waiting = left;
            commit();
        }
    }
}
