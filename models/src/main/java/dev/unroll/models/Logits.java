package dev.unroll.models;

/** log p_i = z_i - log Σ_j exp(z_j), in double precision: finite where p_i itself would underflow. */
final class Logits {
    private Logits() {}

    /** log Σ_j exp(z_j), computed from z_j - max z; NaN where a logit is NaN or +Infinity, or all are -Infinity. */
    static double logSumOfExponentials(float[] z) {
        double max = z[0];
        for (float logit : z) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (float logit : z) {
            sum += Math.exp(logit - max);
        }
        return max + Math.log(sum);
    }
}
