package dev.unroll.cli;

import dev.unroll.training.Training;
import dev.unroll.training.TrainingListener;
import dev.unroll.training.TrainingStep;
import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Step, loss, characters or words a second and the time left: a bar on a terminal that can move its cursor, elsewhere a plain line
 * now and then.
 */
final class Progress implements TrainingListener, AutoCloseable {
    private static final int WIDTH = 110;

    private final PrintStream out;
    private final boolean cursor;
    private final ProgressBar bar;
    private final LossHistory history;
    private final Pace pace;
    private final Unit unit;
    private double seconds;
    private long tokens;
    private String speed = "";

    Progress(PrintStream out, long from, long steps, LossHistory history, Pace pace, Unit unit) {
        this.out = out;
        this.history = history;
        this.pace = pace;
        this.unit = unit;
        this.cursor = hasCursor();
        ProgressBarBuilder builder = new ProgressBarBuilder().setTaskName("train").setInitialMax(steps)
                .startsFrom(from, Duration.ZERO).setStyle(ProgressBarStyle.ASCII).setMaxRenderedLength(WIDTH);
        this.bar = cursor
                ? builder.setUpdateIntervalMillis(200).setConsumer(new ConsoleProgressBarConsumer(out, WIDTH)).build()
                : builder.setUpdateIntervalMillis(10_000)
                        .setConsumer(new DelegatingProgressBarConsumer(line -> out.println(line.strip()), WIDTH))
                        .build();
    }

    /** Some JDKs give no console where there is no terminal, others one that knows it. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean hasCursor() {
        Console console = System.console();
        String terminal = System.getenv().getOrDefault("TERM", "dumb");
        return console != null && console.isTerminal() && !terminal.equals("dumb");
    }

    @Override
    public void onStep(Training training, TrainingStep step) {
        if (pace.seconds() - seconds > 1) {
            speed = String.format(Locale.ROOT, "  %,.0f %ss/s",
                    (pace.tokens() - tokens) / (pace.seconds() - seconds), unit.brief());
            seconds = pace.seconds();
            tokens = pace.tokens();
        }
        String skipped = training.skipped() == 0 ? "" : "  %d skipped".formatted(training.skipped());
        bar.setExtraMessage(String.format(Locale.ROOT, " loss %.4f%s%s", step.loss(), speed, skipped));
        bar.step();
    }

    @Override
    public void onEvaluation(Training training, double loss) {
        LossHistory.Point point = history.points().getLast();
        line(point.line() + switch (unit) {
            case CHARACTER -> "";
            case WORD -> String.format(Locale.ROOT, "  %s  epoch %.2f", unit.perplexity(loss), training.epochs());
        });
    }

    /** A line above the bar. */
    void line(String text) {
        out.println(cursor ? "\r\033[K" + text : text);
    }

    @Override
    public void close() {
        bar.close();
    }
}
