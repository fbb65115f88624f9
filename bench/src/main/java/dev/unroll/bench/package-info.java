/** JMH benchmarks of the kernels, of a step and of a training step, each on every backend. */
package dev.unroll.bench;
