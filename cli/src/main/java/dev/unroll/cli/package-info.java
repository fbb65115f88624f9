/** The command line {@code ./unroll}: picocli commands over the public API alone. */
package dev.unroll.cli;
