package dev.unroll.bench;

import dev.unroll.cells.CellKind;

/**
 * A layer that reads as many features as it has hidden units, over a window.
 *
 * @param cell its equations
 * @param time steps, T
 * @param batch sequences side by side, N
 * @param hidden H = I
 */
public record LayerCase(CellKind cell, int time, int batch, int hidden) {
    /**
     * Number of gates, the candidate counted.
     *
     * @return 1, 3 or 4
     */
    public int gates() {
        return cell.cell(hidden, hidden).gates();
    }

    /** Of the products alone: 2*T*N * gates*H * (H + I). */
    double flops() {
        return 2.0 * time * batch * gates() * hidden * (2.0 * hidden);
    }

    /** Bytes of weights: gates*H * (H + I) floats. */
    double weightBytes() {
        return 4.0 * gates() * hidden * (2.0 * hidden);
    }

    /** Bytes of weights that have to be read at least: W_ax once for all steps, W_aa at each. */
    double readBytes() {
        return weightBytes() / 2 * (1 + time);
    }

    @Override
    public String toString() {
        return "%s T=%d N=%d H=%d".formatted(cell, time, batch, hidden);
    }
}
