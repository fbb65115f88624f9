package dev.unroll.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.IntFunction;

/** A kind of memory that a batch may lie in beside a sequence, and the calls that take it from there and put it there. */
sealed interface Carrier {
    /** Lays the values into memory of this kind and has the layout read them. */
    void read(SequenceLayout order, BatchShape shape, float[] values, Sequence destination);

    /** Has the layout write into memory of this kind and takes the values from there. */
    float[] write(SequenceLayout order, BatchShape shape, Sequence source);

    /** Every kind. */
    static List<Carrier> all() {
        return List.of(new Arrays(), new NestedArrays(),
                new Segments("heap segment", n -> MemorySegment.ofArray(new float[n + 2]).asSlice(4, n * 4L)),
                new Segments("bytes at odd offsets",
                        n -> MemorySegment.ofArray(new byte[n * 4 + 2]).asSlice(1, n * 4L)),
                new Segments("native segment", n -> Arena.ofAuto().allocate(n * 4L, 64)),
                new Segments("native at odd addresses", n -> Arena.ofAuto().allocate(n * 4L + 1).asSlice(1)),
                new Buffers("heap buffer", n -> FloatBuffer.allocate(n + 5).position(2).limit(n + 2)),
                new Buffers("slice of a heap buffer", n -> FloatBuffer.allocate(n + 5).slice(3, n)),
                new Buffers("heap bytes, big-endian", n -> floats(ByteBuffer.allocate(n * 4 + 9), n,
                        ByteOrder.BIG_ENDIAN)),
                new Buffers("heap bytes, little-endian", n -> floats(ByteBuffer.allocate(n * 4 + 9), n,
                        ByteOrder.LITTLE_ENDIAN)),
                new Buffers("direct, big-endian", n -> floats(ByteBuffer.allocateDirect(n * 4 + 9), n,
                        ByteOrder.BIG_ENDIAN)),
                new Buffers("direct, little-endian", n -> floats(ByteBuffer.allocateDirect(n * 4 + 9), n,
                        ByteOrder.LITTLE_ENDIAN)),
                new Buffers("buffer on a segment", n -> Arena.ofAuto().allocate(n * 4L).asByteBuffer()
                        .order(ByteOrder.nativeOrder()).asFloatBuffer()));
    }

    /** {@code n} floats from an odd byte on, the first of them before the position. */
    private static FloatBuffer floats(ByteBuffer bytes, int n, ByteOrder order) {
        return bytes.position(1).order(order).asFloatBuffer().position(1).limit(n + 1);
    }

    /** {@code float[]}. */
    record Arrays() implements Carrier {
        @Override
        public void read(SequenceLayout order, BatchShape shape, float[] values, Sequence destination) {
            order.read(values.clone(), destination);
        }

        @Override
        public float[] write(SequenceLayout order, BatchShape shape, Sequence source) {
            float[] written = new float[shape.size()];
            order.write(source, written);
            return written;
        }
    }

    /** {@code float[][][]}. */
    record NestedArrays() implements Carrier {
        /** Arrays in the layout's own order. */
        static float[][][] of(SequenceLayout order, BatchShape shape) {
            int[] sizes = shape.sizes(order);
            return new float[sizes[0]][sizes[1]][sizes[2]];
        }

        @Override
        public void read(SequenceLayout order, BatchShape shape, float[] values, Sequence destination) {
            float[][][] array = of(order, shape);
            FloatBuffer next = FloatBuffer.wrap(values);
            for (float[][] plane : array) {
                for (float[] row : plane) {
                    next.get(row);
                }
            }
            order.read(array, destination);
        }

        @Override
        public float[] write(SequenceLayout order, BatchShape shape, Sequence source) {
            float[][][] array = of(order, shape);
            order.write(source, array);
            FloatBuffer written = FloatBuffer.allocate(shape.size());
            for (float[][] plane : array) {
                for (float[] row : plane) {
                    written.put(row);
                }
            }
            return written.array();
        }
    }

    /** {@link MemorySegment}. */
    record Segments(String name, IntFunction<MemorySegment> allocate) implements Carrier {
        @Override
        public void read(SequenceLayout order, BatchShape shape, float[] values, Sequence destination) {
            MemorySegment memory = allocate.apply(shape.size());
            MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values.length);
            order.read(memory.asReadOnly(), destination);
        }

        @Override
        public float[] write(SequenceLayout order, BatchShape shape, Sequence source) {
            MemorySegment memory = allocate.apply(shape.size());
            order.write(source, memory);
            return memory.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** {@link FloatBuffer}. */
    record Buffers(String name, IntFunction<FloatBuffer> allocate) implements Carrier {
        @Override
        public void read(SequenceLayout order, BatchShape shape, float[] values, Sequence destination) {
            FloatBuffer buffer = allocate.apply(shape.size());
            int begin = buffer.position();
            buffer.put(values).position(begin);
            order.read(buffer.asReadOnlyBuffer(), destination);
            order.read(buffer, destination);
            stayed(begin, shape, buffer);
        }

        @Override
        public float[] write(SequenceLayout order, BatchShape shape, Sequence source) {
            FloatBuffer buffer = allocate.apply(shape.size());
            int begin = buffer.position();
            order.write(source, buffer);
            stayed(begin, shape, buffer);
            float[] written = new float[shape.size()];
            buffer.get(written);
            return written;
        }

        private void stayed(int begin, BatchShape shape, FloatBuffer buffer) {
            if (buffer.position() != begin || buffer.remaining() != shape.size()) {
                throw new AssertionError("%s: %s after a conversion; began at %d".formatted(name, buffer, begin));
            }
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
