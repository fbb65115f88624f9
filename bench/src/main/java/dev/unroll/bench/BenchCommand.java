package dev.unroll.bench;

import dev.unroll.bench.Plan.Shape;
import dev.unroll.cells.CellKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./unroll bench}: how fast this machine is, with whom beside us. */
@Command(name = "unroll bench", description = {
        "Measures Unroll on this machine: beside the machine's ceilings, backend beside backend, and beside ONNX Runtime,"
                + " oneDNN and libtorch where they are built in (--peers).",
        "The sides take turns, so that a machine whose speed drifts is fair to all."}, sortOptions = false, footerHeading = "%nExamples:%n", footer = {
                "  ./unroll bench --quick                           a look, in three minutes",
                "  taskset -c 0 ./unroll bench --peers --out results",
                "  ./unroll bench --peers --only layers --cells lstm --shapes 1x1x256,64x32x512"})
public final class BenchCommand implements Callable<Integer> {
    private static final int USER_ERROR = 2;
    private static final List<CellKind> CELLS = List.of(CellKind.LSTM, CellKind.GRU, CellKind.RNN);
    private static final Pattern SHAPE = Pattern.compile("([1-9]\\d{0,5})x([1-9]\\d{0,5})x([1-9]\\d{0,4})");

    /** Held, since a logger that nobody holds forgets its level. */
    private static final Logger LOG = Logger.getLogger("dev.unroll");

    /** What can be asked for alone. */
    private enum Part {
        ceilings, products, layers, training, steps, streams, start
    }

    @Spec
    private CommandSpec spec;

    @Option(names = "--quick", description = "Fewer shapes, shorter times, no plain Java: for a look.")
    private boolean isQuick;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1", description = "Threads of each contender (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--peers", description = "Build ONNX Runtime, oneDNN and libtorch in (also UNROLL_PEERS=1): 190 MB of downloads at"
            + " first.")
    private boolean wantsPeers;

    @Option(names = "--out", paramLabel = "DIR", description = "Also write figures.csv, tables.md and pictures there.")
    private Path folder;

    @Option(names = "--cells", paramLabel = "NAME", split = ",", description = "Layers of these cells alone: lstm, gru, rnn.")
    private List<String> cells;

    @Option(names = "--only", paramLabel = "PART", split = ",", description = "These parts alone: ${COMPLETION-CANDIDATES}. Ceilings"
            + " are always measured.")
    private List<Part> parts;

    @Option(names = "--shapes", paramLabel = "TxNxH", split = ",", description = "Layers and training of these shapes instead: time x batch"
            + " x hidden.")
    private List<String> shapes;

    @SuppressWarnings("UnusedVariable") // Read by picocli alone.
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean wantsHelp;

    private BenchCommand() {}

    /**
     * Runs the comparison and ends the JVM: 0, or 2 for what the user can mend.
     *
     * @param arguments options
     */
    public static void main(String[] arguments) {
        LOG.setLevel(Level.WARNING);
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return new CommandLine(new BenchCommand()).setParameterExceptionHandler(BenchCommand::wrongOption)
                .setExecutionExceptionHandler(BenchCommand::failed).setOverwrittenOptionsAllowed(true)
                .execute(arguments);
    }

    private static int wrongOption(ParameterException e, String[] arguments) {
        return userError(e.getCommandLine(), e.getMessage().lines().findFirst().orElse("wrong option")
                + " (see ./unroll bench --help)");
    }

    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (e instanceof IOException) {
            return userError(command, e.getMessage());
        }
        if (e instanceof ParameterException wrong) {
            return wrongOption(wrong, new String[0]);
        }
        throw e;
    }

    private static int userError(CommandLine command, String message) {
        PrintWriter err = command.getErr();
        err.println("unroll bench: " + message);
        err.flush();
        return USER_ERROR;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Plan plan = plan();
        ResultFiles files = folder == null ? null : new ResultFiles(folder);
        Comparison comparison = new Comparison(plan, System.out);
        if (wantsPeers && !comparison.hasPeers()) {
            throw wrong("--peers: none runs here; the reasons are above");
        }
        comparison.run();
        if (files != null) {
            comparison.write(files);
            System.out.println("\nFigures, tables and pictures are in " + folder);
        }
        return 0;
    }

    private Plan plan() {
        if (threads < 1 || threads > 1024) {
            throw wrong("--threads is %d; wanted 1 to 1024".formatted(threads));
        }
        List<CellKind> kinds = cells == null ? CELLS : cells.stream().map(this::cell).toList();
        List<Shape> wanted = shapes == null ? null : shapes.stream().map(this::shape).toList();
        return new Plan(threads, isQuick ? Pace.quick(threads) : Pace.full(threads),
                wants(Part.products) ? Plan.products(isQuick) : List.of(),
                wants(Part.layers) ? Plan.layers(kinds, wanted == null ? Plan.layers(isQuick) : wanted) : List.of(),
                wants(Part.training)
                        ? Plan.trainings(wanted == null ? Plan.trainings(isQuick) : wanted)
                        : List.of(),
                wants(Part.steps) ? Plan.steps(kinds, isQuick) : List.of(),
                wants(Part.streams) ? Plan.services(isQuick) : List.of(),
                wants(Part.start) ? List.of(kinds.getFirst()) : List.of(), !isQuick);
    }

    private boolean wants(Part part) {
        return parts == null || parts.contains(part);
    }

    private CellKind cell(String name) {
        return CELLS.stream().filter(kind -> kind.toString().equals(name)).findFirst()
                .orElseThrow(() -> wrong("--cells is '%s'; wanted lstm, gru or rnn".formatted(name)));
    }

    private Shape shape(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            throw wrong("--shapes is '%s'; wanted TxNxH, for example 100x1x256".formatted(text));
        }
        int[] sizes = Arrays.stream(text.split("x")).mapToInt(Integer::parseInt).toArray();
        return new Shape(sizes[0], sizes[1], sizes[2]);
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
