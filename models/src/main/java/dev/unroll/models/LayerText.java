package dev.unroll.models;

import dev.unroll.cells.CellText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Layers as a line of words, as files have it: parts of a layer separated by {@code ;} and layers by {@code ,}. The first
 * part is the cell, see {@link CellText}; then the direction, {@code backward}, {@code concat} or {@code sum}; then
 * {@code dropout p}, {@code variational-dropout p}, {@code recurrent-dropout p}, {@code zoneout p p}. For example
 * {@code lstm 256 peephole; concat; dropout 0.5, lstm 256}.
 */
final class LayerText {
    private static final String DROPOUT = "dropout";
    private static final String VARIATIONAL = "variational-dropout";
    private static final String RECURRENT = "recurrent-dropout";
    private static final String ZONEOUT = "zoneout";

    private LayerText() {}

    static String of(List<Layer> layers) {
        return String.join(", ", layers.stream().map(LayerText::of).toList());
    }

    private static String of(Layer layer) {
        List<String> parts = new ArrayList<>(List.of(CellText.of(layer.cell())));
        if (layer.direction() != Direction.FORWARD) {
            parts.add(name(layer.direction()));
        }
        Regularization r = layer.regularization();
        addProbability(DROPOUT, r.dropout(), parts);
        addProbability(VARIATIONAL, r.variationalDropout(), parts);
        addProbability(RECURRENT, r.recurrentDropout(), parts);
        if (r.zonesOut()) {
            parts.add(ZONEOUT + " " + r.zoneoutHidden() + " " + r.zoneoutMemory());
        }
        return String.join("; ", parts);
    }

    private static void addProbability(String name, double probability, List<String> parts) {
        if (probability > 0) {
            parts.add(name + " " + probability);
        }
    }

    private static String name(Direction direction) {
        return direction.name().toLowerCase(Locale.ROOT);
    }

    /** The layers of a text, of which the first reads x of so many numbers. */
    static List<Layer> read(String text, int inputSize) {
        List<Layer> layers = new ArrayList<>();
        int width = inputSize;
        for (String layer : text.split(", ", -1)) {
            layers.add(layer(layer, width));
            width = layers.getLast().outputSize();
        }
        return layers;
    }

    private static Layer layer(String text, int inputSize) {
        String[] parts = text.split("; ", -1);
        Layer layer = Layer.of(CellText.read(List.of(parts[0].split(" ", -1)), inputSize));
        for (String part : Arrays.asList(parts).subList(1, parts.length)) {
            layer = with(layer, part, part.split(" ", -1));
        }
        return layer;
    }

    private static Layer with(Layer layer, String part, String[] words) {
        Regularization r = layer.regularization();
        return switch (words[0] + " " + words.length) {
            case DROPOUT + " 2" -> layer.regularization(r.dropout(probability(words[1])));
            case VARIATIONAL + " 2" -> layer.regularization(r.variationalDropout(probability(words[1])));
            case RECURRENT + " 2" -> layer.regularization(r.recurrentDropout(probability(words[1])));
            case ZONEOUT + " 3" -> layer.regularization(r.zoneout(probability(words[1]), probability(words[2])));
            default -> layer.direction(direction(part));
        };
    }

    private static double probability(String word) {
        try {
            return Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'%s' is no probability".formatted(word), e);
        }
    }

    private static Direction direction(String part) {
        return Arrays.stream(Direction.values()).filter(direction -> name(direction).equals(part)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'%s' says nothing of a layer".formatted(part)));
    }
}
