package dev.unroll.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** Memory of this process outside of the Java heap, in MB. Wants a JVM with {@code -XX:NativeMemoryTracking=summary}. */
final class NativeMemory {
    private static final Pattern OTHER = Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB\\)");
    private static final double MEGABYTE = 1e6;

    private NativeMemory() {}

    /** What arenas and direct buffers hold. */
    static double offHeap() {
        try {
            String summary = (String) ManagementFactory.getPlatformMBeanServer().invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"), "vmNativeMemory",
                    new Object[]{new String[]{"summary"}}, new String[]{String[].class.getName()});
            Matcher other = OTHER.matcher(summary);
            return other.find() ? Long.parseLong(other.group(1)) * 1024 / MEGABYTE : Double.NaN;
        } catch (JMException e) {
            throw new IllegalStateException("the JVM does not say what native memory it has", e);
        }
    }

    /** The largest that the resident memory has been. */
    static double peakResident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmHWM:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024).sum() / MEGABYTE;
    }
}
