package dev.unroll.models;

import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.LongSupplier;

/**
 * Bytes that this thread has taken from the heap, as the JVM counts them. Found by name, since this module does not read
 * the management modules.
 */
final class AllocatedBytes {
    private final LongSupplier count;

    AllocatedBytes() throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Class<?> bean = Class.forName("java.lang.management.ThreadMXBean");
        Class<?> extended = Class.forName("com.sun.management.ThreadMXBean");
        Object threads = Class.forName("java.lang.management.ManagementFactory").getMethod("getThreadMXBean")
                .invoke(null);
        this.count = MethodHandleProxies.asInterfaceInstance(LongSupplier.class,
                lookup.findVirtual(extended, "getCurrentThreadAllocatedBytes", MethodType.methodType(long.class))
                        .bindTo(bean.cast(threads)));
    }

    long now() {
        return count.getAsLong();
    }
}
