package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.unroll.tensor.faults.FaultyDisk;
import dev.unroll.tensor.faults.FaultyDisk.Call;
import dev.unroll.tensor.faults.FaultyDisk.Fault;
import dev.unroll.tensor.faults.FaultyDisk.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whichever file operation fails, and however: the target is the whole old file or the whole new one. */
class DurableFileFaultsTest {
    private static final byte[] OLD = {'o', 'l', 'd'};
    private static final byte[] NEW = "two pieces of the new".getBytes(StandardCharsets.US_ASCII);
    private static final Set<Operation> FILLS = Set.of(Operation.WRITE, Operation.FORCE);

    @TempDir
    private Path directory;
    private FaultyDisk disk;
    private Path target;

    @BeforeEach
    void nameTarget() {
        disk = new FaultyDisk(directory);
        target = directory.resolve("network.safetensors");
    }

    /** Writes the target through the faulty disk; returns what was thrown, or null. */
    private IOException write() {
        Path seen = disk.path().resolve("network.safetensors");
        try {
            DurableFile.write(seen, channel -> {
                for (ByteBuffer piece : List.of(ByteBuffer.wrap(NEW, 0, 9), ByteBuffer.wrap(NEW, 9, NEW.length - 9))) {
                    while (piece.hasRemaining()) {
                        channel.write(piece);
                    }
                }
            });
            return null;
        } catch (IOException e) {
            assertTrue(e.getMessage().startsWith("cannot write " + target + ": "), e.getMessage());
            return e;
        }
    }

    private List<Call> callsOfAGoodWrite() throws IOException {
        Files.write(target, OLD);
        disk.begin();
        assertNull(write());
        return disk.calls();
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private static Predicate<Call> only(Call call) {
        return other -> other.number() == call.number();
    }

    private static Predicate<Call> from(Call call) {
        return other -> other.number() >= call.number();
    }

    @Test
    void everyOperationOfAWriteIsSeen() throws IOException {
        Set<Operation> seen = callsOfAGoodWrite().stream().map(Call::operation).collect(Collectors.toSet());
        assertTrue(seen.containsAll(Set.of(Operation.LOOK, Operation.OPEN, Operation.WRITE, Operation.FORCE,
                Operation.CLOSE, Operation.MOVE)), seen.toString());
    }

    /** What a power failure leaves depends on it. */
    @Test
    void theContentIsForcedBeforeTheRenameAndTheDirectoryAfter() throws IOException {
        Set<Operation> shown = Set.of(Operation.WRITE, Operation.FORCE, Operation.MOVE);
        assertEquals(List.of(Operation.WRITE, Operation.WRITE, Operation.FORCE, Operation.MOVE, Operation.FORCE),
                callsOfAGoodWrite().stream().map(Call::operation).filter(shown::contains).toList());
        assertEquals(disk.path(), disk.calls().stream().filter(call -> call.operation() == Operation.FORCE)
                .reduce((_, last) -> last).orElseThrow().path());
    }

    @ParameterizedTest
    @EnumSource
    void oneFaultLeavesTheOldFileOrTheNewAndNothingBeside(Fault fault) throws IOException {
        for (Call call : callsOfAGoodWrite()) {
            Files.write(target, OLD);
            disk.begin(fault, only(call));
            IOException thrown = write();
            // A rename that is done and fails has been done.
            boolean isNew = thrown == null || (fault == Fault.LATE && call.operation() == Operation.MOVE);
            assertArrayEquals(isNew ? NEW : OLD, Files.readAllBytes(target), call.toString());
            assertEquals(Set.of("network.safetensors"), names(), call.toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneFaultLeavesTheWholeNewFileOrNone(Fault fault) throws IOException {
        for (Call call : callsOfAGoodWrite()) {
            Files.deleteIfExists(target);
            disk.begin(fault, only(call));
            IOException thrown = write();
            if (Files.exists(target)) {
                assertArrayEquals(NEW, Files.readAllBytes(target), call.toString());
            } else {
                assertNotNull(thrown, call.toString());
                assertEquals(Set.of(), names(), call.toString());
            }
        }
    }

    @Test
    void aShortWriteIsGoneOnWith() throws IOException {
        disk.begin(Fault.SHORT, _ -> true);
        assertNull(write());
        assertArrayEquals(NEW, Files.readAllBytes(target));
    }

    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "CUT"})
    void aFullDiskLeavesTheOldFileAndNothingBeside(Fault fault) throws IOException {
        for (Call call : callsOfAGoodWrite()) {
            if (FILLS.contains(call.operation()) && fault.isOf(call.operation())) {
                Files.write(target, OLD);
                disk.begin(fault, from(call).and(other -> FILLS.contains(other.operation())));
                IOException thrown = write();
                assertTrue(thrown == null
                        // The directory's.
                        ? call.operation() == Operation.FORCE
                        : thrown.getMessage().endsWith(": No space left on device"), () -> call + ": " + thrown);
                assertArrayEquals(thrown == null ? NEW : OLD, Files.readAllBytes(target), call.toString());
                assertEquals(Set.of("network.safetensors"), names(), call.toString());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDiskThatFailsFromAnOperationOnLeavesTheOldFileOrTheNew(Fault fault) throws IOException {
        for (Call call : callsOfAGoodWrite()) {
            Files.write(target, OLD);
            disk.begin(fault, from(call));
            IOException thrown = write();
            byte[] found = Files.readAllBytes(target);
            assertArrayEquals(found.length == NEW.length ? NEW : OLD, found, call.toString());
            assertTrue(thrown != null || found.length == NEW.length, call.toString());
            disk.begin();
            assertNull(write());
            assertArrayEquals(NEW, Files.readAllBytes(target), call.toString());
        }
    }

    /** Taking a link that cannot be looked at for no link would replace it. */
    @ParameterizedTest
    @EnumSource
    void aSymbolicLinkStaysOneWhateverFails(Fault fault) throws IOException {
        Path real = directory.resolve("v1");
        Files.write(real, OLD);
        try {
            Files.createSymbolicLink(target, Path.of("v1"));
        } catch (UnsupportedOperationException | IOException e) {
            assumeTrue(false, "no symbolic links here: " + e);
        }
        disk.begin();
        assertNull(write());
        for (Call call : disk.calls()) {
            Files.write(real, OLD);
            disk.begin(fault, only(call));
            write();
            assertTrue(Files.isSymbolicLink(target), call.toString());
            assertTrue(Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS), call.toString());
        }
    }

    /** Taking permissions that cannot be read for none would give those of any new file. */
    @ParameterizedTest
    @EnumSource
    void whatWasSecretIsSecretWhateverFails(Fault fault) throws IOException {
        assumeTrue(Files.getFileStore(directory).supportsFileAttributeView("posix"));
        for (Call call : callsOfAGoodWrite()) {
            Files.write(target, OLD);
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
            disk.begin(fault, only(call));
            write();
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(target)),
                    call.toString());
        }
    }

    private Path leftover(long pid, Instant changed) throws IOException {
        Path file = Files.write(directory.resolve(".network.safetensors.%d-1f.tmp".formatted(pid)), NEW);
        Files.setLastModifiedTime(file, FileTime.from(changed));
        return file;
    }

    /** Its own number, as in a container, where the killed process had it too. */
    @Test
    void aLeftoverOlderThanTheProcessOfItsNumberIsDeleted() throws IOException {
        Instant begin = ProcessHandle.current().info().startInstant().orElse(Instant.MAX);
        assumeTrue(begin.isBefore(Instant.MAX), "the begin of a process is not told here");
        Path old = leftover(ProcessHandle.current().pid(), begin.minus(Duration.ofMinutes(2)));
        DurableFile.deleteLeftovers(directory);
        assertFalse(Files.exists(old));
    }

    @Test
    void whatALivingProcessMayBeWritingIsNotDeleted() throws IOException {
        Path mine = leftover(ProcessHandle.current().pid(), Instant.now());
        DurableFile.deleteLeftovers(directory);
        assertTrue(Files.exists(mine));
    }

    @ParameterizedTest
    @EnumSource
    void deletingLeftoversTouchesNothingElseWhateverFails(Fault fault) throws IOException {
        Files.write(target, OLD);
        // No process has this number: Linux gives up to 2^22.
        leftover(Integer.MAX_VALUE, Instant.now());
        disk.begin();
        DurableFile.deleteLeftovers(disk.path());
        assertEquals(Set.of("network.safetensors"), names());
        for (Call call : disk.calls()) {
            Path left = leftover(Integer.MAX_VALUE, Instant.now());
            disk.begin(fault, only(call));
            if (fault.isOf(call.operation()) && call.operation() != Operation.DELETE) {
                IOException e = assertThrows(IOException.class, () -> DurableFile.deleteLeftovers(disk.path()),
                        call.toString());
                assertNotNull(e.getMessage());
            } else {
                DurableFile.deleteLeftovers(disk.path());
            }
            assertArrayEquals(OLD, Files.readAllBytes(target));
            Files.deleteIfExists(left);
        }
    }
}
