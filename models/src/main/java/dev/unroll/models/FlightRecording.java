package dev.unroll.models;

import java.util.Optional;
import java.util.function.Supplier;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;

/** Events for JDK Flight Recorder, where it is there: its classes alone take a JVM that records nothing a tenth of a second. */
final class FlightRecording {
    private FlightRecording() {}

    /** Begins an event, if anybody records. */
    static <E extends Event> Optional<E> begin(Supplier<E> make) {
        if (!FlightRecorder.isInitialized()) {
            return Optional.empty();
        }
        E event = make.get();
        event.begin();
        return Optional.of(event);
    }
}
