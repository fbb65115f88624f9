package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.cells.CellText;
import dev.unroll.models.Direction;
import dev.unroll.models.Layer;
import dev.unroll.models.Lengths;
import dev.unroll.training.StackCases.Noise;
import dev.unroll.training.StackCases.Pattern;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The cases leave nothing out. */
class StackCasesTest {
    private static final List<StackCase> CASES = new StackCases(StackGradientsTest.SEED).all().toList();

    /** What a case has of some things, each by its name. */
    private interface Of extends Function<StackCase, Stream<String>> {}

    private static Of ofLayers(Function<Layer, String> name) {
        return run -> run.stack().layers().stream().map(name);
    }

    private static final Of FORM = ofLayers(layer -> CellText.of(layer.cell()).replaceFirst(" \\d+", " %d"));
    private static final Of DIRECTION = ofLayers(layer -> layer.direction().name());
    private static final Of NOISE = ofLayers(layer -> Arrays.stream(Noise.values())
            .filter(noise -> noise.settings().equals(layer.regularization())).findFirst().orElseThrow().name());

    private static Stream<String> patterns(StackCase run) {
        return Arrays.stream(Pattern.values()).filter(pattern -> pattern.isOf(run.lengths())).map(Pattern::name);
    }

    private static Stream<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map(Enum::name);
    }

    private static Stream<String> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(Integer::toString);
    }

    /** Wants cases with each of some things and each of others. */
    private static void assertAllMeet(Stream<String> some, Of ofSome, Stream<String> others, Of ofOthers) {
        Set<String> wanted = pairs(some, others.toList());
        Set<String> seen = CASES.stream()
                .flatMap(run -> pairs(ofSome.apply(run), ofOthers.apply(run).toList()).stream())
                .collect(Collectors.toCollection(HashSet::new));
        wanted.removeAll(seen);
        assertEquals(Set.of(), wanted, "missing");
    }

    private static Set<String> pairs(Stream<String> some, List<String> others) {
        return some.flatMap(one -> others.stream().map(other -> one + " with " + other))
                .collect(Collectors.toCollection(HashSet::new));
    }

    @Test
    void everyFormOfACellGoesEveryWay() {
        assertAllMeet(StackCases.FORMS.stream(), FORM, names(Direction.values()), DIRECTION);
    }

    @Test
    void everyFormOfACellMeetsEveryPatternOfLengths() {
        assertAllMeet(StackCases.FORMS.stream(), FORM, names(Pattern.values()), StackCasesTest::patterns);
    }

    @Test
    void everyFormOfACellMeetsEveryNoise() {
        assertAllMeet(StackCases.FORMS.stream(), FORM, names(Noise.values()), NOISE);
    }

    @Test
    void everyFormOfACellIsInStacksOfOneToThreeLayers() {
        assertAllMeet(StackCases.FORMS.stream(), FORM, numbers(1, 3),
                run -> Stream.of("" + run.stack().layers().size()));
    }

    @Test
    void everyFormOfACellIsSharedByThreads() {
        assertAllMeet(StackCases.FORMS.stream(), FORM, Stream.of("true"), run -> Stream.of("" + (run.threads() > 1)));
        assertAllMeet(Stream.of("1", "2", "3"), run -> Stream.of("" + run.threads()), names(Direction.values()),
                DIRECTION);
    }

    @Test
    void everyNoiseIsDrawnAndIsAtItsMean() {
        assertAllMeet(names(Noise.values()), NOISE, Stream.of("true", "false"),
                run -> Stream.of("" + run.noise().isPresent()));
    }

    @Test
    void everyNoiseMeetsEveryPatternOfLengthsAndEveryDirection() {
        assertAllMeet(names(Noise.values()), NOISE, names(Pattern.values()), StackCasesTest::patterns);
        assertAllMeet(names(Noise.values()), NOISE, names(Direction.values()), DIRECTION);
        assertAllMeet(names(Direction.values()), DIRECTION, names(Pattern.values()), StackCasesTest::patterns);
    }

    @Test
    void everyTimeOfOneToSixAndEveryBatchOfOneToFiveComes() {
        Function<Function<Lengths, Integer>, Of> size = of -> run -> Stream.of("" + of.apply(run.lengths()));
        assertAllMeet(numbers(1, 6), size.apply(Lengths::time), Stream.of("1"),
                run -> Stream.of("" + run.threads()));
        assertAllMeet(numbers(1, 5), size.apply(Lengths::batch), Stream.of("1"),
                run -> Stream.of("" + run.threads()));
    }

    @Test
    void someLayersAreWiderThanAVector() {
        assertAllMeet(Stream.of("rnn", "gru", "gru-reset-before", "gru-simplified", "lstm", "gru-layer-norm",
                "lstm-layer-norm"),
                ofLayers(layer -> layer.cell().units() > 16
                        ? CellText.of(layer.cell()).replaceFirst(" .*", "")
                        : "narrow"),
                Stream.of("1"), run -> Stream.of("" + run.threads()));
    }
}
