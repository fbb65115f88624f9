package dev.unroll.training;

import dev.unroll.models.StackState;
import dev.unroll.models.Way;
import dev.unroll.training.RateSchedule.Plateau;
import java.util.Arrays;

/** All that a training goes on from, in a few characters: two that have the same go on to the same bits. */
record Fingerprint(Training.Position position, Training.Best best, Plateau plateau, String sum) {
    static Fingerprint of(Training training) {
        Checksum sum = new Checksum();
        training.parameters().asMap().values().forEach(sum::add);
        training.optimizer().moments().forEach(moment -> moment.asMap().values().forEach(sum::add));
        sum.add(training.optimizer().steps());
        StackState state = training.unrolled().state();
        for (int i = 0; i < state.size(); i++) {
            for (Way way : state.ways(i)) {
                sum.add(state.at(i, way).hidden()).add(state.at(i, way).memory());
            }
        }
        Span span = training.unrolled().span();
        sum.add(Arrays.stream(span.tokens()).asLongStream().toArray());
        sum.add(Arrays.stream(span.lengths()).asLongStream().toArray());
        return new Fingerprint(training.position(), training.best(), training.plateau(), sum.toString());
    }
}
