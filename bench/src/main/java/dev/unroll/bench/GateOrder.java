package dev.unroll.bench;

import java.util.List;

/**
 * The gates of a cell in a library's order.
 *
 * @param gates names as {@link dev.unroll.cells.Cell#gateNames} has them; a minus before one negates its weights and bias,
 *     which turns u into 1 - u
 */
public record GateOrder(List<String> gates) {
    /**
     * An order.
     *
     * @param gates names, for example {@code -u}, {@code r}, {@code c}
     * @return the order
     */
    public static GateOrder of(String... gates) {
        return new GateOrder(List.of(gates));
    }

    /** Name of a gate without its sign. */
    String name(int i) {
        return gates.get(i).replace("-", "");
    }

    float sign(int i) {
        return gates.get(i).startsWith("-") ? -1 : 1;
    }
}
