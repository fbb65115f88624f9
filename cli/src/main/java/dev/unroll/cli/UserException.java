package dev.unroll.cli;

/** Something that the user can mend: one sentence on stderr and exit code 2. */
final class UserException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UserException(String message) {
        super(message);
    }

    UserException(String message, Exception cause) {
        super(message, cause);
    }
}
