/** What every backend says to a physical GPU: dwords of its registers, pages that it reaches. */
package org.gpumediator.core.hardware;
