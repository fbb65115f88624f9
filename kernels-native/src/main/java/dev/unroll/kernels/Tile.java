package dev.unroll.kernels;

import java.lang.foreign.MemorySegment;

/** out += a·b for a few rows and a few panels, all sums in registers: what every product in vectors comes down to. */
interface Tile {
    /**
     * Runs it; offsets and distances of a are in floats, all others in bytes.
     *
     * @param a the rows, packed as the tile wants them
     * @param aFrom where they begin
     * @param b the first panel: a vector for each step of depth, one after the other
     * @param bFrom where it begins
     * @param bPanel from a panel to the next
     * @param depth length of the sums
     * @param out rows of as many vectors as the tile has panels
     * @param outFrom where the first begins
     * @param outRow from a row to the next
     */
    void run(float[] a, int aFrom, MemorySegment b, long bFrom, long bPanel, int depth, MemorySegment out,
            long outFrom, long outRow);
}
