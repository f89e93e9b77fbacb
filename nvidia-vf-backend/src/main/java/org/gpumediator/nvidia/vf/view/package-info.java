/** A read-only view of boards and virtual functions under the names orchestrators know. */
package org.gpumediator.nvidia.vf.view;
