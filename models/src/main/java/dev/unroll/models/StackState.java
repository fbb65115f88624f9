package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import dev.unroll.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The state of a stack: a and c of each layer, each of its ways, and each sequence of a batch. */
public final class StackState {
    private static final String FORMAT = "unroll-state";
    private static final String VERSION = "1";

    private final List<Map<Way, LayerState>> layers = new ArrayList<>();

    private StackState() {}

    /**
     * A state of zeros.
     *
     * @param stack whose state
     * @param arena owner of the memory
     * @param batch number of sequences, m
     * @return the state
     */
    public static StackState allocate(Stack stack, Arena arena, int batch) {
        StackState state = new StackState();
        for (Layer layer : stack.layers()) {
            Map<Way, LayerState> ways = new EnumMap<>(Way.class);
            for (Way way : layer.direction().ways()) {
                ways.put(way, LayerState.allocate(layer.cell(), arena, batch));
            }
            state.layers.add(ways);
        }
        return state;
    }

    /**
     * The state of one way of a layer.
     *
     * @param layer its number, from the input up
     * @param way which of its ways
     * @return a and c themselves, batch rows
     * @throws IllegalArgumentException where the layer does not go that way
     */
    public LayerState at(int layer, Way way) {
        LayerState state = layers.get(layer).get(way);
        if (state == null) {
            throw new IllegalArgumentException("state: layer %d has none that goes %s".formatted(layer, way));
        }
        return state;
    }

    /**
     * Number of layers.
     *
     * @return the count
     */
    public int size() {
        return layers.size();
    }

    /**
     * The ways of a layer.
     *
     * @param layer its number, from the input up
     * @return one or both
     */
    public Set<Way> ways(int layer) {
        return Collections.unmodifiableSet(layers.get(layer).keySet());
    }

    /**
     * The state of some sequences.
     *
     * @param from the first
     * @param count how many
     * @return a view on the same memory
     */
    public StackState rows(int from, int count) {
        StackState some = new StackState();
        for (Map<Way, LayerState> ways : layers) {
            Map<Way, LayerState> parts = new EnumMap<>(Way.class);
            ways.forEach((way, state) -> parts.put(way, state.rows(from, count)));
            some.layers.add(parts);
        }
        return some;
    }

    /** a and c of each layer, where this is the state of one sequence through such a stack, which goes forward. */
    LayerState[] ofOneStream(Stack stack) {
        boolean fits = stack.layers().size() == size();
        LayerState[] states = new LayerState[size()];
        for (int i = 0; fits && i < states.length; i++) {
            Cell cell = stack.layers().get(i).cell();
            states[i] = layers.get(i).get(Way.FORWARD);
            fits = layers.get(i).size() == 1 && states[i] != null && states[i].hidden().rows() == 1
                    && states[i].hidden().cols() == cell.hiddenSize() && states[i].memory().cols() == cell.memorySize();
        }
        if (!fits) {
            throw new IllegalArgumentException("session: a state of %s; wanted %s".formatted(shapes(tensors()),
                    shapes(allocate(stack, Arena.ofAuto(), 1).tensors())));
        }
        return states;
    }

    /** Sets all of it to zero. */
    public void clear() {
        layers.forEach(ways -> ways.values().forEach(LayerState::clear));
    }

    /**
     * Takes another state of the same shape.
     *
     * @param source what is copied
     * @throws IllegalArgumentException where it is of other layers or of another batch; nothing is copied then
     */
    public void copyFrom(StackState source) {
        Map<String, Matrix> from = source.tensors();
        Map<String, Matrix> to = tensors();
        if (!shapes(from).equals(shapes(to))) {
            throw new IllegalArgumentException(
                    "copyFrom: the state is %s; wanted %s".formatted(shapes(from), shapes(to)));
        }
        to.forEach((name, matrix) -> matrix.copyFrom(from.get(name)));
    }

    private static Map<String, String> shapes(Map<String, Matrix> tensors) {
        Map<String, String> shapes = new LinkedHashMap<>();
        tensors.forEach((name, matrix) -> shapes.put(name, matrix.shape()));
        return shapes;
    }

    private Map<String, Matrix> tensors() {
        Map<String, Matrix> tensors = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            String layer = Stack.prefix(i);
            layers.get(i).forEach((way, state) -> {
                tensors.put(layer + way.prefix() + "hidden", state.hidden());
                if (state.memory().cols() > 0) {
                    tensors.put(layer + way.prefix() + "memory", state.memory());
                }
            });
        }
        return tensors;
    }

    /**
     * Writes the state to a file, as safetensors: {@code layer0.hidden}, {@code layer0.memory}, {@code
     * layer0.reverse.hidden} and so on. The file is whole or not there at all.
     *
     * @param file where to; replaced if it is there
     * @throws IOException where it cannot be written
     */
    public void save(Path file) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", FORMAT).metadata("version", VERSION);
        tensors().forEach(writer::add);
        writer.write(file);
    }

    /**
     * Takes the state that {@link #save} wrote.
     *
     * @param file what was written
     * @throws IOException where it cannot be read, is damaged, or is the state of other layers or of another batch; this
     *     state is as it was then, unless reading itself failed
     */
    public void restore(Path file) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            if (!FORMAT.equals(reader.metadata().get("format")) || !VERSION.equals(reader.metadata().get("version"))) {
                throw new SafetensorsException(file, "it is no state: its metadata has no format=%s, version=%s"
                        .formatted(FORMAT, VERSION));
            }
            Map<String, Matrix> tensors = tensors();
            if (!reader.tensors().keySet().equals(tensors.keySet())) {
                throw new SafetensorsException(file, "it holds %s; wanted %s".formatted(reader.tensors().keySet(),
                        tensors.keySet()));
            }
            for (var tensor : tensors.entrySet()) {
                TensorInfo info = reader.info(tensor.getKey());
                List<Long> wanted = List.of((long) tensor.getValue().rows(), (long) tensor.getValue().cols());
                if (!info.shape().equals(wanted)) {
                    throw new SafetensorsException(file, "tensor '%s' has shape %s; wanted %s"
                            .formatted(tensor.getKey(), info.shape(), wanted));
                }
            }
            for (var tensor : tensors.entrySet()) {
                reader.read(tensor.getKey(), tensor.getValue().segment());
            }
        }
    }
}
