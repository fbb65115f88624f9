package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFileTest {
    private static final byte[] OLD = {'o', 'l', 'd'};
    private static final byte[] NEW = {'n', 'e', 'w', '!'};

    @TempDir
    private Path directory;
    private Path target;

    @BeforeEach
    void nameTarget() {
        target = directory.resolve("network.safetensors");
    }

    private static DurableFile.Body content(byte... bytes) {
        return channel -> channel.write(ByteBuffer.wrap(bytes));
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private void cannotWrite(String reason) {
        IOException e = assertThrows(IOException.class, () -> DurableFile.write(target, content(NEW)));
        assertEquals("cannot write " + target + ": " + reason, e.getMessage());
    }

    @Test
    void aNewFileHasTheBodysContentAndNothingIsLeftBeside() throws IOException {
        DurableFile.write(target, content(NEW));
        assertArrayEquals(NEW, Files.readAllBytes(target));
        assertEquals(Set.of("network.safetensors"), names());
    }

    @Test
    void anOldFileIsReplaced() throws IOException {
        Files.write(target, new byte[10_000]);
        DurableFile.write(target, content(NEW));
        assertArrayEquals(NEW, Files.readAllBytes(target));
        assertEquals(Set.of("network.safetensors"), names());
    }

    @Test
    void theTargetStaysOldUntilTheBodyIsDone() throws IOException {
        Files.write(target, OLD);
        DurableFile.write(target, channel -> {
            channel.write(ByteBuffer.wrap(NEW));
            assertArrayEquals(OLD, Files.readAllBytes(target));
        });
        assertArrayEquals(NEW, Files.readAllBytes(target));
    }

    @Test
    void theTemporaryNameIsHiddenAndTellsTargetAndProcess() throws IOException {
        DurableFile.write(target, channel -> {
            String name = names().iterator().next();
            assertTrue(
                    name.matches(
                            "\\.network\\.safetensors\\.%d-[0-9a-f]+\\.tmp".formatted(ProcessHandle.current().pid())),
                    name);
        });
    }

    @Test
    void aFailingBodyLeavesTheOldFile() throws IOException {
        Files.write(target, OLD);
        IOException full = new IOException("No space left on device");
        IOException e = assertThrows(IOException.class, () -> DurableFile.write(target, channel -> {
            channel.write(ByteBuffer.wrap(NEW));
            throw full;
        }));
        assertEquals("cannot write " + target + ": No space left on device", e.getMessage());
        assertSame(full, e.getCause());
        assertArrayEquals(OLD, Files.readAllBytes(target));
        assertEquals(Set.of("network.safetensors"), names());
    }

    @Test
    void aBodyThatThrowsAnErrorLeavesTheOldFile() throws IOException {
        Files.write(target, OLD);
        assertThrows(StackOverflowError.class, () -> DurableFile.write(target, channel -> {
            throw new StackOverflowError();
        }));
        assertArrayEquals(OLD, Files.readAllBytes(target));
        assertEquals(Set.of("network.safetensors"), names());
    }

    @Test
    void aFailingBodyLeavesNoNewFile() throws IOException {
        assertThrows(IllegalStateException.class, () -> DurableFile.write(target, channel -> {
            throw new IllegalStateException();
        }));
        assertEquals(Set.of(), names());
    }

    @Test
    void aBodyThatClosesTheChannelIsTold() throws IOException {
        Files.write(target, OLD);
        Exception e = assertThrows(IllegalStateException.class, () -> DurableFile.write(target, channel -> {
            channel.write(ByteBuffer.wrap(NEW));
            channel.close();
        }));
        assertTrue(e.getMessage().startsWith("the body closed the channel"), e.getMessage());
        assertArrayEquals(OLD, Files.readAllBytes(target));
        assertEquals(Set.of("network.safetensors"), names());
    }

    @Test
    void anInterruptedThreadLeavesTheOldFile() throws IOException {
        Files.write(target, OLD);
        Thread.currentThread().interrupt();
        IOException e;
        try {
            e = assertThrows(IOException.class, () -> DurableFile.write(target, content(NEW)));
        } finally {
            assertTrue(Thread.interrupted());
        }
        assertTrue(e.getCause() instanceof ClosedByInterruptException, e.toString());
        assertArrayEquals(OLD, Files.readAllBytes(target));
        assertEquals(Set.of("network.safetensors"), names());
    }

    @Test
    void aMissingDirectoryIsNamed() {
        Path missing = directory.resolve("missing");
        target = missing.resolve("network.safetensors");
        cannotWrite("directory " + missing + " does not exist");
        assertFalse(Files.exists(missing));
    }

    @Test
    void aDirectoryThatIsAFileIsNamed() throws IOException {
        Path file = Files.write(directory.resolve("file"), OLD);
        target = file.resolve("network.safetensors");
        cannotWrite("directory " + file + " is not a directory");
    }

    @Test
    void aDirectoryIsNotReplaced() throws IOException {
        Files.createDirectory(target);
        cannotWrite("it is a directory");
        target = directory.getRoot();
        cannotWrite("it is a directory");
    }

    @Test
    void aDeviceIsNotReplaced() {
        target = Path.of("/dev/null");
        assumeTrue(Files.exists(target));
        cannotWrite("it is not a regular file");
        assertFalse(Files.isRegularFile(target));
    }

    @Test
    void aReadOnlyFileIsNotReplaced() throws IOException {
        Files.write(target, OLD);
        assumeTrue(target.toFile().setReadOnly() && !Files.isWritable(target), "root may write anything");
        cannotWrite("it is read-only");
        assertArrayEquals(OLD, Files.readAllBytes(target));
    }

    private static void link(Path link, Path to) throws IOException {
        try {
            Files.createSymbolicLink(link, to);
        } catch (UnsupportedOperationException | IOException e) {
            assumeTrue(false, "no symbolic links here: " + e);
        }
    }

    @Test
    void aSymbolicLinkStaysAndWhatItPointsToIsReplaced() throws IOException {
        Path real = Files.createDirectory(directory.resolve("versions")).resolve("v1");
        Files.write(real, OLD);
        link(target, Path.of("versions", "v1"));
        DurableFile.write(target, content(NEW));
        assertTrue(Files.isSymbolicLink(target));
        assertFalse(Files.isSymbolicLink(real));
        assertArrayEquals(NEW, Files.readAllBytes(real));
        assertEquals(Set.of("network.safetensors", "versions"), names());
    }

    @Test
    void aChainOfLinksToNothingCreatesTheFileAtItsEnd() throws IOException {
        link(target, Path.of("second"));
        link(directory.resolve("second"), directory.resolve("third"));
        DurableFile.write(target, content(NEW));
        assertTrue(Files.isRegularFile(directory.resolve("third"), LinkOption.NOFOLLOW_LINKS));
        assertArrayEquals(NEW, Files.readAllBytes(target));
    }

    @Test
    void aCircleOfLinksIsRefused() throws IOException {
        link(target, target);
        cannotWrite("more than 40 symbolic links, one after the other");
    }

    @Test
    void permissionsAreHandedOnBeforeTheContentIsWritten() throws IOException {
        assumeTrue(Files.getFileStore(directory).supportsFileAttributeView("posix"));
        Files.write(target, OLD);
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
        DurableFile.write(target, channel -> {
            for (String name : names()) {
                assertEquals("rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name))));
            }
            channel.write(ByteBuffer.wrap(NEW));
        });
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
    }

    @Test
    void aNameAsLongAsNamesMayBeIsWritten() throws IOException {
        for (String name : List.of("n".repeat(250), "\u5c64".repeat(83), "\ud83c\udf00".repeat(60))) {
            Path longest = directory.resolve(name);
            DurableFile.write(longest, content(NEW));
            assertArrayEquals(NEW, Files.readAllBytes(longest));
        }
    }

    @Test
    void aRelativeNameWithoutADirectoryIsWritten() throws IOException {
        Path relative = Path.of("DurableFileTest-" + ProcessHandle.current().pid() + ".tmp");
        try {
            DurableFile.write(relative, content(NEW));
            assertArrayEquals(NEW, Files.readAllBytes(relative));
        } finally {
            Files.deleteIfExists(relative);
        }
    }

    @Test
    void writersOfOneTargetNeverMixAndReadersSeeWholeFiles() throws Exception {
        int size = 300_000;
        CountDownLatch go = new CountDownLatch(1);
        Files.write(target, new byte[size]);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> writers = IntStream.rangeClosed(1, 4).<Future<?>>mapToObj(writer -> threads.submit(() -> {
                go.await();
                for (int round = 0; round < 10; round++) {
                    DurableFile.write(target, channel -> {
                        byte[] part = new byte[size / 3];
                        Arrays.fill(part, (byte) writer);
                        for (int i = 0; i < 3; i++) {
                            channel.write(ByteBuffer.wrap(part));
                        }
                    });
                }
                return null;
            })).toList();
            go.countDown();
            while (!writers.stream().allMatch(Future::isDone)) {
                byte[] seen = Files.readAllBytes(target);
                byte[] uniform = new byte[size];
                Arrays.fill(uniform, seen[0]);
                assertArrayEquals(uniform, seen);
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        }
        assertEquals(Set.of("network.safetensors"), names());
    }

    /** Dies while it writes, as a killed process does: nothing of it is closed, deleted or flushed. */
    static final class Dying {
        private Dying() {}

        public static void main(String[] arguments) throws IOException {
            DurableFile.write(Path.of(arguments[0]), channel -> {
                channel.write(ByteBuffer.wrap(NEW));
                Runtime.getRuntime().halt(7);
            });
        }
    }

    @Test
    void aProcessThatDiesWhileItWritesLeavesTheOldFile() throws Exception {
        Files.write(target, OLD);
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Dying.class.getName(), target.toString()).inheritIO().start();
        assertEquals(7, process.waitFor());
        assertArrayEquals(OLD, Files.readAllBytes(target));
        Set<String> left = names();
        left.remove("network.safetensors");
        assertEquals(1, left.size());
        String name = left.iterator().next();
        assertTrue(name.startsWith(".") && name.endsWith(".tmp"), name);
        DurableFile.write(target, content(NEW));
        assertArrayEquals(NEW, Files.readAllBytes(target));
    }
}
