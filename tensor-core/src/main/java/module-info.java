/** Where numbers lie: layouts and views over off-heap memory, and safetensors files. No arithmetic. */
module dev.unroll.tensor {
    requires com.fasterxml.jackson.core;

    exports dev.unroll.tensor;
}
