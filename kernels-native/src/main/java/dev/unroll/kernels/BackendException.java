package dev.unroll.kernels;

/** A backend that was asked for by name and cannot open; the message names the cure. */
public final class BackendException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BackendException(String message) {
        super(message);
    }
}
