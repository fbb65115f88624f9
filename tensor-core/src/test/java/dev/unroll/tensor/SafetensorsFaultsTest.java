package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.tensor.faults.FaultyDisk;
import dev.unroll.tensor.faults.FaultyDisk.Call;
import dev.unroll.tensor.faults.FaultyDisk.Fault;
import dev.unroll.tensor.faults.FaultyDisk.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whichever file operation fails, and however: a safetensors file is whole, and what is read is right or an exception. */
class SafetensorsFaultsTest {
    /** Several pieces of a reader's and a writer's buffer. */
    private static final float[] VALUES = values(LittleEndian.BUFFER_BYTES / 2);

    @TempDir
    private Path directory;
    private FaultyDisk disk;
    private Path file;
    private byte[] old;
    private byte[] whole;

    private static float[] values(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i * 0.5f;
        }
        return values;
    }

    private static SafetensorsWriter writer() {
        return new SafetensorsWriter().metadata("name", "value").add("a", VALUES, VALUES.length)
                .add("b", new long[]{1, 2, 3}, 3);
    }

    @BeforeEach
    void writeAnOldOne() throws IOException {
        disk = new FaultyDisk(directory);
        file = directory.resolve("network.safetensors");
        writer().write(file);
        whole = Files.readAllBytes(file);
        new SafetensorsWriter().add("old", new float[1], 1).write(file);
        old = Files.readAllBytes(file);
    }

    private Path seen() {
        return disk.path().resolve("network.safetensors");
    }

    private List<Call> callsOfAGoodWrite() throws IOException {
        disk.begin();
        writer().write(seen());
        return disk.calls();
    }

    @ParameterizedTest
    @EnumSource
    void writingWithOneFaultGivesTheWholeFileOrLeavesTheOld(Fault fault) throws IOException {
        for (Call call : callsOfAGoodWrite()) {
            Files.write(file, old);
            disk.begin(fault, other -> other.number() == call.number());
            boolean isNew = true;
            try {
                writer().write(seen());
            } catch (IOException e) {
                assertTrue(e.getMessage().startsWith("cannot write " + file + ": "), e.getMessage());
                isNew = fault == Fault.LATE && call.operation() == Operation.MOVE;
            }
            assertArrayEquals(isNew ? whole : old, Files.readAllBytes(file), call.toString());
            try (Stream<Path> files = Files.list(directory)) {
                assertEquals(Set.of(file), files.collect(Collectors.toSet()), call.toString());
            }
        }
    }

    @Test
    void shortWritesGiveTheSameBytes() throws IOException {
        disk.begin(Fault.SHORT, _ -> true);
        writer().write(seen());
        assertArrayEquals(whole, Files.readAllBytes(file));
    }

    private void readEverything() throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(seen())) {
            assertEquals("value", reader.metadata().get("name"));
            assertArrayEquals(VALUES, reader.floats("a"));
            assertArrayEquals(new long[]{1, 2, 3}, reader.longs("b"));
        }
    }

    @Test
    void shortReadsGiveTheSameValues() throws IOException {
        Files.write(file, whole);
        disk.begin(Fault.SHORT, _ -> true);
        readEverything();
    }

    @ParameterizedTest
    @EnumSource
    void readingWithAFaultGivesTheRightValuesOrNamesTheFile(Fault fault) throws IOException {
        Files.write(file, whole);
        disk.begin();
        readEverything();
        for (Call call : disk.calls()) {
            for (boolean lasts : new boolean[]{false, true}) {
                disk.begin(fault, other -> lasts ? other.number() >= call.number() : other.number() == call.number());
                if (fault == Fault.SHORT || (!fault.isOf(call.operation()) && !lasts)) {
                    readEverything();
                } else {
                    try {
                        readEverything();
                    } catch (SafetensorsException e) {
                        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
                    }
                }
            }
        }
    }

    @Test
    void aReadThatFailsIsToldWithItsReason() throws IOException {
        disk.begin(Fault.REFUSED, call -> call.operation() == Operation.READ);
        assertEquals(file + ": cannot be read: Input/output error",
                assertThrows(SafetensorsException.class, () -> SafetensorsReader.open(seen())).getMessage());
    }

    @Test
    void aFileThatCannotBeClosedIsNamed() throws IOException {
        disk.begin(Fault.LATE, call -> call.operation() == Operation.CLOSE);
        SafetensorsReader reader = SafetensorsReader.open(seen());
        assertEquals(file + ": cannot be closed: No space left on device",
                assertThrows(SafetensorsException.class, reader::close).getMessage());
    }
}
