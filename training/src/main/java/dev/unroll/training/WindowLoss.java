package dev.unroll.training;

/**
 * The loss of a window.
 *
 * @param value its mean or its sum; 0 where no step has a target
 * @param weight Σ w_i over the steps that have a target
 */
public record WindowLoss(double value, double weight) {}
