package dev.unroll.cli;

import dev.unroll.cli.DefaultText.Languages;
import dev.unroll.cli.report.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./unroll text}: the text that comes with Unroll, as a file. */
@Command(name = "text", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Writes the text that comes with Unroll to a file: speeches of the European Parliament (Europarl), a sentence or"
                + " more a line. The English ones are 1.3 MB; in all languages there are 18."}, footerHeading = "%nExamples:%n", footer = {
                        "  ./unroll text --out english.txt",
                        "  ./unroll text --out europarl.txt --megabytes 5 --all-languages"})
final class TextCommand implements Callable<Integer> {
    @Option(names = "--out", paramLabel = "FILE", required = true, description = "Where to; replaced if it is there.")
    private Path out;

    @Option(names = "--megabytes", paramLabel = "X", description = "Whole passages from the begin, up to so many million bytes (default: all there are).")
    private Double megabytes;

    @Option(names = "--all-languages", description = "Not the English ones alone, but what there is, in its order.")
    private boolean allLanguages;

    @Override
    public Integer call() throws IOException {
        if (megabytes != null && !(megabytes > 0 && megabytes < Double.POSITIVE_INFINITY)) {
            throw new UserException("--megabytes is %s; wanted a number above 0".formatted(megabytes));
        }
        long most = megabytes == null ? Long.MAX_VALUE : Math.round(megabytes * 1e6);
        String text = DefaultText.read(allLanguages ? Languages.ALL : Languages.ENGLISH, most);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            throw new UserException("--megabytes is %s; the first passage is longer".formatted(megabytes));
        }
        WholeFile.write(out, bytes);
        System.out.printf(Locale.ROOT, "%s: %,d bytes, %,d lines%n", out, bytes.length, text.lines().count());
        // A passage is shorter than this: less was written since there is no more.
        boolean isAll = megabytes != null && bytes.length < 0.9 * megabytes * 1e6;
        if (isAll) {
            System.out.println(allLanguages
                    ? "that is all there is"
                    : "that is all the English there is; --all-languages has more");
        }
        return 0;
    }
}
