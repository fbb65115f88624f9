/** Where numbers lie: layouts and views over off-heap memory, and safetensors files. No arithmetic. */
package dev.unroll.tensor;
