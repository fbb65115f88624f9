package dev.unroll.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The losses of a training at each of its evaluations, and the mean of the training loss since the last. */
final class LossHistory {
    /**
     * One evaluation.
     *
     * @param step after which
     * @param train mean training loss of the steps since the evaluation before, nats a character
     * @param validation loss on the held-out text, nats a character
     */
    record Point(long step, double train, double validation) {
        String line() {
            return String.format(Locale.ROOT, "step %d  train %.4f  validation %.4f", step, train, validation);
        }
    }

    private final List<Point> points = new ArrayList<>();
    private double sum;
    private long steps;

    /** Counts a training step. */
    void add(double loss) {
        sum += loss;
        steps++;
    }

    /** Ends a stretch of steps with an evaluation. */
    Point evaluated(long step, double validation) {
        Point point = new Point(step, steps == 0 ? validation : sum / steps, validation);
        points.add(point);
        sum = 0;
        steps = 0;
        return point;
    }

    List<Point> points() {
        return List.copyOf(points);
    }

    /** Whether the last point is that of a step. */
    boolean endsAt(long step) {
        return !points.isEmpty() && points.getLast().step() == step;
    }

    /** As text that {@link #parse} reads back to the bit. */
    String format() {
        return sum + " " + steps + "\n" + points.stream()
                .map(p -> p.step() + " " + p.train() + " " + p.validation() + "\n")
                .collect(Collectors.joining());
    }

    static LossHistory parse(String text) {
        LossHistory history = new LossHistory();
        List<String> lines = text.lines().toList();
        String[] open = lines.getFirst().split(" ", -1);
        history.sum = Double.parseDouble(open[0]);
        history.steps = Long.parseLong(open[1]);
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.split(" ", -1);
            history.points.add(new Point(Long.parseLong(words[0]), Double.parseDouble(words[1]),
                    Double.parseDouble(words[2])));
        }
        return history;
    }
}
