/** Counters, fault books and access reports. */
package org.gpumediator.core.observe;
