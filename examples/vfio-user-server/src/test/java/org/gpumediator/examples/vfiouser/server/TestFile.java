package org.gpumediator.examples.vfiouser.server;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.examples.common.linux.SealedMemory;

/** Memory of a pretended guest: every word holds its own offset. */
final class TestFile implements AutoCloseable {

    private final SharedMemory memory;

    TestFile(long length) {
        memory = SealedMemory.allocator().allocate("guest", length);
        for (long at = 0; at < length; at += 8) {
            memory.segment().set(ValueLayout.JAVA_LONG, at, at);
        }
    }

    int descriptor() {
        return memory.fileDescriptor().orElseThrow();
    }

    MemorySegment segment() {
        return memory.segment();
    }

    @Override
    public void close() {
        memory.close();
    }

    /** A file that can be made shorter, opened through the number that a Java file has. */
    static final class Shrinking implements AutoCloseable {

        private final Path path;
        private final RandomAccessFile file;

        Shrinking(long length) throws IOException {
            path = Files.createTempFile("guest", ".ram");
            file = new RandomAccessFile(path.toFile(), "rw");
            file.setLength(length);
        }

        int descriptor() throws IOException {
            String[] names = Path.of("/proc/self/fd").toFile().list();
            for (String name : names == null ? new String[0] : names) {
                Path target = Path.of("/proc/self/fd", name);
                if (Files.isSymbolicLink(target)
                        && Files.readSymbolicLink(target).equals(path.toRealPath())) {
                    return Integer.parseInt(name);
                }
            }
            throw new IOException("no descriptor of " + path);
        }

        void shrinkTo(long length) throws IOException {
            file.setLength(length);
        }

        @Override
        public void close() throws IOException {
            file.close();
            Files.delete(path);
        }
    }
}
