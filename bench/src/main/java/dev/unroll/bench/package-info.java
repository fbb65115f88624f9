/**
 * Benchmarks: JMH's, of the kernels, of a step, of a sequence and of a training step, each on every backend; and {@code
 * ./unroll bench}, which sets them beside the machine's ceilings and other libraries.
 */
package dev.unroll.bench;
