package dev.unroll.cli;

import dev.unroll.kernels.BackendException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The command line. */
@Command(name = "unroll", description = "Recurrent networks on the JVM.", mixinStandardHelpOptions = true, versionProvider = Main.Version.class, subcommands = {
        TrainCommand.class, SampleCommand.class,
        EvaluateCommand.class, TextCommand.class, DoctorCommand.class, ReplayCommand.class,
        CommandLine.HelpCommand.class}, footerHeading = "%nExamples:%n", footer = {
                "  ./unroll train                                   on a text that comes with Unroll",
                "  ./unroll train --text book.txt --out book.safetensors",
                "  ./unroll sample --model book.safetensors --prompt \"Once upon\"",
                "  ./unroll evaluate --model book.safetensors --text other.txt",
                "  ./unroll text --out english.txt                  the text that comes with Unroll",
                "  ./unroll doctor",
                "  ./unroll bench --quick                           how fast, beside others"})
public final class Main implements Runnable {
    /** Exit code for what the user can mend. */
    static final int USER_ERROR = 2;

    /** Held, for a logger that nobody holds may lose its level. */
    private static final Logger LOG = Logger.getLogger("dev.unroll");

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private Main() {}

    /**
     * Runs a command and ends the JVM with its exit code: 0, or 1 for a check that failed, or 2 for what the user can
     * mend, or 130 where Ctrl-C ended it.
     *
     * @param arguments command and options
     */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs a command and returns its exit code. What the library logs is for services; here a warning is one line. */
    static int run(String... arguments) {
        System.setProperty("java.util.logging.SimpleFormatter.format", "%4$s: %5$s%n");
        LOG.setLevel(Level.WARNING);
        return new CommandLine(new Main())
                .setParameterExceptionHandler(Main::wrongOption)
                .setExecutionExceptionHandler(Main::failed)
                .setOverwrittenOptionsAllowed(true)
                .execute(arguments);
    }

    private static int wrongOption(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String message = e.getMessage().lines().findFirst().orElse("wrong option");
        say(command, message + " (see ./%s --help)".formatted(command.getCommandSpec().qualifiedName()));
        return USER_ERROR;
    }

    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (e instanceof UserException || e instanceof IOException || e instanceof BackendException) {
            say(command, e.getMessage());
            return USER_ERROR;
        }
        throw e;
    }

    private static void say(CommandLine command, String message) {
        PrintWriter err = command.getErr();
        err.println(command.getCommandSpec().qualifiedName() + ": " + message);
        err.flush();
    }

    /** Without a command: what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /** The version of this build. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[]{"Unroll " + (version == null ? "development build" : version)};
        }
    }
}
