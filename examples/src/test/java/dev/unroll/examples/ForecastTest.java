package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ForecastTest {
    private static final float[] SERIES = Forecast.series(1);

    @Test
    void forecastsBetterThanTheDayBefore() {
        try (Kernels kernels = Backend.auto(1); Network network = Forecast.learn(kernels, SERIES, 400, 1)) {
            double error = Forecast.error(SERIES, t -> Forecast.forecast(network, SERIES, t));
            double naive = Forecast.error(SERIES, t -> Forecast.repeat(SERIES, t, 24));
            assertTrue(error < naive / 2, () -> "error %s, the day before %s".formatted(error, naive));
        }
    }

    @Test
    void readsNothingOfWhatItForecasts() {
        int t = SERIES.length - Forecast.HORIZON;
        float[] changed = SERIES.clone();
        Arrays.fill(changed, t, changed.length, 9);
        try (Kernels kernels = Backend.auto(1); Network network = Forecast.learn(kernels, SERIES, 1, 1)) {
            assertArrayEquals(Forecast.forecast(network, SERIES, t), Forecast.forecast(network, changed, t));
        }
        assertArrayEquals(Forecast.repeat(SERIES, t, 24), Forecast.repeat(changed, t, 24));
    }
}
