/** The trap handlers behind a virtual function's BARs, and its direct windows. */
package org.gpumediator.nvidia.vf.bar;
