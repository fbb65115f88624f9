package dev.unroll.tensor.faults;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A real directory, seen through a file system that numbers every operation and lets those fail that a test names. What is
 * done to the directory by its own path is neither numbered nor fails.
 *
 * <p>Count the operations of a run that goes well, then repeat it with a fault at each: no moment is left out.
 */
public final class FaultyDisk {
    private final Path path;
    private final List<Call> calls = new ArrayList<>();
    private Fault fault = Fault.REFUSED;
    private Predicate<Call> when = _ -> false;

    /** What is asked of a file system. */
    public enum Operation {
        /** Attributes, size, access, the target of a link. */
        LOOK,
        /** A directory's begin. */
        LIST,
        /** A directory's next entry. */
        NEXT,
        /** A directory's end. */
        END,
        /** A file, or a directory that is to be forced. */
        OPEN,
        /** Permissions are given. */
        PERMIT,
        /** From a file. */
        READ,
        /** To a file. */
        WRITE,
        /** What was written, to the disk. */
        FORCE,
        /** Of a file, or of a directory that was forced. */
        CLOSE,
        /** A rename. */
        MOVE,
        /** Of a file. */
        DELETE,
        /** A directory is made. */
        MAKE
    }

    /** How an operation fails. */
    public enum Fault {
        /** Nothing is done and it fails. */
        REFUSED,
        /** All is done and it fails. */
        LATE,
        /** Half of the bytes are read or written, and it says so. */
        SHORT,
        /** Half of the bytes are read or written and it fails. */
        CUT;

        /**
         * Whether an operation can fail like this. What is opened and fails is not there, and what fails to close is closed:
         * so say the manuals.
         *
         * @param operation the operation
         * @return whether it can
         */
        public boolean isOf(Operation operation) {
            return switch (this) {
                case SHORT, CUT -> operation == Operation.READ || operation == Operation.WRITE;
                case REFUSED -> operation != Operation.CLOSE && operation != Operation.END;
                case LATE -> switch (operation) {
                    case END, PERMIT, FORCE, CLOSE, MOVE, DELETE, MAKE -> true;
                    default -> false;
                };
            };
        }
    }

    /**
     * One operation that was asked for.
     *
     * @param number 0 for the first since {@link #begin}
     * @param operation what
     * @param path of which file or directory
     */
    public record Call(int number, Operation operation, Path path) {}

    /** What is done where nothing fails. */
    @FunctionalInterface
    interface Act<T> {
        T run() throws IOException;
    }

    /**
     * Without a fault at first.
     *
     * @param real the directory
     */
    public FaultyDisk(Path real) {
        this.path = new FaultyFileSystem(this, real.getFileSystem()).wrap(real);
    }

    /**
     * The directory, as what is tested is to see it.
     *
     * @return its path in a file system of this disk
     */
    public Path path() {
        return path;
    }

    /** Counts from 0 again; nothing fails. */
    public void begin() {
        calls.clear();
        when = _ -> false;
    }

    /**
     * Counts from 0 again, and lets operations fail.
     *
     * @param how each of them, if it can
     * @param which which of them
     */
    public void begin(Fault how, Predicate<Call> which) {
        calls.clear();
        fault = how;
        when = which;
    }

    /**
     * What was asked for since {@link #begin}.
     *
     * @return the operations, in their order
     */
    public List<Call> calls() {
        return List.copyOf(calls);
    }

    /** The fault of an operation that is asked for now, of those that it can have, or null. */
    private Fault next(Operation operation, Path path) {
        Call call = new Call(calls.size(), operation, path);
        calls.add(call);
        return fault.isOf(operation) && when.test(call) ? fault : null;
    }

    <T> T run(Operation operation, Path path, Act<T> act) throws IOException {
        Fault now = next(operation, path);
        if (now == Fault.REFUSED) {
            throw failure(operation, path);
        }
        T result = act.run();
        if (now == Fault.LATE) {
            throw failure(operation, path);
        }
        return result;
    }

    /** How many bytes of a transfer, given the number that is asked for. */
    interface Transfer {
        int run(int bytes) throws IOException;
    }

    int transfer(Operation operation, Path path, int bytes, Transfer transfer) throws IOException {
        Fault now = next(operation, path);
        if (now == Fault.REFUSED) {
            throw failure(operation, path);
        }
        int done = transfer.run(now == null || bytes < 2 ? bytes : bytes / 2);
        if (now == Fault.CUT) {
            throw failure(operation, path);
        }
        return done;
    }

    private static IOException failure(Operation operation, Path path) {
        String reason = switch (operation) {
            case OPEN, WRITE, FORCE, CLOSE, MOVE, MAKE -> "No space left on device";
            default -> "Input/output error";
        };
        // As the JDK does: a channel does not know its file.
        return switch (operation) {
            case READ, WRITE, FORCE, CLOSE -> new IOException(reason);
            default -> new FileSystemException(path.toString(), null, reason);
        };
    }
}
