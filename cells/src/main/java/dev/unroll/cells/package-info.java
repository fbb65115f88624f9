/**
 * One step of a recurrent network, W_a·[a, x] + b and the gates, and its derivative: equations, not loops over time.
 *
 * <p>Every cell has one weight matrix W of (gates*H) x (H + I) that acts on the stacked vector [a, x], a first, and one
 * bias. Its column views are W_aa, which acts on a, and W_ax, which acts on x.
 */
package dev.unroll.cells;
