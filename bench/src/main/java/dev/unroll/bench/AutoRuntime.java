package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.Tuning;
import java.io.IOException;
import java.util.Optional;

/** Unroll by shape: what a program gets that asks for no backend, on a machine that has been tuned. */
record AutoRuntime() implements OwnRuntime {
    static final String NAME = "auto";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> obstacle() {
        try {
            if (Tuning.load().isEmpty()) {
                return Optional.of("this machine is not tuned; ./unroll doctor --tune does it");
            }
            return Backend.VECTOR.obstacle();
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        }
    }

    @Override
    public String description() {
        try {
            return "Unroll, products and steps of " + Tuning.load().map(Tuning::toString).orElse("vector");
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    @Override
    public Kernels kernels(int threads) {
        return Backend.auto(threads);
    }
}
