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

/**
 * A policy named on the command line: a class on the class path, or one Java source file, which is
 * compiled.
 */
final class PolicyLoader {

    private PolicyLoader() {}

    /**
     * Makes an object of a class by its constructor without arguments.
     *
     * @param name of a class, or of a file that ends in {@code .java}; the class in it is named as
     *     the file, public and in no package
     * @param type what it must be
     * @throws IllegalArgumentException if it does not compile, is no such policy, or cannot be
     *     made; the message says why
     */
    static <T> T load(String name, Class<T> type) {
        try {
            Class<?> loaded =
                    name.endsWith(".java") ? compiled(Path.of(name), type) : Class.forName(name);
            return type.cast(loaded.getDeclaredConstructor().newInstance());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (ReflectiveOperationException | ClassCastException wrong) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: expected a public %s that needs no arguments (%s)",
                            name, type.getName(), wrong),
                    wrong);
        }
    }

    private static Class<?> compiled(Path file, Class<?> type)
            throws IOException, ClassNotFoundException {
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
            return loader.loadClass(name);
        }
    }
}
