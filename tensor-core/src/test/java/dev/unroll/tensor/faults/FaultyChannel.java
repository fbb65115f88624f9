package dev.unroll.tensor.faults;

import dev.unroll.tensor.faults.FaultyDisk.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** An open file of a {@link FaultyDisk}. */
final class FaultyChannel extends FileChannel {
    private final FaultyDisk disk;
    private final Path path;
    private final FileChannel real;

    FaultyChannel(FaultyDisk disk, Path path, FileChannel real) {
        this.disk = disk;
        this.path = path;
        this.real = real;
    }

    /** Transfers bytes of a buffer. */
    private interface Transfer {
        int run(ByteBuffer part) throws IOException;
    }

    private int transfer(Operation operation, ByteBuffer buffer, Transfer transfer) throws IOException {
        return disk.transfer(operation, path, buffer.remaining(), bytes -> {
            ByteBuffer part = buffer.slice().limit(bytes);
            int done = transfer.run(part);
            buffer.position(buffer.position() + part.position());
            return done;
        });
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        return transfer(Operation.READ, to, real::read);
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
        return transfer(Operation.READ, to, part -> real.read(part, position));
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return transfer(Operation.WRITE, from, real::write);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
        return transfer(Operation.WRITE, from, part -> real.write(part, position));
    }

    @Override
    public long position() throws IOException {
        return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        real.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return disk.run(Operation.LOOK, path, real::size);
    }

    /** Not done really: it would take most of the time of thousands of writes, and no test can see it. */
    @Override
    public void force(boolean metadata) throws IOException {
        disk.run(Operation.FORCE, path, () -> null);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        disk.run(Operation.CLOSE, path, () -> {
            real.close();
            return null;
        });
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel truncate(long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel from, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }
}
