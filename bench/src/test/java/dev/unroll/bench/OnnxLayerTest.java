package dev.unroll.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.cells.CellKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bytes of a model, read back field by field; the field numbers are those of onnx.proto3. */
class OnnxLayerTest {
    private static final int GRAPH = 7;

    /** A field as it lies in a message: an integer, or bytes. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Field(int number, long integer, byte[] bytes) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static List<Field> read(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message);
        List<Field> fields = new ArrayList<>();
        while (in.hasRemaining()) {
            long key = varint(in);
            int number = (int) (key >>> 3);
            switch ((int) (key & 7)) {
                case 0 -> fields.add(new Field(number, varint(in), new byte[0]));
                case 2 -> {
                    byte[] bytes = new byte[(int) varint(in)];
                    in.get(bytes);
                    fields.add(new Field(number, 0, bytes));
                }
                default -> throw new AssertionError("wire type of field " + number);
            }
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static List<Field> all(List<Field> fields, int number) {
        return fields.stream().filter(field -> field.number() == number).toList();
    }

    private static List<String> names(List<Field> messages, int number) {
        return messages.stream().map(message -> all(read(message.bytes()), number).getFirst().text()).toList();
    }

    private static List<Field> graph(CellKind cell) {
        LayerOperands operands = LayerOperands.random(new LayerCase(cell, 5, 3, 2), 1);
        List<Field> model = read(OnnxLayer.model(operands.shape(), operands.weights()));
        assertEquals(8, all(model, 1).getFirst().integer());
        assertEquals(14, all(read(all(model, 8).getFirst().bytes()), 2).getFirst().integer());
        return read(all(model, GRAPH).getFirst().bytes());
    }

    @Test
    void lstmHasItsInputsOutputsAndWeights() {
        List<Field> graph = graph(CellKind.LSTM);
        List<Field> node = read(all(graph, 1).getFirst().bytes());
        assertEquals("LSTM", all(node, 4).getFirst().text());
        assertEquals(List.of("X", "W", "R", "B", "", "initial_h", "initial_c"),
                all(node, 1).stream().map(Field::text).toList());
        assertEquals(List.of("Y", "Y_h", "Y_c"), all(node, 2).stream().map(Field::text).toList());
        assertEquals(List.of("W", "R", "B"), names(all(graph, 5), 8));
        assertEquals(List.of("X", "initial_h", "initial_c"), names(all(graph, 11), 1));
        assertEquals(List.of("Y", "Y_h", "Y_c"), names(all(graph, 12), 1));
    }

    @Test
    void gruResetsAfterTheProduct() {
        List<Field> node = read(all(graph(CellKind.GRU), 1).getFirst().bytes());
        assertEquals("GRU", all(node, 4).getFirst().text());
        List<Field> attribute = read(all(node, 5).getLast().bytes());
        assertEquals("linear_before_reset", all(attribute, 1).getFirst().text());
        assertEquals(1, all(attribute, 3).getFirst().integer());
        assertEquals(2, all(attribute, 20).getFirst().integer());
    }

    @Test
    void weightsAreLittleEndianFloatsInOnnxsOrder() {
        LayerOperands operands = LayerOperands.random(new LayerCase(CellKind.LSTM, 5, 3, 2), 1);
        List<Field> recurrent = read(all(graph(CellKind.LSTM), 5).get(1).bytes());
        assertEquals(List.of(1L, 8L, 2L), all(recurrent, 1).stream().map(Field::integer).toList());
        float[] values = new float[16];
        ByteBuffer.wrap(all(recurrent, 9).getFirst().bytes()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer()
                .get(values);
        assertArrayEquals(operands.weights().recurrent(GateOrder.of("u", "o", "f", "c")), values);
    }

    @Test
    void shapesAreTimeMajor() {
        List<Field> x = read(all(graph(CellKind.RNN), 11).getFirst().bytes());
        List<Field> tensor = read(all(read(all(x, 2).getFirst().bytes()), 1).getFirst().bytes());
        assertEquals(1, all(tensor, 1).getFirst().integer());
        List<Long> dimensions = all(read(all(tensor, 2).getFirst().bytes()), 1).stream()
                .map(dimension -> all(read(dimension.bytes()), 1).getFirst().integer()).toList();
        assertEquals(List.of(5L, 3L, 2L), dimensions);
    }

    @Test
    void largeNumbersTakeSeveralBytes() {
        assertArrayEquals(new byte[]{8, (byte) 0xac, 2}, new Protobuf().integer(1, 300).toBytes());
        assertArrayEquals(new byte[]{(byte) 0xa0, 1, 2}, new Protobuf().integer(20, 2).toBytes());
    }
}
