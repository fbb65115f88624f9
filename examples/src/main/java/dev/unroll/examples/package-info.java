/** Small runnable programs, one a topic. */
package dev.unroll.examples;
