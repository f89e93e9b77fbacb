/**
 * The backend SPI: what a vendor's backend implements, and what it is given.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.api.spi;
