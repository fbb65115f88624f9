/**
 * The arithmetic: one contract, {@link dev.unroll.kernels.Kernels}, and three backends that keep it. The only package
 * that names the Vector API or OpenBLAS.
 */
package dev.unroll.kernels;
