/**
 * The backend SPI: what a vendor's backend implements, and what it is given.
 *
 * {@snippet file="org/gpumediator/api/DoorSnippetsTest.java" region="spi"}
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.api.spi;
