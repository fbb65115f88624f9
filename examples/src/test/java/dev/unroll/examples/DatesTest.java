package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.examples.Dates.Pair;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Encoder.Attention;
import dev.unroll.models.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatesTest {
    /** Otherwise nobody could tell which of the two is meant. */
    @Test
    void noTextIsThatOfTwoDays() {
        List<DateTimeFormatter> ways = DateSpellings.all();
        Map<String, LocalDate> days = new HashMap<>();
        DateSpellings.FIRST.datesUntil(DateSpellings.LAST.plusDays(1)).forEach(day -> {
            for (DateTimeFormatter way : ways) {
                String text = day.format(way).toLowerCase(Locale.ROOT);
                LocalDate other = days.put(text, day);
                assertTrue(other == null || other.equals(day), () -> text + " is " + other + " and " + day);
            }
        });
        assertEquals(42, ways.size());
    }

    @Test
    void waysOfWritingAreThoseOfManyCountries() {
        LocalDate day = LocalDate.of(1998, 5, 9);
        Set<String> texts = DateSpellings.all().stream().map(day::format).collect(Collectors.toSet());
        assertTrue(texts.containsAll(Set.of("Saturday, May 9, 1998", "Samstag, 9. Mai 1998", "9 mai 1998", "09.05.1998",
                "zaterdag 9 mei 1998", "5/9/1998", "9.5.98", "19980509", "9th of May 1998")), texts::toString);
        assertTrue(DateSpellings.draw(day, DateSpellings.all(), new SplittableRandom(1)).contains("9"));
    }

    @Test
    void noUnseenDayIsTrainedOn() {
        List<Pair> pairs = Dates.draw(5000, 1);
        Set<String> unseen = new HashSet<>(pairs.subList(0, Dates.UNSEEN).stream().map(Pair::iso).toList());
        assertEquals(Dates.UNSEEN, unseen.size());
        assertTrue(pairs.subList(Dates.UNSEEN, 5000).stream().noneMatch(pair -> unseen.contains(pair.iso())));
    }

    @Test
    void theTrivialParserKnowsTheFormatsOfOneCountry() {
        assertEquals("1998-05-09", Dates.parsed("SATURDAY, MAY 9, 1998"));
        assertEquals("", Dates.parsed("zaterdag 9 mei 1998"));
    }

    /** What it has learnt is all in its file. */
    @Test
    void writesDaysThatWereNotTrainedOn(@TempDir Path directory) throws IOException {
        List<Pair> pairs = Dates.draw(Dates.UNSEEN + Dates.STEPS * Dates.BATCH, 1);
        List<Pair> unseen = pairs.subList(0, Dates.UNSEEN);
        Path file = directory.resolve("dates.safetensors");
        try (Kernels kernels = Backend.auto(2)) {
            try (Network network = Dates.learn(kernels, Attention.DOT, pairs.subList(Dates.UNSEEN, pairs.size()),
                    Dates.STEPS, 1)) {
                network.save(file);
            }
            try (Network network = Network.load(file, kernels)) {
                double right = Dates.right(unseen, text -> Dates.write(network, text));
                assertTrue(right >= 0.98, () -> "right: " + right);
                assertTrue(Dates.right(unseen, text -> Dates.search(network, text, 3)) >= 0.98);
            }
        }
        assertTrue(Dates.right(unseen, Dates::parsed) < 0.2);
    }
}
