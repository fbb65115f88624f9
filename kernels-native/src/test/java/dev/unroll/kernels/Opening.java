package dev.unroll.kernels;

import java.util.ArrayList;
import java.util.List;

/** The backends and numbers of threads that a test is repeated for. */
record Opening(Backend backend, int threads) {
    Kernels open() {
        return backend.open(threads);
    }

    /** Every backend, alone and with a helper. */
    static List<Opening> all() {
        List<Opening> openings = new ArrayList<>();
        for (Backend backend : Backend.values()) {
            openings.add(new Opening(backend, 1));
            openings.add(new Opening(backend, 2));
        }
        return openings;
    }

    @Override
    public String toString() {
        return backend + ", " + threads + (threads == 1 ? " thread" : " threads");
    }
}
