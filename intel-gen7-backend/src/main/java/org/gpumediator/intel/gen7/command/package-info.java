/** The gen7.5 command set, and the scanner that audits what a guest asks the engines to do. */
package org.gpumediator.intel.gen7.command;
