/** The backend SPI: what a vendor's backend implements, and what it is given. */
package org.gpumediator.api.spi;
