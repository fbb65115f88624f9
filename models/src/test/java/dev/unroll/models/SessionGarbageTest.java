package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellText;
import dev.unroll.models.Encoder.Attention;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A step makes no garbage once the JIT compiler has seen enough of it. */
class SessionGarbageTest extends OnBackendUnderTest {
    private static final int STEPS = 10_000;
    /** Enough for a compiler that is short of time; the first round without garbage is the last. */
    private static final int ROUNDS = 40;
    private static final int CLASSES = 9;

    static Stream<Arguments> networks() {
        return Stream.concat(forms().stream().map(cell -> Arguments.of(new Input.OneHot(7), cell)),
                Stream.of(Arguments.of(new Input.Embedding(7, 5), "lstm 20"),
                        Arguments.of(new Input.Features(5), "lstm 20")));
    }

    /** Every kind of cell with every option, those of the LSTM in every combination. */
    private static List<String> forms() {
        List<String> lstms = List.of("lstm 20");
        for (String option : List.of("peephole", "coupled", "clip 0.4", "projection 12", "no-bias")) {
            lstms = lstms.stream().flatMap(lstm -> Stream.of(lstm, lstm + " " + option)).toList();
        }
        List<String> forms = new ArrayList<>(lstms);
        for (String rnn : List.of("rnn 20", "rnn 20 relu", "rnn 20 identity", "rnn 20 sigmoid")) {
            forms.addAll(List.of(rnn, rnn + " no-bias"));
        }
        for (String gru : List.of("gru 20", "gru-reset-before 20", "gru-simplified 20")) {
            forms.addAll(List.of(gru, gru + " no-bias"));
        }
        forms.addAll(List.of("gru-layer-norm 20", "lstm-layer-norm 20"));
        return forms;
    }

    private static Network network(Input input, String cell) {
        List<String> words = List.of(cell.split(" "));
        return Network.builder(input).layer(inputSize -> CellText.read(words, inputSize))
                .layer(inputSize -> CellText.read(words, inputSize)).softmax(CLASSES).build(7, kernels);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aStepAllocatesNothing(Input input, String cell) throws ReflectiveOperationException {
        float[] features = new float[input.size()];
        float[] probabilities = new float[CLASSES];
        try (Network network = network(input, cell)) {
            Session session = network.newSession();
            assertNoGarbage(input instanceof Input.Features
                    ? _ -> session.step(features, probabilities)
                    : i -> session.step(i % input.size(), probabilities));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDecodersStepAllocatesNothing(Attention attention) throws ReflectiveOperationException {
        float[] probabilities = new float[CLASSES];
        try (Network network = Network.builder(new Input.Embedding(7, 5)).gru(20)
                .decoder(new Input.Embedding(7, 5), attention).gru(20).softmax(CLASSES).build(7, kernels)) {
            Session session = network.newSession();
            session.begin(new int[]{1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4});
            assertNoGarbage(i -> session.step(i % 7, probabilities));
        }
    }

    @Test
    void stepsAndRunsToSegmentsAllocateNothing() throws ReflectiveOperationException {
        int[] sequence = {3, 1, 4, 1, 5};
        float[][] features = {{1, 2}, {3, 4}, {5, 6}};
        float[] outputs = new float[5 * CLASSES];
        float[] featureOutputs = new float[3 * CLASSES];
        float[] output = new float[CLASSES];
        MemorySegment segment = arena.allocate((long) CLASSES * Float.BYTES);
        MemorySegment segments = arena.allocate(5L * CLASSES * Float.BYTES);
        try (Network tokens = network(new Input.OneHot(7), "lstm 20");
                Network numbers = network(new Input.Features(2), "gru 20")) {
            Session session = tokens.newSession();
            Session numeric = numbers.newSession();
            assertNoGarbage(i -> session.step(i % 7, segment));
            assertNoGarbage(_ -> numeric.step(features[0], segment));
            assertNoGarbage(_ -> session.run(sequence, outputs));
            assertNoGarbage(_ -> session.run(sequence, segments));
            assertNoGarbage(_ -> numeric.run(features, featureOutputs));
            assertNoGarbage(_ -> session.read(sequence, output));
        }
    }

    @Test
    void aSessionCostsItsStateAndAFewHundredBytes() throws ReflectiveOperationException {
        AllocatedBytes allocated = new AllocatedBytes();
        try (Network network = Network.builder(7).lstm(256).gru(100).softmax(CLASSES).build(7, kernels)) {
            Session[] sessions = new Session[1000];
            network.newSession();
            long before = allocated.now();
            for (int i = 0; i < sessions.length; i++) {
                sessions[i] = network.newSession();
            }
            long bytes = (allocated.now() - before) / sessions.length;
            int state = (2 * 256 + 100) * Float.BYTES;
            assertTrue(bytes > state && bytes < state + 400,
                    () -> "%d bytes for a state of %d".formatted(bytes, state));
        }
    }

    private static void assertNoGarbage(IntConsumer step) throws ReflectiveOperationException {
        AllocatedBytes allocated = new AllocatedBytes();
        double[] perStep = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long before = allocated.now();
            for (int i = 0; i < STEPS; i++) {
                step.accept(i);
            }
            perStep[round] = (allocated.now() - before) / (double) STEPS;
            if (perStep[round] < 0.5) {
                return;
            }
        }
        assertTrue(perStep[ROUNDS - 1] < 0.5, "bytes a step, round by round: " + Arrays.toString(perStep));
    }
}
