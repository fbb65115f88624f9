package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.cells.CellText;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.LstmCell;
import dev.unroll.cells.Parameters;
import dev.unroll.cells.RnnCell;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.List;

import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies what calls answer that cannot be right: an exception that names the operation, what was given and what is wanted. */
class WrongCallsTest extends OnBackendUnderTest {
    private static final int HUGE = 1 << 30;
    private static final Stack STACK = Stack.forward(new LstmCell(3, 4));

    /** A call on fresh objects. */
    interface Call {
        void on(WrongCallsTest test);
    }

    private static Arguments refused(String name, Class<? extends Exception> type, String message, Call call) {
        return Arguments.of(name, type, message, call);
    }

    private static Arguments wrong(String name, String message, Call call) {
        return refused(name, IllegalArgumentException.class, message, call);
    }

    private static Arguments early(String name, String message, Call call) {
        return refused(name, IllegalStateException.class, message, call);
    }

    private StackWeights weights(Use use, InputKind kind) {
        return StackWeights.pack(STACK, kernels, arena, Parameters.allocate(arena, STACK.parameterShapes()), use, kind);
    }

    private StackRun run() {
        return new StackRun(weights(Use.INFERENCE, InputKind.DENSE), arena, 5, 2);
    }

    private StackTrace trace(InputKind kind) {
        return new StackTrace(weights(Use.TRAINING, kind), arena, 5, 2);
    }

    private Sequence sequence(int time, int batch, int feature) {
        return Sequence.allocate(arena, time, batch, feature);
    }

    static Stream<Arguments> sizes() {
        return Stream.of(
                wrong("no units", "rnn: inputSize 3, hiddenSize 0; wanted", t -> new RnnCell(3, 0)),
                wrong("negative input", "lstm: inputSize -1, hiddenSize 4; wanted", t -> new LstmCell(-1, 4)),
                wrong("gates past 2^31",
                        "lstm: inputSize 3, hiddenSize 1073741824; wanted 4\\*hiddenSize and their sum",
                        t -> new LstmCell(3, HUGE)),
                wrong("columns past 2^31", "rnn: inputSize 2147483647, hiddenSize 1; wanted",
                        t -> new RnnCell(Integer.MAX_VALUE, 1)),
                wrong("negative projection", "lstm: projection -2; wanted", t -> new LstmCell(3, 4).projection(-2)),
                wrong("projection past 2^31", "lstm: inputSize 3, hiddenSize 2147483647; wanted",
                        t -> new LstmCell(3, 4).projection(Integer.MAX_VALUE)),
                wrong("clip of 0", "lstm: clip 0.0; wanted above 0", t -> new LstmCell(3, 4).clip(0)),
                wrong("clip of NaN", "lstm: clip NaN; wanted above 0", t -> new LstmCell(3, 4).clip(Float.NaN)),
                wrong("words of no cell", "no cell is called 'tree'; wanted one of",
                        t -> CellText.read(List.of("tree", "4"), 3)),
                wrong("no layer", "stack: no layer; wanted one or more", t -> new Stack(List.of())),
                wrong("layers that do not fit", "stack: layer 1 has inputSize 5, and what is below it gives 4",
                        t -> Stack.forward(new LstmCell(3, 4), new LstmCell(5, 4))),
                wrong("layers that do not fit both ways",
                        "stack: layer 1 has inputSize 4, and what is below it gives 8",
                        t -> Stack.of(Layer.of(new LstmCell(3, 4)).direction(Direction.CONCAT),
                                Layer.of(new LstmCell(4, 4)))),
                wrong("input that does not fit", "architecture: layer 0 has inputSize 3, and what is below it gives 9",
                        t -> new Architecture(new Input.OneHot(9), STACK, new Head(Head.Kind.SOFTMAX, 4, 9))),
                wrong("head that does not fit", "architecture: head has inputSize 5, and what is below it gives 4",
                        t -> new Architecture(new Input.OneHot(3), STACK, new Head(Head.Kind.SOFTMAX, 5, 3))),
                wrong("no tokens", "one-hot input: size is 0; wanted", t -> new Input.OneHot(0)),
                wrong("no classes", "softmax: outputSize is -1; wanted", t -> new Head(Head.Kind.SOFTMAX, 4, -1)),
                wrong("dropout of 1", "regularization: dropout is 1.0; wanted",
                        t -> Regularization.NONE.dropout(1)),
                wrong("variational dropout below 0", "regularization: variationalDropout is -0.1; wanted",
                        t -> Regularization.NONE.variationalDropout(-0.1)),
                wrong("recurrent dropout of NaN", "regularization: recurrentDropout is NaN; wanted",
                        t -> Regularization.NONE.recurrentDropout(Double.NaN)),
                wrong("zoneout of 1", "regularization: zoneoutMemory is 1.0; wanted",
                        t -> Regularization.NONE.zoneout(0, 1)));
    }

    static Stream<Arguments> lengths() {
        return Stream.of(
                wrong("a length over time", "lengths: sequence 1 has length 6; wanted 0 to time, which is 5",
                        t -> Lengths.of(5, 2, 6)),
                wrong("a length below 0", "lengths: sequence 0 has length -1; wanted", t -> Lengths.of(5, -1)),
                wrong("negative time", "lengths: time -1, batch 2; wanted none negative", t -> Lengths.full(-1, 2)),
                wrong("negative batch", "lengths: time 1, batch -2; wanted none negative", t -> Lengths.full(1, -2)),
                wrong("time*batch past 2^31",
                        "lengths: time 1073741824, batch 4; wanted .* at most 2147483647 time\\*batch",
                        t -> Lengths.full(HUGE, 4)),
                wrong("time*batch past 2^31 by sequences", "lengths: time 1073741824, batch 2; wanted",
                        t -> Lengths.of(HUGE, 1, 1)));
    }

    static Stream<Arguments> runs() {
        return Stream.of(
                wrong("a run of no time", "stack: time is 0; wanted 1 or more",
                        t -> new StackRun(t.weights(Use.INFERENCE, InputKind.DENSE), t.arena, 0, 2)),
                wrong("a run of no sequences", "stack: batch is 0; wanted 1 or more",
                        t -> new StackRun(t.weights(Use.INFERENCE, InputKind.DENSE), t.arena, 5, 0)),
                wrong("a run past 2^31", "lengths: time 1073741824, batch 2; wanted",
                        t -> new StackRun(t.weights(Use.INFERENCE, InputKind.DENSE), t.arena, HUGE, 2)),
                wrong("features that do not fit", "stack: x is \\[5\\]\\[2\\]\\[4\\] .*; wanted \\[5\\]\\[2\\]\\[3\\]",
                        t -> t.run().forward(t.sequence(5, 2, 4))),
                wrong("another batch", "stack: x is \\[5\\]\\[3\\]\\[3\\] .*; wanted \\[5\\]\\[2\\]\\[3\\]",
                        t -> t.run().forward(t.sequence(5, 3, 3))),
                wrong("more time than there is", "stack: time 6, batch 2; wanted time 5 at most, batch 2",
                        t -> t.run().forward(t.sequence(6, 2, 3))),
                wrong("lengths of another time",
                        "stack: x is \\[5\\]\\[2\\]\\[3\\] for lengths .* of 4; wanted \\[4\\]",
                        t -> t.run().forward(t.sequence(5, 2, 3), Lengths.of(4, 1, 2))),
                wrong("lengths of another batch", "stack: .*batch 3; wanted .*batch 2",
                        t -> t.run().forward(t.sequence(5, 2, 3), Lengths.of(5, 1, 2, 3))),
                early("features for one-hot weights", "stack: features for weights that are packed for one-hot x",
                        t -> new StackRun(t.weights(Use.INFERENCE, InputKind.ONE_HOT), t.arena, 5, 2)
                                .forward(t.sequence(5, 2, 3))),
                early("indices for dense weights", "stack: indices for weights that are packed for dense x",
                        t -> t.trace(InputKind.DENSE).forward(new int[10], Lengths.full(5, 2), Noise.MEAN)),
                wrong("too few indices", "stack: 9 indices for lengths 2 x 5; wanted 10",
                        t -> t.trace(InputKind.ONE_HOT).forward(new int[9], Lengths.full(5, 2), Noise.MEAN)),
                refused("an index that is no input", IndexOutOfBoundsException.class, "gatherRows",
                        t -> t.trace(InputKind.ONE_HOT).forward(new int[]{0, 1, 2, 3, 0, 0, 0, 0, 0, 0},
                                Lengths.full(5, 2), Noise.MEAN)),
                wrong("the output as input", "layer run: x and y overlap; wanted memory of their own", t -> {
                    Sequence both = t.sequence(5, 2, 4);
                    LstmCell square = new LstmCell(4, 4);
                    new LayerRun(CellWeights.pack(square, kernels, t.arena,
                            Parameters.allocate(t.arena, square.parameterShapes()), Use.INFERENCE, InputKind.DENSE),
                            t.arena, both, both);
                }),
                wrong("the last output as the next input", "stack: x is the output of a run", t -> {
                    Stack square = Stack.forward(new LstmCell(4, 4));
                    StackRun run = new StackRun(StackWeights.pack(square, kernels, t.arena,
                            Parameters.allocate(t.arena, square.parameterShapes()), Use.INFERENCE, InputKind.DENSE),
                            t.arena, 5, 2);
                    run.forward(run.forward(t.sequence(5, 2, 4)));
                }),
                early("x whose memory is closed", "closed|Already closed", t -> {
                    Arena gone = Arena.ofShared();
                    Sequence x = Sequence.allocate(gone, 5, 2, 3);
                    gone.close();
                    t.run().forward(x);
                }),
                early("weights whose memory is closed", "closed|Already closed", t -> {
                    Arena gone = Arena.ofShared();
                    StackWeights weights = StackWeights.pack(STACK, kernels, gone,
                            Parameters.allocate(gone, STACK.parameterShapes()), Use.INFERENCE, InputKind.DENSE);
                    StackRun run = new StackRun(weights, t.arena, 5, 2);
                    gone.close();
                    run.forward(t.sequence(5, 2, 3));
                }),
                early("kernels that are closed", "the kernels are closed", t -> {
                    StackRun run;
                    try (Kernels own = kernels.backend().open(1)) {
                        StackWeights weights = StackWeights.pack(STACK, own, t.arena,
                                Parameters.allocate(t.arena, STACK.parameterShapes()), Use.INFERENCE, InputKind.DENSE);
                        run = new StackRun(weights, t.arena, 5, 2);
                    }
                    run.forward(t.sequence(5, 2, 3));
                }),
                refused("memory of one thread for a team", WrongThreadException.class, "belongs to one thread", t -> {
                    try (Kernels team = kernels.backend().open(2); Arena own = Arena.ofConfined()) {
                        StackWeights weights = StackWeights.pack(STACK, team, t.arena,
                                Parameters.allocate(t.arena, STACK.parameterShapes()), Use.INFERENCE, InputKind.DENSE);
                        new StackRun(weights, t.arena, 5, 2).forward(Sequence.allocate(own, 5, 2, 3));
                    }
                }),
                early("rows before any run", "stack: nothing has been run yet",
                        t -> t.trace(InputKind.DENSE).schedule()),
                early("output before any run", "stack: nothing has been run yet",
                        t -> t.trace(InputKind.DENSE).output()),
                wrong("weights that are missing", "parameters: no 'layer0.weight' among",
                        t -> StackWeights.pack(STACK, kernels, t.arena,
                                Parameters.allocate(t.arena, List.of(new Parameters.Shape("layer0.bias", 1, 16))),
                                Use.INFERENCE, InputKind.DENSE)),
                wrong("weights of another shape", "parameters: layer0.weight is 16x8; wanted 16x7",
                        t -> StackWeights.pack(STACK, kernels, t.arena,
                                Parameters.allocate(t.arena, Stack.forward(new LstmCell(4, 4)).parameterShapes()),
                                Use.INFERENCE, InputKind.DENSE)),
                wrong("a way that the layer does not go", "weights: layer 0 goes FORWARD, not BACKWARD",
                        t -> t.weights(Use.INFERENCE, InputKind.DENSE).cell(0, Way.BACKWARD)));
    }

    static Stream<Arguments> states() {
        return Stream.of(
                wrong("a state that goes another way", "state: layer 0 has none that goes BACKWARD",
                        t -> t.run().state().at(0, Way.BACKWARD)),
                refused("a state of a layer that is not there", IndexOutOfBoundsException.class, "",
                        t -> t.run().state().at(1, Way.FORWARD)),
                wrong("a state of another batch", "copyFrom: the state is .*3x4.*; wanted .*2x4",
                        t -> t.run().state().copyFrom(StackState.allocate(STACK, t.arena, 3))),
                wrong("a state of other layers", "copyFrom: the state is .*; wanted",
                        t -> t.run().state().copyFrom(
                                StackState.allocate(Stack.forward(CellKind.GRU.cell(3, 4)), t.arena, 2))),
                wrong("a session's state of another batch", "session: a state of .*2x4.*; wanted .*1x4.*", t -> {
                    try (Network network = network(new Input.OneHot(3), CellKind.LSTM, 3, 4)) {
                        network.newSession().save(StackState.allocate(network.architecture().stack(), t.arena, 2));
                    }
                }),
                refused("steps of a network that reads backward", UnsupportedOperationException.class,
                        "newSession: a layer goes backward in time", t -> {
                            try (Network network = Network.builder(3).lstm(4).bidirectional().softmax(3).build(1,
                                    kernels)) {
                                network.newSession();
                            }
                        }),
                early("an option of no layer", "builder: an option of a layer, and none was added just before",
                        t -> Network.builder(3).dropout(0.5)),
                early("an option behind the head", "builder: an option of a layer, and none was added just before",
                        t -> Network.builder(3).lstm(4).softmax(3).bidirectional()),
                wrong("a cell for another input", "builder: .*inputSize=7.*, and what is below it gives 3",
                        t -> Network.builder(3).layer(inputSize -> new LstmCell(7, 4))),
                early("a layer behind the head", "builder: a layer after the head; wanted every layer before it",
                        t -> Network.builder(3).lstm(4).softmax(3).lstm(4)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"sizes", "lengths", "runs", "states"})
    void isRefused(String name, Class<? extends Exception> type, String message, Call call) {
        Executable executable = () -> call.on(this);
        String actual = String.valueOf(assertThrows(type, executable).getMessage());
        assertTrue(Pattern.compile(message).matcher(actual).find(), name + ": " + actual);
    }

    @Test
    void aRunThatWasRefusedLeavesStateAndOutputAsTheyWere() {
        StackRun run = run();
        Sequence x = sequence(5, 2, 3);
        x.asMatrix().fill(0.5f);
        float[] y = run.forward(x).asMatrix().toArray();
        float[] state = run.state().at(0, Way.FORWARD).hidden().toArray();
        assertThrows(IllegalArgumentException.class, () -> run.forward(sequence(5, 2, 4)));
        assertArrayEquals(state, run.state().at(0, Way.FORWARD).hidden().toArray(), 0);
        run.state().clear();
        assertArrayEquals(y, run.forward(x).asMatrix().toArray(), 0);
    }

    @Test
    void twoThreadsInOneRunAreToldApart() throws InterruptedException {
        StackRun run = new StackRun(weights(Use.INFERENCE, InputKind.DENSE), arena, 200, 20);
        Sequence x = sequence(200, 20, 3);
        int[] refusals = new int[4];
        Thread[] threads = new Thread[refusals.length];
        for (int i = 0; i < threads.length; i++) {
            int own = i;
            threads[i] = new Thread(() -> {
                for (int round = 0; round < 30; round++) {
                    try {
                        run.forward(x);
                    } catch (IllegalStateException e) {
                        assertTrue(e.getMessage().startsWith("stack: another thread is in this run"), e.getMessage());
                        refusals[own]++;
                    }
                }
            });
        }
        for (Thread thread : threads) {
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Matrix before = Matrix.allocate(arena, 20, 4);
        before.copyFrom(run.state().at(0, Way.FORWARD).hidden());
        run.forward(x);
        for (float value : before.toArray()) {
            assertTrue(Math.abs(value) <= 1, "the state is whole: " + value);
        }
    }
}
