/**
 * What the programs among the examples have in common: fake GPUs by name, options, the thread that
 * drives a GPU, its statistics as text.
 */
@NullMarked
package org.gpumediator.examples.common;

import org.jspecify.annotations.NullMarked;
