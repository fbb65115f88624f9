package dev.unroll.tensor.faults;

import dev.unroll.tensor.faults.FaultyDisk.Operation;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** Does what it is asked on the real file system, through {@link FaultyDisk#run}. */
final class FaultyProvider extends FileSystemProvider {
    private final FaultyDisk disk;
    private final FaultyFileSystem system;

    FaultyProvider(FaultyDisk disk, FaultyFileSystem system) {
        this.disk = disk;
        this.system = system;
    }

    private static FileSystemProvider of(Path path) {
        return FaultyPath.real(path).getFileSystem().provider();
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return disk.run(Operation.OPEN, path, () -> new FaultyChannel(disk, path,
                FileChannel.open(FaultyPath.real(path), options, attributes)));
    }

    @Override
    public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options,
            FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        return new FaultyDirectory(directory,
                disk.run(Operation.LIST, directory, () -> of(directory).newDirectoryStream(
                        FaultyPath.real(directory), path -> filter.accept(system.wrap(path)))));
    }

    private final class FaultyDirectory implements DirectoryStream<Path> {
        private final Path directory;
        private final DirectoryStream<Path> real;

        FaultyDirectory(Path directory, DirectoryStream<Path> real) {
            this.directory = directory;
            this.real = real;
        }

        @Override
        public Iterator<Path> iterator() {
            Iterator<Path> entries = real.iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    try {
                        return disk.run(Operation.NEXT, directory, entries::hasNext);
                    } catch (IOException e) {
                        throw new DirectoryIteratorException(e);
                    }
                }

                @Override
                public Path next() {
                    return system.wrap(entries.next());
                }
            };
        }

        @Override
        public void close() throws IOException {
            disk.run(Operation.END, directory, () -> {
                real.close();
                return null;
            });
        }
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
        disk.run(Operation.MAKE, directory, () -> Files.createDirectory(FaultyPath.real(directory), attributes));
    }

    @Override
    public void delete(Path path) throws IOException {
        disk.run(Operation.DELETE, path, () -> {
            Files.delete(FaultyPath.real(path));
            return null;
        });
    }

    @Override
    public void move(Path from, Path to, CopyOption... options) throws IOException {
        disk.run(Operation.MOVE, from, () -> Files.move(FaultyPath.real(from), FaultyPath.real(to), options));
    }

    @Override
    public Path readSymbolicLink(Path link) throws IOException {
        return system.wrap(disk.run(Operation.LOOK, link, () -> Files.readSymbolicLink(FaultyPath.real(link))));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        disk.run(Operation.LOOK, path, () -> {
            of(path).checkAccess(FaultyPath.real(path), modes);
            return null;
        });
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        return disk.run(Operation.LOOK, path, () -> Files.readAttributes(FaultyPath.real(path), type, options));
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        return disk.run(Operation.LOOK, path, () -> Files.readAttributes(FaultyPath.real(path), attributes, options));
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        V real = Files.getFileAttributeView(FaultyPath.real(path), type, options);
        return real == null
                ? null
                : type.cast(
                        Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type}, (_, method, arguments) -> {
                            Operation operation = method.getName().startsWith("set")
                                    ? Operation.PERMIT
                                    : Operation.LOOK;
                            return disk.run(operation, path, () -> {
                                try {
                                    return method.invoke(real, arguments);
                                } catch (InvocationTargetException e) {
                                    if (e.getCause() instanceof IOException failure) {
                                        throw failure;
                                    }
                                    throw new IllegalStateException(e.getCause());
                                } catch (IllegalAccessException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
                        }));
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        disk.run(Operation.PERMIT, path, () -> Files.setAttribute(FaultyPath.real(path), attribute, value, options));
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
        return disk.run(Operation.LOOK, path, () -> Files.isSameFile(FaultyPath.real(path), FaultyPath.real(other)));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return disk.run(Operation.LOOK, path, () -> Files.isHidden(FaultyPath.real(path)));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return disk.run(Operation.LOOK, path, () -> Files.getFileStore(FaultyPath.real(path)));
    }

    @Override
    public String getScheme() {
        return "faulty";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void copy(Path from, Path to, CopyOption... options) {
        throw new UnsupportedOperationException();
    }
}
