package dev.unroll.training;

import dev.unroll.training.PlantedFault.Source;
import java.util.List;

/** Faults of the way back through time, through layers and their ways, and through dropout. */
final class StackFaults {
    private StackFaults() {}

    static List<PlantedFault> time() {
        Source layer = new Source("training", "dev.unroll.training.LayerBackward");
        Source trace = new Source("models", "dev.unroll.models.LayerTrace");
        return List.of(
                layer.fault("time goes forward", "for (int t = schedule.time(band) - 1; t >= 0; t--)",
                        "for (int t = 0; t < schedule.time(band); t++)", Concerns.ALL),
                layer.fault("what a later step sent back is forgotten",
                        "kernels.addScaled(1, dy.rows(schedule.row(band, t), schedule.count(band, t)), back.a());",
                        "back.a().copyFrom(dy.rows(schedule.row(band, t), schedule.count(band, t)));", Concerns.ALL),
                layer.fault("every step has the first one's dy", "dy.rows(schedule.row(band, t), ",
                        "dy.rows(schedule.row(band, 0), ", Concerns.ALL),
                layer.without("there are no gradients of weights but W_ax",
                        "trace.cell().addGradient(kernels, steps, gradient);", Concerns.ALL),
                trace.fault("the state before a step is that behind it", "batch + rows.row(band, t - 1);",
                        "batch + rows.row(band, t);", Concerns.MIXED));
    }

    static List<PlantedFault> layers() {
        Source stack = new Source("training", "dev.unroll.training.StackBackward");
        return List.of(
                stack.fault("the first layer is left out", "int i = layers.size() - 1; i >= 0; i--",
                        "int i = layers.size() - 1; i > 0; i--", Concerns.ALL),
                stack.without("dropout does not go back", "trace.dropBackward(number, all);", Concerns.DROPOUT),
                stack.without("what goes backward adds to an older dx", "below.fill(0);", Concerns.BACKWARD),
                stack.without("the last hidden state has no gradient",
                        "kernels.gatherRows(from.hidden(), trace.schedule().order(), 0, to.a());", Concerns.ALL),
                stack.without("the last memory cell has no gradient",
                        "kernels.gatherRows(from.memory(), trace.schedule().order(), 0, to.c());", Concerns.LSTM),
                stack.fault("the last states' gradients are other sequences'",
                        "kernels.gatherRows(from.hidden(), trace.schedule().order(), 0, to.a());",
                        "kernels.gatherRows(from.hidden(), trace.schedule().places(), 0, to.a());", Concerns.MIXED),
                stack.fault("the first states' gradients are other sequences'",
                        "kernels.gatherRows(from.a(), trace.schedule().places(), 0, to.hidden());",
                        "kernels.gatherRows(from.a(), trace.schedule().order(), 0, to.hidden());", Concerns.MIXED),
                stack.fault("the gradient of W_ax reads x in the other way's order", "trace.input(number, way)",
                        "trace.input(number, Way.FORWARD)", Concerns.SUM),
                stack.fault("dx of what goes backward stays in its order",
                        "kernels.scatterAddRows(own, trace.layer(number, way).schedule().source(), 0, below);",
                        "kernels.addScaled(1, own, below);", Concerns.BACKWARD),
                stack.fault("both ways have the first half of dy",
                        "layer.direction() == Direction.CONCAT ? all.cols(h, h) : all", "all.cols(0, h)",
                        Concerns.CONCAT),
                stack.fault("dy of what goes backward is in the other way's order",
                        "kernels.gatherRows(half, trace.layer(number, way).schedule().source(), 0, own);",
                        "own.copyFrom(half);", Concerns.BACKWARD),
                stack.fault("dy is read as if all sequences were as long",
                        "kernels.gatherRows(gradient.asMatrix(), schedule.padded(), 0, dy().rows(0, schedule.size()));",
                        "dy().rows(0, schedule.size()).copyFrom(gradient.asMatrix().rows(0, schedule.size()));",
                        Concerns.MIXED),
                stack.fault("dx is written as if all sequences were as long",
                        "kernels.scatterAddRows(dx(), trace.schedule().padded(), 0, gradient.asMatrix());",
                        "gradient.asMatrix().rows(0, dx().rows()).copyFrom(dx());", Concerns.MIXED));
    }

    static List<PlantedFault> dropout() {
        Source dropout = new Source("models", "dev.unroll.models.OutputDropout");
        return List.of(
                dropout.without("the mask is missing", "kernels.multiplyElementwise(mask.rows(0, dy.rows()), dy, dy);",
                        Concerns.DROPOUT),
                dropout.fault("the mask is that of other rows",
                        "kernels.multiplyElementwise(mask.rows(0, dy.rows()), dy, dy);",
                        "kernels.multiplyElementwise(mask.rows(mask.rows() - dy.rows(), dy.rows()), dy, dy);",
                        Concerns.DROPOUT));
    }
}
