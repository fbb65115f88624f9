/** Many steps, forwards: layers over time, a network, its file, a session for one stream. No gradients. */
module dev.unroll.models {
    requires com.fasterxml.jackson.core;
    requires transitive dev.unroll.cells;
    requires jdk.jfr;

    exports dev.unroll.models;
}
