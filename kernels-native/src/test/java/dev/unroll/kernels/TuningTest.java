package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.Tuning.Kind;
import dev.unroll.tensor.Matrix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Specifies the table's file: it comes back as it was written, and whatever else is found there is told and not used. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class TuningTest {
    private static final long SEED = 20261122;

    @TempDir
    private Path directory;
    private Path file;
    private String fileBefore;
    private String backendBefore;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("folder").resolve("tuning.txt");
        fileBefore = System.getProperty(Tuning.PROPERTY);
        backendBefore = System.getProperty(Backend.PROPERTY);
        System.setProperty(Tuning.PROPERTY, file.toString());
        System.clearProperty(Backend.PROPERTY);
    }

    @AfterEach
    void putBack() {
        set(Tuning.PROPERTY, fileBefore);
        set(Backend.PROPERTY, backendBefore);
    }

    private static void set(String name, String value) {
        if (value == null) {
            System.clearProperty(name);
        } else {
            System.setProperty(name, value);
        }
    }

    private void write(byte... bytes) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    /** Wants a reason that names the file, what is wrong and the cure, and an auto that does without. */
    private void assertRefused(String reason) {
        String message = assertThrows(IOException.class, Tuning::load).getMessage();
        assertTrue(message.startsWith("the tuning table " + file + " is not used: ") && message.contains(reason)
                && message.endsWith("./unroll doctor --tune measures a new one"), message);
        assertSame(bitsOf(Backend.VECTOR), Backend.VECTOR);
    }

    /** Which backend the bits of auto's products are of. */
    private static Backend bitsOf(Backend wanted) {
        try (Kernels auto = Backend.auto(1); Kernels expected = wanted.open(1)) {
            assertArrayEquals(product(expected), product(auto), "bits of " + wanted);
            return wanted;
        }
    }

    /** Bits that tell the two apart: sums of much depth, each in its own order. */
    private static int[] product(Kernels kernels) {
        try (Views views = new Views(SEED)) {
            Matrix out = views.nan(8, 64);
            kernels.multiply(views.random(8, 500), kernels.packTransposed(views.arena(), views.random(64, 500)), out);
            return Oracle.bits(out);
        }
    }

    @Test
    void whatIsSavedIsLoaded() throws IOException {
        Tuning tuning = Tables.allTo(Backend.OPENBLAS);
        assertEquals(file, tuning.save());
        Tuning loaded = Tuning.load().orElseThrow();
        assertEquals(tuning.entries(), loaded.entries());
        assertEquals(tuning.machine(), loaded.machine());
        assertEquals(tuning.measured(), loaded.measured());
        assertEquals("4 of 4 shape classes by openblas, measured 2026-11-22", loaded.toString());
    }

    @Test
    void withoutAFileThereIsNoTable() throws IOException {
        assertEquals(Optional.empty(), Tuning.load());
    }

    @Test
    void autoGoesByTheTable() throws IOException {
        bitsOf(Backend.VECTOR);
        Tables.allTo(Backend.OPENBLAS).save();
        bitsOf(Backend.OPENBLAS);
        Tables.allTo(Backend.VECTOR).save();
        bitsOf(Backend.VECTOR);
    }

    @Test
    void aForcedBackendIgnoresTheTable() throws IOException {
        Tables.allTo(Backend.OPENBLAS).save();
        System.setProperty(Backend.PROPERTY, "vector");
        bitsOf(Backend.VECTOR);
    }

    @Test
    void theBitsOfTheTwoDiffer() {
        try (Kernels vector = Backend.VECTOR.open(1); Kernels openblas = Backend.OPENBLAS.open(1)) {
            assertThrows(AssertionError.class, () -> assertArrayEquals(product(vector), product(openblas)));
        }
    }

    @Test
    void aTableOfAnotherMachineIsRefused() throws IOException {
        Machine here = Machine.withOpenblas();
        List<Machine> others = List.of(new Machine("abacus", here.java(), here.vectors(), here.openblas()),
                new Machine(here.processor(), "1.4", here.vectors(), here.openblas()),
                new Machine(here.processor(), here.java(), "8-bit vectors", here.openblas()),
                new Machine(here.processor(), here.java(), here.vectors(), "OpenBLAS 0.1"));
        List<String> reasons = List.of("another processor, abacus; here is", "another java, 1.4; here is",
                "another vectors, 8-bit vectors; here is", "another openblas, OpenBLAS 0.1; here is");
        for (int i = 0; i < others.size(); i++) {
            new Tuning(others.get(i), Tables.MEASURED, Tables.allTo(Backend.OPENBLAS).entries()).save();
            assertRefused(reasons.get(i));
        }
    }

    @Test
    void whereOpenblasServesNothingItIsNotAskedWhichItIs() throws IOException {
        Machine machine = Machine.without("OpenBLAS 0.1");
        new Tuning(machine, Tables.MEASURED, Tables.allTo(Backend.VECTOR).entries()).save();
        assertEquals(0, Tuning.load().orElseThrow().openblasEntries());
    }

    @Test
    void aTableThatIsCutAtAnyByteIsRefused() throws IOException {
        byte[] whole = TuningText.of(Tables.allTo(Backend.OPENBLAS));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(IOException.class, () -> TuningText.parse(cut), "cut to " + length);
        }
        write(Arrays.copyOf(whole, whole.length - 1));
        assertRefused("it is cut or changed");
    }

    @Test
    void aTableOfWhichAnyByteIsChangedIsRefused() throws IOException {
        byte[] whole = TuningText.of(Tables.allTo(Backend.OPENBLAS));
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= (byte) random.nextInt(1, 256);
            assertThrows(IOException.class, () -> TuningText.parse(changed), "byte " + i + ", seed " + SEED);
        }
        whole[whole.length / 2]++;
        write(whole);
        assertRefused("it is cut or changed");
    }

    @Test
    void randomBytesAreRefused() throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            assertThrows(IOException.class, () -> TuningText.parse(bytes), "seed " + SEED);
        }
        write(new byte[]{0, -1, 77});
        assertRefused("it does not begin with 'unroll tuning 1'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"division 1 64 64 1 1: no kind 'division'", "product 1 64 64 1: has 5 words",
            "product 1 64 64 1 1 1: has 7 words", "product 1 64 sixty 1 1: sixty", "product 1 64 64 1 fast: fast",
            "product 0 64 64 1 1: not above 0", "product 1 64 64 NaN 1: not above 0",
            "product 1 64 64 1 -1: not above 0",
            "product 1 64 9999999999 1 1: 9999999999", ": no kind ''"})
    void aLineThatIsNoClassIsRefused(String lineAndReason) throws IOException {
        String[] pair = lineAndReason.split(": ", 2);
        String text = new String(TuningText.of(Tables.allTo(Backend.OPENBLAS)), StandardCharsets.UTF_8);
        write(TuningText.sealed(text.substring(0, text.indexOf("crc32")) + pair[0] + "\n"));
        assertRefused(pair[1]);
    }

    @Test
    void aHeaderThatLacksALineIsRefused() throws IOException {
        write(TuningText.sealed("unroll tuning 1\nprocessor x\n"));
        assertRefused("line 3 is no 'java'");
    }

    @Test
    void anotherFormatIsRefused() throws IOException {
        write(TuningText.sealed("unroll tuning 2\n"));
        assertRefused("it does not begin with 'unroll tuning 1'");
    }

    @Test
    void aFolderAndAFileWithoutEndAreRefused() throws IOException {
        Files.createDirectories(file);
        assertRefused("it is no file that can be read");
        Files.delete(file);
        write(new byte[1 << 20]);
        assertRefused("it is longer than");
    }

    @Test
    void aNameThatIsNoPathIsRefused() {
        System.setProperty(Tuning.PROPERTY, "\0");
        assertThrows(IOException.class, Tuning::load);
        bitsOf(Backend.VECTOR);
    }

    @Test
    void whatCannotBeSavedLeavesTheOldTable() throws IOException {
        Tables.allTo(Backend.OPENBLAS).save();
        assertTrue(file.toFile().setReadOnly());
        if (!Files.isWritable(file)) {
            assertThrows(IOException.class, () -> Tables.allTo(Backend.VECTOR).save());
            assertEquals(4, Tuning.load().orElseThrow().openblasEntries());
        }
    }

    @Test
    void onlySizesThatThereAreClassesForAreMeasured() {
        for (List<Integer> sizes : List.of(List.<Integer>of(), List.of(64, 65))) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> Tuning.measure(sizes, part -> {})).getMessage();
            assertTrue(message.startsWith("measure: hidden sizes " + sizes), message);
        }
    }

    @Test
    void aKindPrintsAsTheFileHasIt() {
        assertEquals("product-transposed", Kind.PRODUCT_TRANSPOSED.toString());
    }
}
