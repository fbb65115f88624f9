package dev.unroll.examples;

import java.time.LocalDate;
import java.time.chrono.IsoChronology;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.FormatStyle;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Days of the years 1950 to 2049 as people write them: the JDK's formats of ten countries, and some more. No text is that of two
 * days, not even where the year has two digits.
 */
final class DateSpellings {
    static final LocalDate FIRST = LocalDate.of(1950, 1, 1);
    static final LocalDate LAST = LocalDate.of(2049, 12, 31);

    private static final List<String> COUNTRIES = List.of("en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "it-IT", "nl-NL",
            "pl-PL", "pt-BR", "sv-SE");
    private static final List<FormatStyle> STYLES = List.of(FormatStyle.FULL, FormatStyle.LONG, FormatStyle.MEDIUM);
    private static final List<String> PATTERNS = List.of("yyyy-MM-dd", "yyyyMMdd", "M/d/yyyy", "MM/dd/yy", "d.M.yyyy",
            "d.M.yy", "d MMM yy", "dd-MMM-yyyy", "EEE, d MMM yyyy", "MMMM d yyyy", "yyyy MMM d");

    private DateSpellings() {}

    /** How one writes a day, each way once. */
    static List<DateTimeFormatter> all() {
        List<DateTimeFormatter> all = new ArrayList<>();
        for (String country : COUNTRIES) {
            Locale locale = Locale.forLanguageTag(country);
            STYLES.forEach(style -> all.add(formatter(style, locale)));
        }
        PATTERNS.forEach(pattern -> all.add(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)));
        all.add(new DateTimeFormatterBuilder().appendText(ChronoField.DAY_OF_MONTH, ordinals())
                .appendPattern(" 'of' MMMM yyyy").toFormatter(Locale.ENGLISH));
        return all;
    }

    static DateTimeFormatter formatter(FormatStyle style, Locale locale) {
        return DateTimeFormatter.ofPattern(DateTimeFormatterBuilder.getLocalizedDateTimePattern(style, null,
                IsoChronology.INSTANCE, locale), locale);
    }

    private static Map<Long, String> ordinals() {
        return LongStream.rangeClosed(1, 31).boxed()
                .collect(Collectors.toMap(Function.identity(), DateSpellings::ordinal));
    }

    private static String ordinal(long day) {
        boolean isTeen = day / 10 == 1;
        return day + (isTeen ? "th" : switch ((int) (day % 10)) {
            case 1 -> "st";
            case 2 -> "nd";
            case 3 -> "rd";
            default -> "th";
        });
    }

    /** A day written in one of the ways, now and then in small letters or capitals alone. */
    static String draw(LocalDate day, List<DateTimeFormatter> ways, RandomGenerator random) {
        String text = day.format(ways.get(random.nextInt(ways.size())));
        return switch (random.nextInt(5)) {
            case 0 -> text.toLowerCase(Locale.ROOT);
            case 1 -> text.toUpperCase(Locale.ROOT);
            default -> text;
        };
    }
}
