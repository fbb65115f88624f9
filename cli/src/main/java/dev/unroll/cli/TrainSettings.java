package dev.unroll.cli;

import dev.unroll.cells.CellKind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Everything that decides what a training of the command line does: the options by name, as text. A training's file keeps
 * them, so that it can go on without being told again.
 *
 * @param values text of each option of {@link #defaults}
 */
record TrainSettings(Map<String, String> values) {
    private static final String PREFIX = "option.";

    /** The options and their defaults. */
    static SequencedMap<String, String> defaults() {
        SequencedMap<String, String> defaults = new LinkedHashMap<>();
        defaults.put("text", DefaultText.NAME);
        defaults.put("cell", "lstm");
        defaults.put("hidden", "256");
        defaults.put("layers", "1");
        defaults.put("time", "50");
        defaults.put("batch", "32");
        defaults.put("learning-rate", "0.002");
        defaults.put("clip", "5");
        defaults.put("seed", "1");
        defaults.put("validation", "0.1");
        defaults.put("steps", "2000");
        defaults.put("evaluate-every", "500");
        defaults.put("out", "model.safetensors");
        return defaults;
    }

    /** Whether another value may be given when a training goes on. */
    static boolean mayChange(String name) {
        return name.equals("steps") || name.equals("evaluate-every") || name.equals("out") || name.equals("text");
    }

    TrainSettings {
        values = Map.copyOf(values);
    }

    /** Reads them from a file's metadata; a missing one is a damaged file. */
    static TrainSettings ofNotes(String file, Map<String, String> notes) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : defaults().keySet()) {
            String value = notes.get(PREFIX + name);
            if (value == null) {
                throw new UserException("%s: it holds no training of the command line: no '%s%s'".formatted(file,
                        PREFIX, name));
            }
            values.put(name, value);
        }
        return new TrainSettings(values);
    }

    /** As a file's metadata. */
    Map<String, String> toNotes() {
        Map<String, String> notes = new LinkedHashMap<>();
        values.forEach((name, value) -> notes.put(PREFIX + name, value));
        return notes;
    }

    String text() {
        return values.get("text");
    }

    String out() {
        return values.get("out");
    }

    CellKind cell() {
        return CellKind.named(values.get("cell")).orElseThrow(
                () -> wrong("cell", "lstm, gru, gru-reset-before or rnn"));
    }

    int hidden() {
        return whole("hidden", 1, 1 << 20);
    }

    int layers() {
        return whole("layers", 1, 100);
    }

    int time() {
        return whole("time", 1, 1 << 20);
    }

    int batch() {
        return whole("batch", 1, 1 << 20);
    }

    double learningRate() {
        return number("learning-rate", Double.MIN_VALUE, 1e6, "above 0");
    }

    double clip() {
        return number("clip", Double.MIN_VALUE, Double.POSITIVE_INFINITY, "above 0");
    }

    long seed() {
        try {
            return Long.parseLong(values.get("seed"));
        } catch (NumberFormatException e) {
            throw wrong("seed", "a whole number");
        }
    }

    double validation() {
        return number("validation", 1e-9, 0.5, "above 0 and at most 0.5");
    }

    int steps() {
        return whole("steps", 1, Integer.MAX_VALUE);
    }

    int evaluateEvery() {
        return whole("evaluate-every", 1, Integer.MAX_VALUE);
    }

    /** Every value, looked at once before anything is done. */
    TrainSettings checked() {
        cell();
        hidden();
        layers();
        time();
        batch();
        learningRate();
        clip();
        seed();
        validation();
        steps();
        evaluateEvery();
        return this;
    }

    private int whole(String name, int least, int most) {
        String wanted = most == Integer.MAX_VALUE
                ? "a whole number, " + least + " or more"
                : "a whole number, %d to %d".formatted(least, most);
        try {
            int value = Integer.parseInt(values.get(name));
            if (value < least || value > most) {
                throw wrong(name, wanted);
            }
            return value;
        } catch (NumberFormatException e) {
            throw wrong(name, wanted);
        }
    }

    private double number(String name, double least, double most, String wanted) {
        try {
            double value = Double.parseDouble(values.get(name));
            if (!(value >= least && value <= most)) {
                throw wrong(name, "a number " + wanted);
            }
            return value;
        } catch (NumberFormatException e) {
            throw wrong(name, "a number " + wanted);
        }
    }

    private UserException wrong(String name, String wanted) {
        return new UserException("--%s is '%s'; wanted %s".formatted(name, values.get(name), wanted));
    }
}
