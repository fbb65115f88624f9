package dev.unroll.cli;

import dev.unroll.training.Training;
import dev.unroll.training.TrainingListener;
import dev.unroll.training.TrainingStep;
import dev.unroll.training.TrainingStep.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The losses of a training at each of its evaluations, and the mean of the training loss since the last. */
final class LossHistory implements TrainingListener {
    /** Evaluations that are kept; when there are more, every second of the older goes. */
    private static final int MOST = 4096;

    /**
     * One evaluation.
     *
     * @param step after which
     * @param train mean training loss of the steps since the evaluation before, nats a token
     * @param validation loss on the held-out text, nats a token
     */
    record Point(long step, double train, double validation) {
        String line() {
            return String.format(Locale.ROOT, "step %d  train %.4f  validation %.4f", step, train, validation);
        }
    }

    private final List<Point> points = new ArrayList<>();
    private double sum;
    private long steps;

    @Override
    public void onStep(Training training, TrainingStep step) {
        if (step.outcome() == Outcome.UPDATED) {
            add(step.loss());
        }
    }

    @Override
    public void onEvaluation(Training training, double loss) {
        evaluated(training.steps(), loss);
    }

    /** Counts a training step. */
    void add(double loss) {
        sum += loss;
        steps++;
    }

    /** Ends a stretch of steps with an evaluation. */
    Point evaluated(long step, double validation) {
        Point point = new Point(step, steps == 0 ? validation : sum / steps, validation);
        if (points.size() == MOST) {
            thin();
        }
        points.add(point);
        sum = 0;
        steps = 0;
        return point;
    }

    private void thin() {
        for (int i = 0; i < MOST / 2; i++) {
            points.set(i, points.get(2 * i + 1));
        }
        points.subList(MOST / 2, MOST).clear();
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
