package dev.unroll.models;

/** What a session may begin with, checked before anything is read. */
final class SourceCheck {
    private SourceCheck() {}

    /** Checks a source of so many steps against what the encoder reads. */
    static void check(Input input, int count, int[][] tokens, float[][] features) {
        if (count == 0) {
            throw new IllegalArgumentException("begin: a source without a step; wanted one or more");
        }
        if (tokens.length != input.channels() || features.length != (input.features() > 0 ? count : 0)) {
            throw new IllegalArgumentException("begin: %d tokens and %s features a step for an encoder that reads %s"
                    .formatted(tokens.length, features.length > 0 ? "some" : "no", input));
        }
        for (int k = 0; k < tokens.length; k++) {
            if (tokens[k].length != count) {
                throw new IllegalArgumentException(
                        "begin: %d tokens of channel %d; wanted %d".formatted(tokens[k].length, k, count));
            }
            int size = input.tokens(k);
            for (int token : tokens[k]) {
                Sizes.checkToken("begin", token, size);
            }
        }
        for (float[] step : features) {
            Sizes.checkLength("begin", "features", step, input.features());
        }
    }
}
