/** Register catalogues: tables of rows, compiled to arrays, and the trap dispatch over them. */
package org.gpumediator.core.catalogue;
