package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What a service has to ship, and how long it is from the start of a JVM to its first step; JVMs of all sides take turns. */
final class StartComparison {
    private static final int HIDDEN = 256;
    private static final long SEED = 1;
    private static final List<String> VECTORS = List.of("--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED");
    private static final List<String> NO_VECTORS = List.of("--enable-native-access=ALL-UNNAMED");

    private final Plan plan;
    private final Report report;

    StartComparison(Plan plan, Report report) {
        this.plan = plan;
        this.report = report;
    }

    void run() throws IOException {
        Path folder = Files.createTempDirectory("unroll-start");
        try {
            run(folder);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void run(Path folder) throws IOException {
        List<Path> service = Startup.jars("tensor-core", "kernels-native", "cells", "models", "jackson-core");
        List<Path> openblas = Startup.jars("javacpp", "openblas");
        sizes(service, openblas);
        List<Startup> sides = new ArrayList<>();
        LayerOperands operands = LayerOperands.ofStream(new LayerCase(plan.starts().getFirst(), 1, 1, HIDDEN), SEED);
        String model = write(folder, operands).toString();
        List<Path> both = Stream.concat(service.stream(), openblas.stream()).toList();
        for (Network.Start start : Network.Start.values()) {
            List<String> arguments = List.of(model, start.name());
            String how = ", " + start.name().toLowerCase(Locale.ROOT);
            sides.add(ours("vector" + how, VECTORS, service, arguments));
            sides.add(ours("openblas, no vectors" + how, NO_VECTORS, both, arguments));
            sides.add(ours("plain Java" + how, NO_VECTORS, service, arguments));
        }
        ServiceLoader.load(PeerRuntime.class).forEach(peer -> peer.startup(operands, folder).ifPresent(sides::add));
        for (Startup side : List.copyOf(sides)) {
            Path cache = folder.resolve(sides.size() + ".aot");
            if (side.isOfJars()) {
                side.writeCache(cache);
                sides.add(side.withCache(cache));
            }
        }
        race(sides);
    }

    private static Startup ours(String name, List<String> options, List<Path> jars, List<String> arguments) {
        return new Startup(name, options, jars, FirstStep.class.getName(), arguments);
    }

    private static Path write(Path folder, LayerOperands operands) throws IOException {
        Path file = folder.resolve("network.safetensors");
        try (Kernels kernels = Backend.SCALAR.open(1);
                Network network = UnrollStep.network(operands.shape(), operands.weights(), kernels)) {
            network.save(file);
        }
        return file;
    }

    private void sizes(List<Path> service, List<Path> openblas) throws IOException {
        report.heading("What a service ships, KB");
        report.table(List.of("KB", "jars"));
        size("Unroll", service);
        size("OpenBLAS besides", openblas);
        List<Path> onnx = Startup.jars("onnxruntime");
        if (!onnx.isEmpty()) {
            size("ONNX Runtime", onnx);
        }
        report.endTable();
    }

    private void size(String what, List<Path> jars) throws IOException {
        report.row(List.of(Numbers.rate(Startup.bytes(jars) / 1e3), what + ": "
                + String.join(", ", jars.stream().map(jar -> jar.getFileName().toString()).toList())));
    }

    private void race(List<Startup> sides) throws IOException {
        report.heading("From the start of java to the first step, %s H=%d I=%d".formatted(plan.starts().getFirst(),
                HIDDEN, HIDDEN));
        Map<Startup, List<Startup.Times>> times = new LinkedHashMap<>();
        for (int round = 0; round < plan.pace().rounds(); round++) {
            for (int i = 0; i < sides.size(); i++) {
                Startup side = sides.get((round + i) % sides.size());
                times.computeIfAbsent(side, _ -> new ArrayList<>()).add(side.run());
            }
        }
        report.table(List.of("ms", "least..most", "that step µs", "later µs", "side"));
        for (Startup side : sides) {
            Timing first = timing(times.get(side), t -> t.first() * 1e6);
            report.row(List.of(Numbers.rate(first.median() / 1e6),
                    Numbers.rate(first.least() / 1e6) + ".." + Numbers.rate(first.most() / 1e6),
                    Numbers.micros(timing(times.get(side), t -> t.step() * 1e3)),
                    Numbers.micros(timing(times.get(side), t -> t.later() * 1e3)), side.name()));
            report.add(new Report.Figure("start", "H=" + HIDDEN, side.name(), 1, first,
                    first.rate(1), "start"));
        }
        report.endTable();
        report.say(
                "Medians of %d JVMs each. cold: loaded, and stepped at once; warm: after Network.warmUp, at full speed;"
                        .formatted(plan.pace().rounds())
                        + " later: the median of the 200 steps behind the first; AOT cache: -XX:AOTCache, written by a run before.");
    }

    private static Timing timing(List<Startup.Times> times, ToDoubleFunction<Startup.Times> nanos) {
        return Timing.of(times.stream().mapToDouble(nanos).toArray());
    }
}
