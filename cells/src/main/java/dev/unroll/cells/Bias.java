package dev.unroll.cells;

/** Whether a cell adds something to W·[a, x]. */
public enum Bias {
    /** b is learned. */
    LEARNED,
    /** There is no b. */
    NONE
}
