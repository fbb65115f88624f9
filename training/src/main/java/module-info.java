/** Many steps, backwards: backpropagation through time, losses, optimisers, the trainer. */
module dev.unroll.training {
    requires transitive dev.unroll.models;

    exports dev.unroll.training;
}
