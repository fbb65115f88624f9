package dev.unroll.cli;

import java.util.Map;

/**
 * Options as text, and as what they mean, or a sentence that names the option, what was given and what is wanted.
 *
 * @param values text by name
 */
record OptionText(Map<String, String> values) {
    OptionText {
        values = Map.copyOf(values);
    }

    String text(String name) {
        return values.get(name);
    }

    /** A whole number from least to most; the most there is has no end in the message. */
    int whole(String name, int least, int most) {
        return whole(name, least, most, most == Integer.MAX_VALUE
                ? "a whole number, " + least + " or more"
                : "a whole number, %d to %d".formatted(least, most));
    }

    int whole(String name, int least, int most, String wanted) {
        try {
            int value = Integer.parseInt(text(name));
            if (value < least || value > most) {
                throw wrong(name, wanted);
            }
            return value;
        } catch (NumberFormatException e) {
            throw wrong(name, wanted);
        }
    }

    long wholeLong(String name) {
        try {
            return Long.parseLong(text(name));
        } catch (NumberFormatException e) {
            throw wrong(name, "a whole number");
        }
    }

    double number(String name, double least, double most, String wanted) {
        try {
            double value = Double.parseDouble(text(name));
            if (!(value >= least && value <= most)) {
                throw wrong(name, "a number " + wanted);
            }
            return value;
        } catch (NumberFormatException e) {
            throw wrong(name, "a number " + wanted);
        }
    }

    boolean truth(String name) {
        return switch (text(name)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(name, "true or false");
        };
    }

    /** 0 or more and below 1. */
    double fraction(String name) {
        return number(name, 0, Math.nextDown(1.0), "of 0 or more and below 1");
    }

    UserException wrong(String name, String wanted) {
        return new UserException("--%s is '%s'; wanted %s".formatted(name, text(name), wanted));
    }
}
