package dev.unroll.kernels;

import dev.unroll.kernels.Loops.ElementLoops;
import dev.unroll.kernels.Loops.GateLoops;
import dev.unroll.kernels.Loops.LossLoops;
import dev.unroll.kernels.Loops.ProductLoops;
import dev.unroll.kernels.Loops.RowLoops;
import dev.unroll.kernels.Loops.StepLoops;

/** All loops of a backend. */
record LoopSet(ProductLoops products, StepLoops steps, GateLoops gates, ElementLoops elements,
        RowLoops rows, LossLoops losses) {}
