/** A board of the Ada family in software: physical function, virtual functions, firmware. */
package org.gpumediator.testkit.ada;
