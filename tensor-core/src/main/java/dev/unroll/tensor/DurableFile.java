package dev.unroll.tensor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes a file that is, at every moment and after a crash or a power failure, either the whole old one or the whole new
 * one.
 *
 * <p>The content goes to a temporary file in the same directory, {@code .NAME.PID-RANDOM.tmp}, is forced to the disk, and
 * then takes the target's name in one step. Whoever has the old file open goes on reading the old one. Several threads or
 * processes may write one target at once: each writes a file of its own, and the last to finish gives the target. A
 * process that is killed leaves its temporary file behind, which nobody takes for the target and anybody may delete.
 */
public final class DurableFile {
    private static final System.Logger LOGGER = System.getLogger(DurableFile.class.getName());

    /** As many links as Linux follows in one path. */
    private static final int LONGEST_CHAIN = 40;

    /** Of the target's name, as much as leaves a temporary name below 255 bytes in any script. */
    private static final int NAME_CHARACTERS = 40;

    /** As much as a file's time and a process's begin are off, two clocks being read. */
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

    /** A temporary file's name: whose content, and the process. */
    private static final Pattern TEMPORARY = Pattern.compile("\\..*\\.(\\d{1,18})-[0-9a-f]{1,16}\\.tmp");

    private DurableFile() {}

    /** What gives a file its content. */
    @FunctionalInterface
    public interface Body {
        /**
         * Writes the content.
         *
         * @param channel an empty file, open for writing; lent, not to be closed
         * @throws IOException where writing fails; the target then stays as it was
         */
        void write(FileChannel channel) throws IOException;
    }

    /**
     * Creates or replaces a file. A symbolic link stays, and what it points to is replaced; a file that is replaced hands
     * on its permissions where the platform has such. Whatever goes wrong, be it an exception of the body, the old file is
     * untouched and the temporary one deleted.
     *
     * @param target the file to create or replace, in a directory that exists
     * @param body gives the content; called once
     * @throws IOException where the file cannot be written, the body's {@link IOException} as the cause: {@code cannot write
     *         FILE: reason}
     * @throws IllegalStateException where the body closed the channel it was lent
     */
    public static void write(Path target, Body body) throws IOException {
        try {
            Path file = followLinks(target.toAbsolutePath());
            checkReplaceable(file);
            try (Temporary temporary = Temporary.beside(file)) {
                temporary.takePermissions(file);
                body.write(temporary.channel);
                temporary.become(file);
            }
            forceDirectory(file.getParent());
        } catch (IOException e) {
            throw new IOException("cannot write %s: %s".formatted(target, reason(e)), e);
        }
    }

    /**
     * Deletes the temporary files in a directory that processes which are no more have left: those named for a process that
     * is not, or that began a minute or more after the file's last change. What cannot be deleted stays.
     *
     * @param directory where to look
     * @throws IOException where it cannot be read
     */
    public static void deleteLeftovers(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Matcher name = TEMPORARY.matcher(file.getFileName().toString());
                if (name.matches()) {
                    deleteUnlessWritten(file, name.group(1));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static void deleteUnlessWritten(Path file, String pid) {
        try {
            if (!hasWriter(file, pid)) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // Its writer has just ended.
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING,
                    "{0} was left by a process that is no more, and cannot be deleted: {1}", file, e);
        }
    }

    /** Whether the process that a temporary file is named for may be writing it. */
    private static boolean hasWriter(Path file, String pid) throws IOException {
        Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive);
        if (process.isEmpty()) {
            return false;
        }
        // In a container every process may have the number of the one that was killed, and be this one. It began later.
        Instant changed = Files.getLastModifiedTime(file).toInstant();
        return process.flatMap(handle -> handle.info().startInstant())
                .map(begin -> begin.isBefore(changed.plus(CLOCKS_DIFFER))).orElse(true);
    }

    private static Path followLinks(Path path) throws IOException {
        Path file = path;
        for (int links = 0; look(file).filter(BasicFileAttributes::isSymbolicLink).isPresent(); links++) {
            if (links == LONGEST_CHAIN) {
                throw new IOException("more than %d symbolic links, one after the other".formatted(LONGEST_CHAIN));
            }
            file = file.resolveSibling(Files.readSymbolicLink(file));
        }
        return file;
    }

    /**
     * What has a name, or nothing. Where that cannot be told, {@link Files#exists} and its like say that nothing has; taking
     * that for granted would replace a link, or make a secret file public.
     */
    private static Optional<BasicFileAttributes> look(Path file) throws IOException {
        Path directory = file.getParent();
        try {
            if (directory != null && !Files.readAttributes(directory, BasicFileAttributes.class).isDirectory()) {
                throw new IOException("directory %s is not a directory".formatted(directory));
            }
        } catch (NoSuchFileException e) {
            throw new IOException("directory %s does not exist".formatted(directory), e);
        }
        try {
            return Optional.of(Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static void checkReplaceable(Path file) throws IOException {
        Optional<BasicFileAttributes> old = look(file);
        if (old.isPresent()) {
            // Taking the name of a directory fails late; taking that of a device would work, and would be a disaster.
            if (!old.get().isRegularFile()) {
                throw new IOException(old.get().isDirectory() ? "it is a directory" : "it is not a regular file");
            }
            // A rename asks the directory alone, but who made a file read-only meant it.
            if (!Files.isWritable(file)) {
                throw new IOException("it is read-only");
            }
        }
    }

    /** Makes the rename itself outlast a power failure, where the platform lets a directory be forced. */
    private static void forceDirectory(Path directory) {
        FileChannel channel;
        try {
            channel = FileChannel.open(directory, StandardOpenOption.READ);
        } catch (IOException e) {
            // Windows opens no directory, and elsewhere it may be one that we can write to but not read.
            return;
        }
        try (channel) {
            channel.force(true);
        } catch (IOException e) {
            // The file is in place and whole, so this is no failure; after a power failure the old one may be back.
            LOGGER.log(System.Logger.Level.WARNING, "directory {0} could not be forced to the disk: {1}", directory, e);
        }
    }

    /** Why something failed, without the path that some exceptions take for a message. */
    static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "no permission";
        }
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        if (e instanceof FileSystemException failure && failure.getReason() != null) {
            return failure.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** A file under a name of its own, deleted when closed unless it has become the target. */
    private static final class Temporary implements AutoCloseable {
        private final Path path;
        private final FileChannel channel;
        private boolean renamed;

        private Temporary(Path path, FileChannel channel) {
            this.path = path;
            this.channel = channel;
        }

        static Temporary beside(Path file) throws IOException {
            StringBuilder name = new StringBuilder(".");
            file.getFileName().toString().codePoints().limit(NAME_CHARACTERS).forEach(name::appendCodePoint);
            name.append('.').append(ProcessHandle.current().pid()).append('-')
                    .append(Long.toHexString(ThreadLocalRandom.current().nextLong())).append(".tmp");
            Path path = file.resolveSibling(name.toString());
            FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new Temporary(path, channel);
        }

        /** Before the first byte is written: what was secret is secret at every moment. */
        void takePermissions(Path file) throws IOException {
            PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
            if (view == null) {
                return;
            }
            Set<PosixFilePermission> permissions;
            try {
                permissions = Files.getPosixFilePermissions(file);
            } catch (NoSuchFileException e) {
                return;
            }
            view.setPermissions(permissions);
        }

        void become(Path file) throws IOException {
            if (!channel.isOpen()) {
                throw new IllegalStateException("the body closed the channel it was lent for " + file);
            }
            channel.force(true);
            // Closed first: Windows renames no open file.
            channel.close();
            Files.move(path, file, StandardCopyOption.ATOMIC_MOVE);
            renamed = true;
        }

        @Override
        public void close() throws IOException {
            try {
                channel.close();
            } finally {
                if (!renamed) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }
}
