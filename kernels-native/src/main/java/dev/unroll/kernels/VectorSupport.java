package dev.unroll.kernels;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * Whether the Vector API is there and worth using, found out without touching a class of it: the incubator module must be
 * resolved, and without C2 each vector would be an object.
 */
final class VectorSupport {
    private static final String MODULE = "jdk.incubator.vector";

    private VectorSupport() {}

    static Optional<String> obstacle() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return Optional.of("the module " + MODULE + " is not there; start java with --add-modules " + MODULE + ".");
        }
        if (!VectorSupport.class.getModule().canRead(ModuleLayer.boot().findModule(MODULE).orElseThrow())) {
            return Optional.of(VectorSupport.class.getModule() + " does not read " + MODULE
                    + "; start java with --add-modules " + MODULE + ".");
        }
        if (System.getProperty("java.vm.info", "").contains("interpreted")) {
            return Optional.of("this JVM only interprets; start java without -Xint.");
        }
        if (hasManagement() && !Management.hasC2()) {
            return Optional.of("this JVM has no C2 compiler, without which vectors are slower than plain Java; start"
                    + " java without -XX:TieredStopAtLevel, -client or -XX:+UseJVMCICompiler.");
        }
        return Optional.empty();
    }

    private static boolean hasManagement() {
        return ModuleLayer.boot().findModule("jdk.management").isPresent();
    }

    /** Loaded only where the module jdk.management is there. */
    private static final class Management {
        static boolean hasC2() {
            HotSpotDiagnosticMXBean bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            if (bean == null) {
                return false;
            }
            return option(bean, "TieredStopAtLevel").map(level -> Integer.parseInt(level) == 4).orElse(true)
                    && option(bean, "CompilationMode").filter("quick-only"::equals).isEmpty()
                    && option(bean, "TieredCompilation").isPresent();
        }

        private static Optional<String> option(HotSpotDiagnosticMXBean bean, String name) {
            try {
                return Optional.of(bean.getVMOption(name).getValue());
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }
}
