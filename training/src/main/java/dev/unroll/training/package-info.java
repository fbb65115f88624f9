/** Many steps, backwards: backpropagation through time, losses, optimisers, the trainer. */
package dev.unroll.training;
