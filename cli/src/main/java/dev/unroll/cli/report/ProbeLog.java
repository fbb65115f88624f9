package dev.unroll.cli.report;

import dev.unroll.training.GateHistogram;
import dev.unroll.training.ProbeReading;
import dev.unroll.training.ProbeReading.GradientByDistance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * What the probe saw: gradients by their distance in time, in {@code distances.csv}, and the gates, in {@code gates.csv}. Of
 * the gates the newest reading is kept, of the distances some, the first and the newest among them.
 */
final class ProbeLog implements AutoCloseable {
    private static final int MOST = 32;

    private final List<Distances> readings = new ArrayList<>();
    private Distances newest = new Distances(0);
    private Gates gates = new Gates(0);
    private final CsvFile distancesCsv;
    private final CsvFile gatesCsv;

    /**
     * How gradients reach back.
     *
     * @param step of the reading
     * @param relative by layer, the norm at distance 0, 1, 2 and so on, relative to the first
     */
    record Distances(long step, SequencedMap<Integer, List<Double>> relative) {
        private Distances(long step) {
            this(step, new LinkedHashMap<>());
        }

        private void add(int layer, double norm) {
            relative.computeIfAbsent(layer, _ -> new ArrayList<>()).add(norm);
        }
    }

    /**
     * How open gates were.
     *
     * @param step of the reading
     * @param shares by layer and gate, of each bin from -1 to 1
     */
    record Gates(long step, SequencedMap<Integer, SequencedMap<String, List<Double>>> shares) {
        private Gates(long step) {
            this(step, new LinkedHashMap<>());
        }

        private void add(int layer, String gate, double share) {
            shares.computeIfAbsent(layer, _ -> new LinkedHashMap<>()).computeIfAbsent(gate, _ -> new ArrayList<>())
                    .add(share);
        }
    }

    ProbeLog(Path directory, long step) throws IOException {
        distancesCsv = CsvFile.open(directory.resolve("distances.csv"),
                List.of("step", "layer", "distance", "norm", "relative_norm"), step,
                cells -> takeDistance(Long.parseLong(cells.get(0)), Integer.parseInt(cells.get(1)),
                        Float.parseFloat(cells.get(4))));
        if (newest.step > 0) {
            take(newest);
        }
        gatesCsv = CsvFile.open(directory.resolve("gates.csv"),
                List.of("step", "layer", "gate", "bin_from", "bin_to", "share"), step,
                cells -> takeGate(Long.parseLong(cells.get(0)), Integer.parseInt(cells.get(1)), cells.get(2),
                        Float.parseFloat(cells.get(5))));
    }

    private void takeDistance(long step, int layer, double relative) {
        if (step != newest.step) {
            if (newest.step > 0) {
                take(newest);
            }
            newest = new Distances(step);
        }
        newest.add(layer, relative);
    }

    private void takeGate(long step, int layer, String gate, double share) {
        if (step != gates.step) {
            gates = new Gates(step);
        }
        gates.add(layer, gate, share);
    }

    /** Every second goes when there are too many; the first stays. */
    private void take(Distances reading) {
        if (readings.size() == MOST) {
            for (int i = 0; i < MOST / 2; i++) {
                readings.set(i, readings.get(2 * i));
            }
            readings.subList(MOST / 2, MOST).clear();
        }
        readings.add(reading);
    }

    void add(ProbeReading reading) {
        newest = new Distances(reading.step());
        for (GradientByDistance layer : reading.distances()) {
            for (int distance = 0; distance < layer.norms().length; distance++) {
                float relative = (float) (layer.norms()[distance] / layer.norms()[0]);
                distancesCsv.add(reading.step(), layer.layer(), distance, (float) layer.norms()[distance], relative);
                newest.add(layer.layer(), relative);
            }
        }
        take(newest);
        gates = new Gates(reading.step());
        for (GateHistogram gate : reading.gates()) {
            double[] shares = gate.shares();
            for (int bin = 0; bin < shares.length; bin++) {
                float share = (float) shares[bin];
                gatesCsv.add(reading.step(), gate.layer(), gate.gate(), edge(bin), edge(bin + 1), share);
                gates.add(gate.layer(), gate.gate(), share);
            }
        }
    }

    /** Where a bin begins. */
    static float edge(int bin) {
        return (bin - GateHistogram.BINS / 2) / (GateHistogram.BINS / 2f);
    }

    /** The first reading, one in the middle and the newest, as far as there are so many. */
    List<Distances> distances() {
        if (readings.isEmpty()) {
            return List.of();
        }
        double half = newest.step / 2.0;
        Distances middle = readings.stream().min(Comparator.comparingDouble(r -> Math.abs(r.step - half)))
                .orElseThrow();
        return Stream.of(readings.getFirst(), middle, newest).distinct().toList();
    }

    /** The newest reading. */
    Gates gates() {
        return gates;
    }

    void flush() throws IOException {
        distancesCsv.flush();
        gatesCsv.flush();
    }

    @Override
    public void close() throws IOException {
        distancesCsv.close();
        gatesCsv.close();
    }
}
