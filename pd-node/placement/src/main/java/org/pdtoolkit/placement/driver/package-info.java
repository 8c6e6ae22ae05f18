/**
 * Puts the parts of the placement layer together behind {@link org.pdtoolkit.placement.Placement}.
 *
 * <p>May import everything in placement. Start with {@link
 * org.pdtoolkit.placement.driver.PlacementDriver}.
 */
package org.pdtoolkit.placement.driver;
