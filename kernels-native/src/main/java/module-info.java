/** The arithmetic: one contract, three backends. */
module dev.unroll.kernels {
    requires transitive dev.unroll.tensor;
    requires static java.management;
    requires static jdk.incubator.vector;
    requires static jdk.management;
    requires static org.bytedeco.javacpp;
    requires static org.bytedeco.openblas;

    exports dev.unroll.kernels;
}
