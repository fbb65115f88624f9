package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.unroll.cells.CellKind;
import dev.unroll.models.Network;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import dev.unroll.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no checkpoint of the training at hand is an {@link IOException} that names the file. */
class DamagedCheckpointTest extends OnBackendUnderTest {
    /** Two streams of 17 tokens: windows of 4, 4, 4, 4 and 1. */
    private static final int[] TOKENS = ToyText.random(1, 36);

    @TempDir
    private Path directory;
    private Path file;
    private Network network;
    private Trainer trainer;
    private Training training;

    /** After three steps two windows of four are kept, for the next to go back through. */
    @BeforeEach
    void saveASoundOne() throws IOException {
        file = directory.resolve("checkpoint.safetensors");
        network = ToyText.network(CellKind.LSTM, 3, kernels, 7);
        trainer = Trainer.of(network).optimizer(Adam.of(0.01)).truncatedBptt(4, 12).batch(2).clipNorm(1);
        training = trainer.start(TOKENS);
        for (int i = 0; i < 3; i++) {
            training.step();
        }
        training.save(file, Map.of());
    }

    @AfterEach
    void close() {
        training.close();
        network.close();
    }

    /** Checks that the training refuses the file in one line that begins with its name; returns the rest of it. */
    private String refusal(Training other) {
        String message = assertThrows(SafetensorsException.class, () -> other.restore(file)).getMessage();
        assertTrue(message.startsWith(file + ": "), message);
        assertEquals(1, message.lines().count(), message);
        return message.substring(file.toString().length() + 2);
    }

    private String refusal(UnaryOperator<Trainer> change) {
        try (Training other = change.apply(trainer).start(TOKENS)) {
            return refusal(other);
        }
    }

    @Test
    void theSoundOneIsTaken() throws IOException {
        training.step();
        training.restore(file);
        assertEquals(3, training.steps());
    }

    @Test
    void otherSettingsAreRefused() {
        String saved = "CrossEntropy[smoothing=0.0, ignored=-1, reduction=MEAN], Adam[rate=0.01, beta1=0.9, beta2=0.999,"
                + " epsilon=1.0E-8], Constant[], k1 4, k2 12, Clipping[norm=1.0, value=Infinity], 1 replicas, seed 1,"
                + " batches of 2 sequences of up to 17 steps, 1 an epoch";
        assertEquals("its settings are %s; this training's are %s".formatted(saved, saved.replace("0.01", "0.02")),
                refusal(t -> t.optimizer(Adam.of(0.02))));
        refusal(t -> t.optimizer(Sgd.of(0.01)));
        refusal(t -> t.schedule(new RateSchedule.Cosine(10, 0)));
        refusal(t -> t.loss(new Loss.CrossEntropy(Loss.Reduction.SUM)));
        refusal(t -> t.truncatedBptt(4, 11));
        refusal(t -> t.truncatedBptt(3, 12));
        refusal(t -> t.batch(1));
        refusal(t -> t.replicas(2));
        refusal(t -> t.clipNorm(2));
        refusal(t -> t.clipValue(2));
        refusal(t -> t.seed(2));
    }

    @Test
    void anotherArchitectureIsRefused() {
        for (Network other : new Network[]{ToyText.network(CellKind.LSTM, 3, kernels, 8),
                ToyText.network(CellKind.GRU, 3, kernels, 7), ToyText.network(CellKind.LSTM, 3, kernels, 7, 7)}) {
            try (other;
                    Training wrong = Trainer.of(other).optimizer(trainer.optimizer()).bptt(trainer.bptt().orElseThrow())
                            .batch(trainer.batch().orElseThrow())
                            .clipping(trainer.clipping()).start(TOKENS)) {
                assertTrue(refusal(wrong).startsWith("it trains "));
            }
        }
    }

    @Test
    void aNetworkWithoutATrainingIsRefused() throws IOException {
        network.save(file);
        assertEquals("it is a network, but holds no training to resume", refusal(training));
    }

    @Test
    void anotherFileIsRefused() throws IOException {
        new SafetensorsWriter().add("w", new float[2], 2).write(file);
        refusal(training);
        Files.writeString(file, "no safetensors");
        refusal(training);
        Files.delete(file);
        refusal(training);
    }

    @Test
    void aTextOfAnotherLengthIsRefused() {
        try (Training shorter = trainer.start(Arrays.copyOf(TOKENS, 25))) {
            assertTrue(refusal(shorter).startsWith("its settings are "));
        }
    }

    /** Rewrites the checkpoint with another tensor in the place of one, and the checksum that it has then. */
    private void replaceAndSeal(String name, Object values, long... shape) throws IOException {
        replace(name, values, shape);
        Checksum sum = new Checksum();
        SafetensorsWriter writer = new SafetensorsWriter();
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            new TreeMap<>(reader.metadata()).forEach((key, value) -> {
                if (!key.equals("checksum")) {
                    sum.add(key).add(value);
                    writer.metadata(key, value);
                }
            });
            for (TensorInfo info : new TreeMap<>(reader.tensors()).values()) {
                sum.add(info.name());
                long[] sizes = info.shape().stream().mapToLong(Long::longValue).toArray();
                switch (info.dtype()) {
                    case F32 -> {
                        Matrix matrix = Matrix.allocate(arena, (int) sizes[0], (int) sizes[1]);
                        reader.read(info.name(), matrix.segment());
                        sum.add(matrix);
                        writer.add(info.name(), matrix);
                    }
                    case F64 -> {
                        sum.add(reader.doubles(info.name()));
                        writer.add(info.name(), reader.doubles(info.name()), sizes);
                    }
                    default -> {
                        sum.add(reader.longs(info.name()));
                        writer.add(info.name(), reader.longs(info.name()), sizes);
                    }
                }
            }
        }
        writer.metadata("checksum", sum.toString()).write(file);
    }

    /** Rewrites the checkpoint with another tensor in the place of one, or without it. */
    private void replace(String name, Object values, long... shape) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            reader.metadata().forEach(writer::metadata);
            Map<String, TensorInfo> others = new LinkedHashMap<>(reader.tensors());
            others.remove(name);
            for (TensorInfo info : others.values()) {
                long[] sizes = info.shape().stream().mapToLong(Long::longValue).toArray();
                switch (info.dtype()) {
                    case F32 -> writer.add(info.name(), reader.floats(info.name()), sizes);
                    case I64 -> writer.add(info.name(), reader.longs(info.name()), sizes);
                    case F64 -> writer.add(info.name(), reader.doubles(info.name()), sizes);
                    default -> fail(info.toString());
                }
            }
        }
        switch (values) {
            case float[] floats -> writer.add(name, floats, shape);
            case long[] longs -> writer.add(name, longs, shape);
            case null, default -> {
            }
        }
        writer.write(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"layer0.weight", "optimizer.m.layer0.bias", "optimizer.v.head.weight", "state.layer0.a",
            "state.layer0.c", "state.tokens", "state.x", "state.lengths", "position", "evaluations"})
    void aMissingTensorIsNamed(String name) throws IOException {
        replace(name, null);
        assertTrue(refusal(training).startsWith("holds no tensor '%s'".formatted(name)));
    }

    @Test
    void aTensorOfAnotherShapeIsNamed() throws IOException {
        replace("state.layer0.c", new float[14], 7, 2);
        assertEquals("tensor 'state.layer0.c' has shape [7, 2]; wanted 2x7", refusal(training));
    }

    @Test
    void aTensorOfAnotherTypeIsNamed() throws IOException {
        replace("state.layer0.c", new long[14], 2, 7);
        assertTrue(refusal(training).startsWith("tensor 'state.layer0.c' is I64; wanted "));
        replace("state.layer0.c", new float[14], 2, 7);
        replace("position", new float[4], 4);
        assertTrue(refusal(training).startsWith("tensor 'position' is F32; wanted "));
    }

    private String refusalOfPosition(long... position) throws IOException {
        replaceAndSeal("position", position, position.length);
        return refusal(training);
    }

    /** Steps, batch, first step of the next window, skipped, in a row, the optimiser's steps, kept steps. */
    @Test
    void aPositionThatCannotBeIsRefused() throws IOException {
        for (long[] position : new long[][]{{3, 0, 12, 0, 0, 3}, {3, 0, 12, 0, 0, 3, 8, 0}, {-1, 0, 12, 0, 0, 3, 8},
                {3, -1, 12, 0, 0, 3, 8}, {3, 0, 17, 0, 0, 3, 8}, {3, 0, -4, 0, 0, 3, 8}, {3, 0, 12, -1, 0, 3, 8},
                {3, 0, 12, 0, 1L << 32, 3, 8}, {3, 0, 12, 0, 0, -1, 8}, {3, 0, 12, 0, 0, 3, -1},
                {3, 0, 12, 0, 0, 3, 9}, {3, 0, 12, 0, 0, 3, 12}, {3, 0, 12, 0, 0, 3, 1L << 32},
                {3, 0, 0, 0, 0, 3, 8}}) {
            String refusal = refusalOfPosition(position);
            assertTrue(refusal.contains("position " + Arrays.toString(position)), refusal);
        }
    }

    /** Its next window would not fit behind what is kept. */
    @Test
    void moreKeptStepsThanTheNextWindowLeavesRoomForAreRefused() throws IOException {
        replaceAndSeal("state.tokens", new long[24], 24);
        assertEquals("its position [3, 0, 12, 0, 0, 3, 12] is none of this data",
                refusalOfPosition(3, 0, 12, 0, 0, 3, 12));
    }

    @Test
    void lengthsOfOtherSequencesAreRefused() throws IOException {
        for (long[] lengths : new long[][]{{8}, {8, 8, 8}, {8, 9}, {-1, 8}}) {
            replaceAndSeal("state.lengths", lengths, lengths.length);
            assertEquals("its kept steps do not fit its position [3, 0, 12, 0, 0, 3, 8], batch 2", refusal(training));
        }
    }

    @Test
    void aFlippedBitAnywhereIsRefusedAndLeavesTheTrainingAsItIs() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Weights before = Weights.of(training.parameters());
        long seed = Long.getLong("unroll.seed", 20261122);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);
            refusal(training);
            before.assertSame(training.parameters());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, ToyText.TOKENS, Integer.MAX_VALUE, 1L << 32, Long.MIN_VALUE})
    void aTokenThatIsNoneOfTheNetworksIsRefused(long token) throws IOException {
        long[] tokens = new long[16];
        tokens[9] = token;
        replaceAndSeal("state.tokens", tokens, tokens.length);
        refusal(training);
    }

    @Test
    void noPrefixIsTaken() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += length < 16 ? 1 : 41) {
            Files.write(file, Arrays.copyOf(whole, length));
            refusal(training);
        }
    }

    @Test
    void damageInTheHeaderIsRefusedOrLeavesATraining() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        int header = whole.length;
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (TensorInfo info : reader.tensors().values()) {
                header -= Math.toIntExact(info.byteSize());
            }
        }
        long seed = Long.getLong("unroll.seed", 20260117);
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 500; round++) {
            byte[] damaged = whole.clone();
            int at = random.nextInt(header);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);
            try {
                training.restore(file);
                training.step();
            } catch (IOException e) {
                refused++;
            } catch (RuntimeException e) {
                fail("-Dunroll.seed=%d, round %d, byte %d".formatted(seed, round, at), e);
            }
        }
        assertTrue(refused > 450, refused + " refused");
    }
}
