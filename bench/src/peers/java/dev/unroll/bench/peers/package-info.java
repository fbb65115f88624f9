/** Other libraries as peers; compiled with the Maven profile {@code peers} alone. */
package dev.unroll.bench.peers;
