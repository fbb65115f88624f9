package dev.unroll.examples;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeSet;
import net.datafaker.Faker;

/** Lists of real names: those that Datafaker draws from, each once and in an order that follows from a seed. */
final class Names {
    private Names() {}

    /**
     * The names of some lists.
     *
     * @param seed of the order
     * @param keys of the lists, such as name.last_name
     */
    static List<String> of(long seed, String... keys) {
        Faker faker = new Faker(Locale.ENGLISH);
        TreeSet<String> names = new TreeSet<>();
        for (String key : keys) {
            Collection<String> list = faker.fakeValuesService().fetchObject(key, faker.getContext());
            names.addAll(list);
        }
        List<String> shuffled = new ArrayList<>(names);
        Collections.shuffle(shuffled, new Random(seed));
        return shuffled;
    }
}
