package dev.unroll.training;

import dev.unroll.models.Layer;
import dev.unroll.models.Lengths;
import dev.unroll.models.Regularization;
import dev.unroll.models.Stack;
import dev.unroll.models.Way;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * What a layer is disturbed with, drawn again in the order that the library draws it, or the mean of it. One generator gives
 * the seeds: layer by layer, of each way one for recurrent dropout and two for zoneout, of a and of c, then of the layer's
 * output one for dropout and one for variational dropout; a layer takes none for what it does not do. A row of random
 * numbers comes from such a seed and a key: t*batch + i for what is drawn at each step, i for what is drawn for a sequence.
 */
final class OracleNoise {
    private static final long SPREAD = 0xD1342543DE82EF95L;

    private final Map<Way, OfWay> ways = new EnumMap<>(Way.class);
    /** By t*batch + i. */
    private final double[][] output;

    /** What one way's steps are disturbed with. */
    static final class OfWay {
        /** m of recurrent dropout, by sequence. */
        final double[][] heard;
        /** z of zoneout, by t*batch + i. */
        final double[][] keptHidden;
        final double[][] keptMemory;

        private OfWay(double[][] heard, double[][] keptHidden, double[][] keptMemory) {
            this.heard = heard;
            this.keptHidden = keptHidden;
            this.keptMemory = keptMemory;
        }
    }

    /** Numbers that are one thing with a probability, and else another. */
    private record Coin(double probability, double hit, double miss) {
        static Coin dropout(double probability) {
            return new Coin(probability, 0, 1 / (1 - probability));
        }

        static Coin zoneout(double probability) {
            return new Coin(probability, 1, 0);
        }

        double[][] rows(long seed, int count, int width) {
            double[][] rows = new double[count][width];
            for (int key = 0; key < count; key++) {
                SplittableRandom random = new SplittableRandom(
                        new SplittableRandom(seed + (key + 1L) * SPREAD).nextLong());
                for (int j = 0; j < width; j++) {
                    rows[key][j] = random.nextDouble() < probability ? hit : miss;
                }
            }
            return rows;
        }

        /** The mean of dropout is 1, that of zoneout its probability. */
        double[][] mean(int count, int width) {
            double[][] rows = new double[count][width];
            for (double[] row : rows) {
                Arrays.fill(row, probability * hit + (1 - probability) * miss);
            }
            return rows;
        }
    }

    private OracleNoise(Layer layer, Lengths lengths, Draw draw) {
        Regularization r = layer.regularization();
        int batch = lengths.batch();
        int rows = lengths.time() * batch;
        int hiddenSize = layer.cell().hiddenSize();
        boolean zonesOut = r.zoneoutHidden() > 0 || r.zoneoutMemory() > 0;
        for (Way way : layer.direction().ways()) {
            ways.put(way, new OfWay(
                    draw.rows(r.recurrentDropout() > 0, Coin.dropout(r.recurrentDropout()), batch, hiddenSize),
                    draw.rows(zonesOut, Coin.zoneout(r.zoneoutHidden()), rows, hiddenSize),
                    draw.rows(zonesOut, Coin.zoneout(r.zoneoutMemory()), rows, layer.cell().memorySize())));
        }
        boolean dropsOutput = r.dropout() > 0 || r.variationalDropout() > 0;
        this.output = draw.rows(dropsOutput, Coin.dropout(r.dropout()), rows, layer.outputSize());
        double[][] ofSequence = draw.rows(dropsOutput, Coin.dropout(r.variationalDropout()), batch, layer.outputSize());
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < output[row].length; j++) {
                output[row][j] *= ofSequence[row % batch][j];
            }
        }
    }

    /** Who gives a layer its random numbers. */
    private interface Draw {
        double[][] rows(boolean isWanted, Coin coin, int count, int width);
    }

    /** The noise of each layer. */
    static List<OracleNoise> of(Stack stack, Lengths lengths, OptionalLong seed) {
        SplittableRandom seeds = new SplittableRandom(seed.orElse(0));
        List<OracleNoise> layers = new ArrayList<>();
        for (Layer layer : stack.layers()) {
            layers.add(new OracleNoise(layer, lengths, (isWanted, coin, count, width) -> isWanted && seed.isPresent()
                    ? coin.rows(seeds.nextLong(), count, width)
                    : coin.mean(count, width)));
        }
        return layers;
    }

    OfWay of(Way way) {
        return ways.get(way);
    }

    double[] output(int row) {
        return output[row];
    }
}
