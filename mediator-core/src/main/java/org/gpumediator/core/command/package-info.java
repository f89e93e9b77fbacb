/** Command catalogues: tables of commands, compiled to arrays that decode a stream. */
package org.gpumediator.core.command;
