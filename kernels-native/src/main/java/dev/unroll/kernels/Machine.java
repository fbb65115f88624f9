package dev.unroll.kernels;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringJoiner;

/**
 * What times are good for.
 *
 * @param processor name and model of the processor, as far as the system tells
 * @param java version of the JVM
 * @param vectors the backend of vectors in its own words
 * @param openblas the library in its own words
 */
record Machine(String processor, String java, String vectors, String openblas) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    /** This machine; both backends open. */
    static Machine withOpenblas() {
        return without(Backend.OPENBLAS.description());
    }

    /** This machine without a look at OpenBLAS, which would load it: that is taken from the caller. */
    static Machine without(String openblas) {
        return new Machine(thisProcessor(), System.getProperty("java.vm.version", "unknown"),
                Backend.VECTOR.description(),
                openblas);
    }

    private static String thisProcessor() {
        StringJoiner words = new StringJoiner(" ");
        words.add(System.getProperty("os.arch", "unknown"));
        String identifier = System.getenv("PROCESSOR_IDENTIFIER");
        if (identifier != null) {
            words.add(identifier);
        }
        // The first processor's lines: a virtual machine's name alone says little, and speed or number change.
        try (BufferedReader lines = Files.newBufferedReader(CPU_INFO, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null && !line.isBlank(); line = lines.readLine()) {
                String[] pair = line.split(":", 2);
                switch (pair[0].strip()) {
                    case "model name", "cpu family", "model", "stepping", "CPU implementer", "CPU part" ->
                        words.add(pair[pair.length - 1].strip());
                    default -> {
                        // Not what decides about speed.
                    }
                }
            }
        } catch (IOException e) {
            // Other systems have no such file; the rest of the header tells machines apart.
            return words.toString();
        }
        return words.toString();
    }
}
