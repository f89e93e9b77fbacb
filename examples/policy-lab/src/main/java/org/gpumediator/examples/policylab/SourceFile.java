package org.gpumediator.examples.policylab;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A policy in one Java source file, compiled when it is named on the command line. */
final class SourceFile {

    private SourceFile() {}

    /**
     * Compiles a file and makes an object of its class by the constructor without arguments.
     *
     * @param file named as the class; the class is public and in no package
     * @param type what it must be
     * @throws IllegalArgumentException if it does not compile, is no such policy, or cannot be
     *     made; the message says why
     */
    static <T> T load(Path file, Class<T> type) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalArgumentException(file + ": a JDK is needed to compile it");
        }
        String name = file.getFileName().toString().replaceAll("\\.java$", "");
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            Path classes = Files.createTempDirectory("policy-lab");
            StringWriter messages = new StringWriter();
            List<String> options =
                    List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
            boolean compiled =
                    compiler.getTask(
                                    messages,
                                    files,
                                    null,
                                    options,
                                    null,
                                    files.getJavaFileObjects(file))
                            .call();
            if (!compiled) {
                throw new IllegalArgumentException(file + " does not compile:\n" + messages);
            }
            URLClassLoader loader =
                    new URLClassLoader(new URL[] {classes.toUri().toURL()}, type.getClassLoader());
            return type.cast(loader.loadClass(name).getDeclaredConstructor().newInstance());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (ReflectiveOperationException | ClassCastException wrong) {
            throw new IllegalArgumentException(
                    file
                            + ": expected a public class "
                            + name
                            + " that is a "
                            + type.getName()
                            + " and needs no arguments ("
                            + wrong
                            + ")",
                    wrong);
        }
    }
}
