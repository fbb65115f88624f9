package dev.unroll.cells;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.kernels.Activation;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies a cell as words. */
class CellTextTest {
    static Stream<Arguments> cells() {
        LstmCell lstm = new LstmCell(3, 256);
        return Stream.of(Arguments.of("lstm 256", lstm),
                Arguments.of("lstm 256 peephole", lstm.peephole()),
                Arguments.of("lstm 256 coupled", lstm.coupled()),
                Arguments.of("lstm 256 clip 2.5", lstm.clip(2.5f)),
                Arguments.of("lstm 256 projection 64", lstm.projection(64)),
                Arguments.of("lstm 256 peephole coupled clip 0.1 projection 7 no-bias",
                        lstm.withoutBias().projection(7).clip(0.1f).coupled().peephole()),
                Arguments.of("lstm-layer-norm 5", new LayerNormLstmCell(3, 5)),
                Arguments.of("gru 5 no-bias", new GruResetAfterCell(3, 5).withoutBias()),
                Arguments.of("gru-reset-before 5 no-bias", new GruResetBeforeCell(3, 5).withoutBias()),
                Arguments.of("gru-simplified 5 no-bias", new GruSimplifiedCell(3, 5).withoutBias()),
                Arguments.of("gru-layer-norm 5", new LayerNormGruCell(3, 5)),
                Arguments.of("rnn 5", new RnnCell(3, 5)),
                Arguments.of("rnn 5 relu no-bias", new RnnCell(3, 5).withoutBias().activation(Activation.RELU)),
                Arguments.of("rnn 5 identity", new RnnCell(3, 5).activation(Activation.IDENTITY)));
    }

    @ParameterizedTest
    @MethodSource("cells")
    void theWordsAreTheCells(String words, Cell cell) {
        assertEquals(words, CellText.of(cell));
        assertEquals(cell, CellText.read(List.of(words.split(" ", -1)), 3));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"lstm|'lstm' lacks a number", "lstm many|'many' of 'lstm' is no size",
            "lstm 5 clip|'clip' lacks a number", "lstm 5 clip x|'x' of 'clip' is no number",
            "lstm 5 clip 0|lstm: clip 0.0; wanted above 0", "lstm 5 clip NaN|lstm: clip NaN; wanted above 0",
            "lstm 5 projection -1|lstm: projection -1; wanted 1 or more, or 0 for none",
            "lstm 5 relu|'relu' is no option of lstm", "gru 5 peephole|'peephole' is no option of gru",
            "rnn 5 6|'6' is no option of rnn", "gru-layer-norm 5 no-bias|'no-bias' is no option of gru-layer-norm",
            "rnn 0|rnn: inputSize 3, hiddenSize 0; wanted both 1 or more"})
    void aWrongWordIsNamed(String words, String message) {
        assertEquals(message, assertThrows(IllegalArgumentException.class,
                () -> CellText.read(List.of(words.split(" ", -1)), 3)).getMessage());
    }

    @Test
    void aCellOfAnotherNameIsRefusedWithTheNamesThereAre() {
        String message = assertThrows(IllegalArgumentException.class,
                () -> CellText.read(List.of("tree", "5"), 3)).getMessage();
        assertEquals("no cell is called 'tree'; wanted one of [rnn, gru, gru-reset-before, gru-simplified,"
                + " gru-layer-norm, lstm, lstm-layer-norm]", message);
    }
}
