package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.cells.LstmCell;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Specifies the state of a stack and its file. */
class StackStateTest extends OnBackendUnderTest {
    private static final Stack STACK = Stack.of(Layer.of(new LstmCell(3, 4)).direction(Direction.SUM),
            Layer.of(CellKind.GRU.cell(4, 2)));

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("state.safetensors");
    }

    private StackState state(Stack stack, int batch, float value) {
        StackState state = StackState.allocate(stack, arena, batch);
        for (int i = 0; i < state.size(); i++) {
            for (Way way : state.ways(i)) {
                state.at(i, way).hidden().fill(value);
                state.at(i, way).memory().fill(value + 1);
            }
        }
        return state;
    }

    @Test
    void itsFileIsTheDocumentedOne() throws IOException {
        state(STACK, 2, 0.5f).save(file);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertEquals(Set.of("layer0.hidden", "layer0.memory", "layer0.reverse.hidden", "layer0.reverse.memory",
                    "layer1.hidden"), reader.tensors().keySet());
            assertArrayEquals(new float[]{1.5f, 1.5f, 1.5f, 1.5f, 1.5f, 1.5f, 1.5f, 1.5f},
                    reader.floats("layer0.reverse.memory"));
        }
    }

    private void refused(Stack stack, int batch, String message) {
        StackState state = state(stack, batch, 7);
        String actual = assertThrows(SafetensorsException.class, () -> state.restore(file)).getMessage();
        assertTrue(actual.contains(message), actual);
        assertEquals(7, state.at(0, Way.FORWARD).hidden().get(0, 0), "the state is as it was");
    }

    @Test
    void anotherStatesFileIsRefusedAndLeavesTheState() throws IOException {
        state(STACK, 2, 0.5f).save(file);
        refused(STACK, 3, "tensor 'layer0.hidden' has shape [2, 4]; wanted [3, 4]");
        refused(Stack.forward(new LstmCell(3, 4)), 2, "wanted [layer0.hidden, layer0.memory]");
    }

    @Test
    void aFileThatIsNoStateIsRefused() throws IOException {
        new SafetensorsWriter().metadata("format", "unroll-network").add("layer0.hidden", new float[8], 2, 4)
                .write(file);
        refused(STACK, 2, "it is no state: its metadata has no format=unroll-state, version=1");
    }

    @Test
    void aSessionGoesOnInAnotherFromItsState() {
        float[] wanted = new float[3];
        float[] ours = new float[3];
        try (Network network = Network.builder(3).lstm(5).gru(4).zoneout(0.2, 0).softmax(3).build(3, kernels)) {
            Session session = network.newSession();
            session.step(1, wanted);
            session.step(2, wanted);
            StackState state = StackState.allocate(network.architecture().stack(), arena, 1);
            session.save(state);
            session.step(0, wanted);
            Session other = network.newSession();
            other.restore(state);
            other.step(0, ours);
            assertArrayEquals(wanted, ours, 0);
            session.restore(state);
            session.step(0, ours);
            assertArrayEquals(wanted, ours, 0);
        }
    }
}
