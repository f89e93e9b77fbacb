package org.gpumediator.rules;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Locale;
import java.util.Set;

/** Holds that names of classes, methods and fields are free of some words. */
public final class ForbiddenWords extends ArchCondition<JavaClass> {

    private final Set<String> words;

    /** Creates a condition that forbids some words, given in lower case. */
    public ForbiddenWords(String... words) {
        super("have none of the words %s in their names and their members' names", Set.of(words));
        this.words = Set.of(words);
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        check(type, type.getSimpleName(), events);
        for (JavaMember member : type.getMembers()) {
            check(type, member.getName(), events);
        }
    }

    private void check(JavaClass type, String name, ConditionEvents events) {
        String spaced =
                name.replaceAll("([a-z0-9])([A-Z])", "$1 $2")
                        .replaceAll("([A-Z]+)([A-Z][a-z])", "$1 $2");
        for (String word : spaced.split("[^A-Za-z0-9]+", -1)) {
            if (words.contains(word.toLowerCase(Locale.ROOT))) {
                events.add(
                        SimpleConditionEvent.violated(
                                type, type.getName() + ": the name " + name + " says " + word));
            }
        }
    }
}
