package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.tensor.Matrix;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Specifies which forms of an LSTM there are. */
class LstmFormTest {
    private static final long SEED = 20261123;

    @ParameterizedTest
    @ValueSource(floats = {0, -0f, -1, Float.NaN, Float.NEGATIVE_INFINITY})
    void aClipThatIsNotPositiveIsRefused(float clip) {
        String message = assertThrows(IllegalArgumentException.class, () -> new LstmForm(Optional.empty(), clip))
                .getMessage();
        assertEquals("lstm: clip %s; wanted more than 0, infinity for none".formatted(clip), message);
    }

    @ParameterizedTest
    @CsvSource({"4, 2", "3, 3"})
    void peepholesOfAnotherNumberOfGatesAreRefused(int gates, int rows) {
        for (Backend backend : Backend.values()) {
            try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
                LstmForm form = new LstmForm(Optional.of(views.random(rows, 5)), 1);
                Matrix z = views.random(2, gates * 5);
                Matrix c = views.random(2, 5);
                Matrix tanhC = views.random(2, 5);
                Matrix aNext = views.random(2, 5);
                String message = assertThrows(IllegalArgumentException.class,
                        () -> kernels.lstm(form, z, c, c, tanhC, aNext)).getMessage();
                assertEquals("lstm: peepholes is %dx5; wanted %dx5, a row for each gate but the candidate"
                        .formatted(rows, gates - 1), message);
            }
        }
    }

    /** Without units nothing is read, and nothing tells three gates from four. */
    @ParameterizedTest
    @EnumSource
    void eitherNumberOfPeepholesWillDoWithoutUnits(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix none = views.random(2, 0);
            for (int rows = 2; rows <= 3; rows++) {
                kernels.lstm(new LstmForm(Optional.of(views.random(rows, 0)), 1), none, none, none, none, none);
            }
        }
    }
}
