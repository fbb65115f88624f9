package dev.unroll.cli;

import dev.unroll.training.RateSchedule;
import java.util.Arrays;
import java.util.List;

/** A schedule of the learning rate in words: {@code warm-up 200 cosine 5000 0.1}. */
final class ScheduleText {
    /** What there is, for help and messages. */
    static final String WANTED = "constant, step STEPS FACTOR, exponential STEPS FACTOR, cosine STEPS [LEAST], plateau FACTOR"
            + " EVALUATIONS, or warm-up STEPS and one of these";

    private ScheduleText() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException where it is none; the message says what is wrong with it
     */
    static RateSchedule read(String text) {
        List<String> words = List.of(text.strip().split("\\s+", -1));
        if (words.getFirst().equals("warm-up") && words.size() > 2) {
            return schedule(words.subList(2, words.size())).warmUp(whole(words.get(1)));
        }
        return schedule(words);
    }

    private static RateSchedule schedule(List<String> words) {
        return switch (Arrays.asList(words.getFirst(), words.size() - 1).toString()) {
            case "[constant, 0]" -> new RateSchedule.Constant();
            case "[step, 2]" -> new RateSchedule.Step(whole(words.get(1)), number(words.get(2)));
            case "[exponential, 2]" -> new RateSchedule.Exponential(whole(words.get(1)), number(words.get(2)));
            case "[cosine, 1]" -> new RateSchedule.Cosine(whole(words.get(1)), 0);
            case "[cosine, 2]" -> new RateSchedule.Cosine(whole(words.get(1)), number(words.get(2)));
            case "[plateau, 2]" -> new RateSchedule.ReduceOnPlateau(number(words.get(1)), count(words.get(2)));
            default -> throw new IllegalArgumentException("wanted " + WANTED);
        };
    }

    private static long whole(String word) {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'%s' is no whole number; wanted %s".formatted(word, WANTED), e);
        }
    }

    private static int count(String word) {
        return Math.clamp(whole(word), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static double number(String word) {
        try {
            return Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'%s' is no number; wanted %s".formatted(word, WANTED), e);
        }
    }
}
