/** The vendor-neutral half of the test kit. */
package org.gpumediator.testkit;
