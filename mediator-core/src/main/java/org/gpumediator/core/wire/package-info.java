/**
 * Structures of formats that two sides share, as tables of named fields, and views of bytes through
 * them.
 */
package org.gpumediator.core.wire;
