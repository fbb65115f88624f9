package dev.unroll.kernels;

/** a' = g(z), element by element, and g'(z) in terms of a'. */
public enum Activation {
    /** g(z) = tanh(z); g' = 1 - a'^2. */
    TANH,
    /** g(z) = max(0, z); g' = 1 where a' > 0, else 0, and so 0 at z = 0. A NaN stays one, and passes a gradient on as it is. */
    RELU,
    /** g(z) = z; g' = 1. */
    IDENTITY,
    /** g(z) = σ(z) = 1/(1 + exp(-z)); g' = a'*(1 - a'). */
    SIGMOID
}
