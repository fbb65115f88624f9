package dev.unroll.examples.service;

/** A request that is not answered as it wishes: its status, and one sentence for the client. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    RefusedException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** Of HTTP, 400 or more. */
    int status() {
        return status;
    }
}
