package dev.unroll.models;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A session as bytes, for another process with the same network: a mark, the sizes of the layers' states and of the source that
 * is looked at, the numbers, and a CRC-32C of all of it; little-endian.
 */
final class SessionBytes {
    private static final long MARK = 0x3153534553524e55L; // UNRSESS1, as a reader of the bytes sees it
    private static final int HEADER = Long.BYTES + 3 * Integer.BYTES;

    private final float[] state;
    private final float[] source;
    private final boolean hasSource;

    /**
     * Takes a session's numbers.
     *
     * @param state a and c of each layer, one after the other
     * @param source the encoder's outputs, a row a step, one after the other; empty without attention
     * @param hasSource whether a source has been read
     */
    SessionBytes(float[] state, float[] source, boolean hasSource) {
        this.state = state;
        this.source = source;
        this.hasSource = hasSource;
    }

    float[] state() {
        return state;
    }

    float[] source() {
        return source;
    }

    boolean hasSource() {
        return hasSource;
    }

    byte[] encode(Stack stack) {
        int[] sizes = sizes(stack);
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + Integer.BYTES * sizes.length
                + Float.BYTES * (state.length + source.length) + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MARK).putInt(hasSource ? 1 : 0).putInt(source.length).putInt(sizes.length);
        bytes.asIntBuffer().put(sizes);
        bytes.position(bytes.position() + Integer.BYTES * sizes.length);
        for (float[] numbers : new float[][]{state, source}) {
            bytes.asFloatBuffer().put(numbers);
            bytes.position(bytes.position() + Float.BYTES * numbers.length);
        }
        return bytes.putInt(checksum(bytes.array())).array();
    }

    /**
     * Reads it back.
     *
     * @throws IllegalArgumentException where the bytes are no session's, damaged, or of other layers
     */
    static SessionBytes decode(Stack stack, int width, byte... given) {
        ByteBuffer bytes = ByteBuffer.wrap(given).order(ByteOrder.LITTLE_ENDIAN);
        if (given.length < HEADER + Integer.BYTES || bytes.getLong() != MARK) {
            throw refusal("no session's: %d that begin otherwise".formatted(given.length));
        }
        int flags = bytes.getInt();
        int sourceLength = bytes.getInt();
        int layers = bytes.getInt();
        int[] wanted = sizes(stack);
        if (layers != wanted.length) {
            throw refusal("of %d sizes; wanted %s".formatted(layers, Arrays.toString(wanted)));
        }
        int stateLength = Arrays.stream(wanted).sum();
        long length = HEADER + Integer.BYTES * (long) layers
                + Float.BYTES * ((long) stateLength + sourceLength) + Integer.BYTES;
        if (sourceLength < 0 || length != given.length) {
            throw refusal("%d long; wanted %d".formatted(given.length, length));
        }
        if (bytes.getInt(given.length - Integer.BYTES) != checksum(given)) {
            throw refusal("damaged: their checksum is another");
        }
        int[] sizes = new int[layers];
        bytes.asIntBuffer().get(sizes);
        bytes.position(bytes.position() + Integer.BYTES * layers);
        if (!Arrays.equals(sizes, wanted) || flags < 0 || flags > 1
                || (width == 0 ? sourceLength > 0 : sourceLength % width != 0)) {
            throw refusal("of layers of %s; wanted %s".formatted(Arrays.toString(sizes), Arrays.toString(wanted)));
        }
        if (flags == 1 && width > 0 && sourceLength == 0) {
            throw refusal("of a source without a step; wanted one or more");
        }
        float[] state = new float[stateLength];
        float[] source = new float[sourceLength];
        bytes.asFloatBuffer().get(state).get(source);
        return new SessionBytes(state, source, flags == 1);
    }

    private static IllegalArgumentException refusal(String what) {
        return new IllegalArgumentException("restore: the bytes are " + what);
    }

    private static int[] sizes(Stack stack) {
        return stack.layers().stream().map(Layer::cell)
                .flatMapToInt(cell -> Arrays.stream(new int[]{cell.hiddenSize(), cell.memorySize()})).toArray();
    }

    /** Of all but the last four. */
    private static int checksum(byte... bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - Integer.BYTES);
        return (int) crc.getValue();
    }
}
