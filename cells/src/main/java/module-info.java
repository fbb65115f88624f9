/** One step of a recurrent network and its derivative: equations, not loops over time. */
module dev.unroll.cells {
    requires transitive dev.unroll.kernels;

    exports dev.unroll.cells;
}
