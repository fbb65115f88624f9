package dev.unroll.cells;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CellKindTest {
    @Test
    void namesAreTheOnesThatFilesHold() {
        assertEquals(List.of("rnn", "gru", "gru-reset-before", "gru-simplified", "gru-layer-norm", "lstm",
                "lstm-layer-norm"),
                Arrays.stream(CellKind.values()).map(CellKind::toString).toList());
    }

    @ParameterizedTest
    @EnumSource
    void nameLeadsToTheKind(CellKind kind) {
        assertEquals(Optional.of(kind), CellKind.named(kind.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "LSTM", "lstm ", "gru_reset_before", "tree"})
    void otherNamesLeadNowhere(String name) {
        assertEquals(Optional.empty(), CellKind.named(name));
    }

    @ParameterizedTest
    @EnumSource
    void cellIsOfItsKindAndSizes(CellKind kind) {
        Cell cell = kind.cell(3, 5);
        assertSame(kind, CellKind.of(cell));
        assertEquals(3, cell.inputSize());
        assertEquals(5, cell.hiddenSize());
    }

    @ParameterizedTest
    @EnumSource
    void sizesBelowOneAreRefused(CellKind kind) {
        for (int[] sizes : new int[][]{{0, 1}, {1, 0}, {-1, 1}, {1, Integer.MIN_VALUE}}) {
            String message = assertThrows(IllegalArgumentException.class, () -> kind.cell(sizes[0], sizes[1]))
                    .getMessage();
            assertEquals("%s: inputSize %d, hiddenSize %d; wanted both 1 or more".formatted(
                    kind.toString().replaceAll("-.*", ""), sizes[0], sizes[1]), message);
        }
    }

    @ParameterizedTest
    @EnumSource
    void gateGroupsCoverTheGatesInOrder(CellKind kind) {
        Cell cell = kind.cell(2, 3);
        assertEquals(cell.gates(), cell.gateGroups().stream().mapToInt(Integer::intValue).sum());
    }

    @Test
    void gatesAreInTheOrderOfTheDesign() {
        assertEquals(List.of("a"), CellKind.RNN.cell(1, 1).gateNames());
        assertEquals(List.of("u", "r", "c"), CellKind.GRU.cell(1, 1).gateNames());
        assertEquals(List.of("u", "r", "c"), CellKind.GRU_RESET_BEFORE.cell(1, 1).gateNames());
        assertEquals(List.of("u", "c"), CellKind.GRU_SIMPLIFIED.cell(1, 1).gateNames());
        assertEquals(List.of("f", "u", "o", "c"), CellKind.LSTM.cell(1, 1).gateNames());
        assertEquals(List.of("u", "o", "c"), new LstmCell(1, 1).coupled().gateNames());
    }

    @Test
    void weightsAreOneStackedMatrixAndOneBias() {
        assertEquals(List.of(new Parameters.Shape("weight", 5, 8), new Parameters.Shape("bias", 1, 5)),
                CellKind.RNN.cell(3, 5).parameterShapes());
        assertEquals(List.of(new Parameters.Shape("weight", 15, 8), new Parameters.Shape("bias", 1, 15)),
                CellKind.GRU_RESET_BEFORE.cell(3, 5).parameterShapes());
        assertEquals(List.of(new Parameters.Shape("weight", 20, 8), new Parameters.Shape("bias", 1, 20)),
                CellKind.LSTM.cell(3, 5).parameterShapes());
    }

    @Test
    void resetAfterHasASecondBiasForItsCandidate() {
        assertEquals(List.of(new Parameters.Shape("weight", 15, 8), new Parameters.Shape("bias", 1, 15),
                new Parameters.Shape("recurrent_bias", 1, 5)), CellKind.GRU.cell(3, 5).parameterShapes());
    }

    @Test
    void onlyAnLstmHasAMemoryCell() {
        for (CellKind kind : CellKind.values()) {
            assertEquals(kind.toString().startsWith("lstm") ? 5 : 0, kind.cell(3, 5).memorySize(), kind.toString());
        }
    }
}
