package dev.unroll.training;

/**
 * What one step of a training was.
 *
 * @param number of the step, from 1
 * @param loss mean over the window's time and batch before the step, in nats a token
 * @param gradientNorm global norm before clipping
 * @param tokens number of tokens of the window
 */
public record TrainingStep(long number, double loss, double gradientNorm, int tokens) {}
