/** Example. */
package org.gpumediator.examples.vfiouser;
