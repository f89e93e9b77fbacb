/** What guests show: as files, as a page for a browser, and the monitors they show it on. */
package org.gpumediator.examples.common.screens;
