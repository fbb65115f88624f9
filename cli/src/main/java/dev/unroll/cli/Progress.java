package dev.unroll.cli;

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
 * Step, loss, characters a second and the time left: a bar on a terminal that can move its cursor, elsewhere a plain line
 * now and then.
 */
final class Progress implements AutoCloseable {
    private static final int WIDTH = 110;

    private final PrintStream out;
    private final boolean cursor;
    private final ProgressBar bar;
    private long characters;
    private long since = System.nanoTime();
    private double speed;

    Progress(PrintStream out, long from, long steps) {
        this.out = out;
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

    /** One step more. */
    void step(double loss, long tokens) {
        characters += tokens;
        long now = System.nanoTime();
        double seconds = (now - since) * 1e-9;
        if (seconds > 1) {
            speed = characters / seconds;
            characters = 0;
            since = now;
        }
        String pace = speed == 0 ? "" : String.format(Locale.ROOT, "  %,.0f chars/s", speed);
        bar.setExtraMessage(String.format(Locale.ROOT, " loss %.4f%s", loss, pace));
        bar.step();
    }

    /** A line above the bar; the time that it took to come to it is none of the steps'. */
    void line(String text) {
        characters = 0;
        since = System.nanoTime();
        out.println(cursor ? "\r\033[K" + text : text);
    }

    @Override
    public void close() {
        bar.close();
    }
}
