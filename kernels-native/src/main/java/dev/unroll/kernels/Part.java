package dev.unroll.kernels;

/** Work on items that have nothing of one another's, so that threads can share it. */
@FunctionalInterface
public interface Part {
    /**
     * Works on some of the items.
     *
     * @param from first item
     * @param to behind the last
     */
    void run(int from, int to);
}
