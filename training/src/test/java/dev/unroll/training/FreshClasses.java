package dev.unroll.training;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** All classes of Unroll afresh, those that lie in a folder from there; all other classes are shared. */
final class FreshClasses extends ClassLoader {
    private static final String OURS = "dev.unroll.";

    private final Path folder;

    FreshClasses(Path folder) {
        super(FreshClasses.class.getClassLoader());
        this.folder = folder;
    }

    @Override
    protected Class<?> loadClass(String name, boolean isResolved) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, isResolved);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        String path = name.replace('.', '/') + ".class";
        try (InputStream bytes = open(path)) {
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] all = bytes.readAllBytes();
            return defineClass(name, all, 0, all.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private InputStream open(String path) throws IOException {
        Path changed = folder.resolve(path);
        return Files.exists(changed) ? Files.newInputStream(changed) : getParent().getResourceAsStream(path);
    }
}
