package dev.unroll.bench;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Architecture;
import dev.unroll.models.Head;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.Session;
import dev.unroll.models.Stack;
import java.lang.foreign.Arena;
import java.util.Optional;

/** A session's step: the layer, and a head of one number, which sums the hidden state up. */
final class UnrollStep implements StepContender {
    private final Kernels kernels;
    private final Network network;
    private final Session session;
    private final float[][] x;
    private final float[] y = new float[1];
    private int t;

    UnrollStep(LayerOperands operands, Kernels kernels) {
        LayerCase shape = operands.shape();
        this.kernels = kernels;
        this.network = network(shape, operands.weights(), kernels);
        this.session = network.newSession();
        this.x = operands.steps();
        network.warmUp();
    }

    static Network network(LayerCase shape, LayerWeights weights, Kernels kernels) {
        Architecture architecture;
        try (Network drawn = Network.builder(new Input.Features(shape.hidden())).layer(shape.cell(), shape.hidden())
                .linear(1).build(1, kernels)) {
            architecture = drawn.architecture();
        }
        try (Arena arena = Arena.ofConfined()) {
            Parameters parameters = Parameters.allocate(arena, architecture.parameterShapes());
            parameters.clear();
            parameters.under(Stack.prefix(0)).copyFrom(weights.toParameters(arena));
            parameters.get(Head.WEIGHT).fill(1);
            return Network.of(architecture, Optional.empty(), parameters, kernels);
        }
    }

    @Override
    public void run() {
        session.step(x[t], y);
        t = t + 1 == x.length ? 0 : t + 1;
    }

    @Override
    public double sum() {
        return y[0];
    }

    @Override
    public void close() {
        network.close();
        kernels.close();
    }
}
