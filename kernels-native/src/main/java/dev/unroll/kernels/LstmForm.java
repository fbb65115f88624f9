package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;
import java.util.Objects;
import java.util.Optional;

/**
 * What an LSTM has beside its gates. Peepholes: p_f*c and p_u*c join z_f and z_u before σ, p_o*c' joins z_o. Clip: c' =
 * min(max(f*c + u*k, -clip), clip), NaN staying NaN. That the gates are coupled, f = 1 - u, is no part of it: z then has
 * three gates instead of four, and says so itself.
 *
 * @param peepholes (gates - 1) x H, rows in the gates' order: p_f, p_u, p_o, or p_u, p_o where they are coupled; empty for
 *     none
 * @param clip more than 0; infinite for none
 */
public record LstmForm(Optional<Matrix> peepholes, float clip) {
    /** Without either. */
    public static final LstmForm PLAIN = new LstmForm(Optional.empty(), Float.POSITIVE_INFINITY);

    /**
     * Checks the clip.
     *
     * @throws IllegalArgumentException where it is NaN, 0 or less
     */
    public LstmForm {
        Objects.requireNonNull(peepholes, "peepholes");
        if (!(clip > 0)) {
            throw new IllegalArgumentException("lstm: clip %s; wanted more than 0, infinity for none".formatted(clip));
        }
    }

    boolean isClipped() {
        return clip < Float.POSITIVE_INFINITY;
    }

    boolean isPlain() {
        return peepholes.isEmpty() && !isClipped();
    }
}
