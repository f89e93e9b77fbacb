/** What the tests of every module hold about its classes. */
@NullMarked
package org.gpumediator.rules;

import org.jspecify.annotations.NullMarked;
