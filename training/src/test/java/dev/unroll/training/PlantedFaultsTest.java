package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.unroll.cells.Cell;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Stack;
import dev.unroll.tensor.Matrix;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradient check finds what it is there to find: each fault is planted into a copy of the library's own source, which is
 * compiled and stands in for the original under classes that are all loaded afresh.
 */
class PlantedFaultsTest {
    /** Cases on one thread, the quickest first. */
    private static final List<StackCase> CASES = new StackCases(StackGradientsTest.SEED).all()
            .filter(run -> run.threads() == 1)
            .sorted(Comparator.comparingLong(run -> StackCases.work(run.stack(), run.lengths()))).toList();

    @TempDir
    private Path directory;

    static List<PlantedFault> faults() {
        return Stream.of(KernelFaults.activations(), KernelFaults.lstm(), KernelFaults.gru(), KernelFaults.others(),
                CellFaults.everyCell(), CellFaults.rnn(), CellFaults.gru(), CellFaults.lstm(),
                CellFaults.layerNormGru(),
                CellFaults.layerNormLstm(), CellFaults.step(), StackFaults.time(), StackFaults.layers(),
                StackFaults.dropout()).flatMap(Collection::stream).toList();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void theGradientCheckFinds(PlantedFault fault) throws IOException, ReflectiveOperationException {
        write(fault.source(), fault.plant());
        List<StackCase> cases = CASES.stream().filter(fault.concerns()).toList();
        List<String> found = check(cases);
        assertFalse(found.isEmpty(), () -> "not found by " + cases.size() + " cases of -Dunroll.seed="
                + StackGradientsTest.SEED);
        assertEquals(List.of(), found.stream().filter(distance -> !distance.startsWith("gradient of ")).toList(),
                "no fault of a derivative");
    }

    @Test
    void theSameWayTheSourcesAsTheyAreHaveNoFault() throws IOException, ReflectiveOperationException {
        for (PlantedFault.Source source : faults().stream().map(PlantedFault::source).distinct().toList()) {
            write(source, source.read());
        }
        assertEquals(List.of(), check(CASES.subList(0, CASES.size() / 3)));
    }

    private void write(PlantedFault.Source source, String text) throws IOException {
        Path file = directory.resolve("sources", source.path().getFileName().toString());
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** What the gradient check says of the cases, with the library in which the written sources take the place of its own. */
    private List<String> check(List<StackCase> cases) throws IOException, ReflectiveOperationException {
        compile();
        Object check = new FreshClasses(directory.resolve("classes"))
                .loadClass(GradientCheckFromOutside.class.getName()).getConstructor().newInstance();
        @SuppressWarnings("unchecked")
        Function<int[], List<String>> function = (Function<int[], List<String>>) check;
        return function.apply(cases.stream().mapToInt(StackCase::number).toArray());
    }

    private void compile() throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-nowarn", "-implicit:none", "-classpath",
                Stream.of(Matrix.class, Kernels.class, Cell.class, Stack.class, StackBackward.class)
                        .map(PlantedFaultsTest::home).collect(Collectors.joining(File.pathSeparator)),
                "-d", directory.resolve("classes").toString()));
        try (Stream<Path> sources = Files.list(directory.resolve("sources"))) {
            sources.map(Path::toString).forEach(arguments::add);
        }
        StringWriter messages = new StringWriter();
        PrintWriter out = new PrintWriter(messages);
        ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
        assertEquals(0, javac.run(out, out, arguments.toArray(String[]::new)), messages::toString);
    }

    /** Where a class comes from, a folder or a jar. */
    private static String home(Class<?> of) {
        try {
            return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
