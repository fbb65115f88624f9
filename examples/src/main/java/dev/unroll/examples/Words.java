package dev.unroll.examples;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** The words of some sentences, each with an index from 1; 0 is any other word. */
final class Words {
    private final Map<String, Integer> indices = new LinkedHashMap<>();

    /** Of sentences whose words have a space between them. */
    Words(Collection<String> sentences) {
        for (String sentence : sentences) {
            for (String word : sentence.split(" ")) {
                indices.putIfAbsent(word, indices.size() + 1);
            }
        }
    }

    /** Number of words, the one that stands for any other included. */
    int size() {
        return indices.size() + 1;
    }

    int[] encode(String sentence) {
        return Arrays.stream(sentence.split(" ")).mapToInt(word -> indices.getOrDefault(word, 0)).toArray();
    }
}
