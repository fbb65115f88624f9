package dev.unroll.tensor;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A safetensors file is not what it should be. The message is one line, {@code FILE: fault}, whatever the file holds.
 */
public final class SafetensorsException extends IOException {
    private static final long serialVersionUID = 1;

    /** Longest piece of a file's own text that a message repeats, in characters. */
    private static final int QUOTED = 120;
    /** Longest fault, in characters. */
    private static final int LONGEST = 600;

    /**
     * A fault of a file.
     *
     * @param file the file
     * @param fault what is wrong with it, and what was wanted
     */
    public SafetensorsException(Path file, String fault) {
        super(oneLine(file, fault));
    }

    /**
     * A fault of a file that something else told of.
     *
     * @param file the file
     * @param fault what is wrong with it, and what was wanted
     * @param cause what told of it
     */
    public SafetensorsException(Path file, String fault, Exception cause) {
        super(oneLine(file, fault), cause);
    }

    /** Text of the file as messages print it: between quotes, and cut where it is long. */
    static String quote(String text) {
        return "'" + cut(text) + "'";
    }

    /** Text of the file, cut where it is long: a file does not choose how long our messages are. */
    static String cut(String text) {
        return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "...";
    }

    /** A file does not break our lines, nor does it turn their direction or colour, nor make them long. */
    private static String oneLine(Path file, String fault) {
        String line = fault.length() <= LONGEST ? fault : fault.substring(0, LONGEST) + "...";
        return (file + ": " + line).replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]+", " ");
    }
}
