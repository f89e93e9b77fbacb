/**
 * A board of the Ada family in software: physical function, virtual functions, firmware.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.testkit.ada;
