package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.training.Loss.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SequencesTest {
    private static final int[][] TOKENS = {{10, 11, 12}, {20}, {30, 31}};
    private static final float[][][] FEATURES = {{{1, 2, 3}, {4, 5, 6}}, {{7, 8, 9}}};

    /** Everything in order, in one window of one column an example. */
    private static String text(Sequences examples, Window window) {
        window.begin(window.time());
        for (int i = 0; i < examples.size(); i++) {
            window.lengths()[i] = examples.length(i);
            examples.read(i, 0, examples.length(i), window, i);
        }
        return Windows.text(window);
    }

    private static String ofTokens(Sequences examples, Target target) {
        return text(examples, Windows.ofTokens(target, 3, 3));
    }

    private static String ofFeatures(Sequences examples, Target target) {
        return text(examples, Windows.ofFeatures(target, 3, 2));
    }

    @Test
    void tokensWithAClassAStep() {
        Sequences examples = Sequences.ofTokens(TOKENS).withClasses(new int[][]{{0, 1, 2}, {3}, {4, Window.NONE}});
        assertEquals(3, examples.size());
        assertEquals(2, examples.length(2));
        assertEquals("10>0 11>1 12>2\n20>3\n30>4 31>?\n", ofTokens(examples, Target.CLASS));
    }

    @Test
    void tokensWithAClassAtTheLastStep() {
        Sequences examples = Sequences.ofTokens(TOKENS).withLastClass(new int[]{5, 6, 7});
        assertEquals("10>? 11>? 12>5\n20>6\n30>? 31>7\n", ofTokens(examples, Target.CLASS));
    }

    @Test
    void tokensWithValuesAStep() {
        float[][][] values = {{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}}, {{9, 10}, {11, 12}}};
        assertEquals("10>[1.0,2.0] 11>[3.0,4.0] 12>[5.0,6.0]\n20>[7.0,8.0]\n30>[9.0,10.0] 31>[11.0,12.0]\n",
                ofTokens(Sequences.ofTokens(TOKENS).withValues(values), Target.VALUES));
    }

    @Test
    void tokensWithValuesAtTheLastStep() {
        float[][] values = {{1, 2}, {3, 4}, {5, 6}};
        assertEquals("10>? 11>? 12>[1.0,2.0]\n20>[3.0,4.0]\n30>? 31>[5.0,6.0]\n",
                ofTokens(Sequences.ofTokens(TOKENS).withLastValues(values), Target.VALUES));
    }

    @Test
    void featuresWithAClassAStep() {
        Sequences examples = Sequences.ofFeatures(FEATURES).withClasses(new int[][]{{0, 1}, {1}});
        assertEquals("[1.0,2.0,3.0]>0 [4.0,5.0,6.0]>1\n[7.0,8.0,9.0]>1\n", ofFeatures(examples, Target.CLASS));
    }

    @Test
    void featuresWithValuesAtTheLastStep() {
        Sequences examples = Sequences.ofFeatures(FEATURES).withLastValues(new float[][]{{1, 2}, {3, 4}});
        assertEquals("[1.0,2.0,3.0]>? [4.0,5.0,6.0]>[1.0,2.0]\n[7.0,8.0,9.0]>[3.0,4.0]\n",
                ofFeatures(examples, Target.VALUES));
    }

    @Test
    void numbersThatAreNoneComeThroughAsTheyAre() {
        Sequences examples = Sequences.ofFeatures(new float[][][]{{{Float.NaN, 0, Float.POSITIVE_INFINITY}}})
                .withValues(new float[][][]{{{Float.NaN, 1}}});
        Window window = Windows.ofFeatures(Target.VALUES, 1, 1);
        assertEquals("[NaN,0.0,Infinity]>[NaN,1.0]\n", text(examples, window));
    }

    @Test
    void weightsCountAStepMoreOrLessOrNotAtAll() {
        Sequences examples = Sequences.ofTokens(TOKENS).withClasses(new int[][]{{0, 1, 2}, {3}, {4, 5}})
                .weighted(new float[][]{{1, 0.5f, 0}, {2}, {0, 1}});
        assertEquals("10>0 11>1*0.5 12>?\n20>3*2.0\n30>? 31>5\n", ofTokens(examples, Target.CLASS));
    }

    @Test
    void weightsOfWeightedExamplesMultiply() {
        Sequences examples = Sequences.ofTokens(TOKENS).withLastClass(new int[]{5, 6, 7})
                .weighted(new float[][]{{1, 1, 3}, {2}, {1, 1}}).weighted(new float[][]{{9, 9, 0.5f}, {4}, {1, 0}});
        assertEquals("10>? 11>? 12>5*1.5\n20>6*8.0\n30>? 31>?\n", ofTokens(examples, Target.CLASS));
    }

    /** Steps 1 and 2 of example 0, in the second column of a longer window. */
    private static String part(Sequences examples, Target target) {
        Window window = Windows.ofTokens(target, 4, 2);
        window.begin(4);
        window.lengths()[0] = 0;
        window.lengths()[1] = 2;
        examples.read(0, 1, 2, window, 1);
        return Windows.text(window);
    }

    @Test
    void aWindowMayHaveAPartOfAnExample() {
        int[][] tokens = {{10, 11, 12, 13}};
        SequenceInputs inputs = Sequences.ofTokens(tokens);
        Sequences classes = inputs.withClasses(new int[][]{{0, 1, 2, 3}});
        assertEquals("\n11>1 12>2\n", part(classes, Target.CLASS));
        assertEquals("\n11>1*5.0 12>2*6.0\n", part(classes.weighted(new float[][]{{4, 5, 6, 7}}), Target.CLASS));
        assertEquals("\n11>? 12>?\n", part(inputs.withLastClass(new int[]{1}), Target.CLASS));
        assertEquals("\n11>? 12>?\n", part(inputs.withLastValues(new float[][]{{1, 2}}), Target.VALUES));
        assertEquals("\n11>[3.0,4.0] 12>[5.0,6.0]\n",
                part(inputs.withValues(new float[][][]{{{1, 2}, {3, 4}, {5, 6}, {7, 8}}}), Target.VALUES));
    }

    private static void assertRefused(String message, Executable given) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, given).getMessage());
    }

    @Test
    void noExamplesAreRefused() {
        assertRefused("sequences: number of examples is 0; wanted 1 or more", () -> Sequences.ofTokens(new int[0][]));
    }

    @Test
    void anExampleWithoutStepsIsRefused() {
        assertRefused("sequences: example 1 has length 0; wanted 1 or more",
                () -> Sequences.ofTokens(new int[][]{{1}, {}}));
        assertRefused("sequences: example 0 has length 0; wanted 1 or more",
                () -> Sequences.ofFeatures(new float[][][]{{}}));
    }

    @Test
    void whatIsMissingIsRefused() {
        assertRefused("sequences: the inputs of example 1 are missing",
                () -> Sequences.ofTokens(new int[][]{{1}, null}));
        assertRefused("sequences: the features of example 0 are missing",
                () -> Sequences.ofFeatures(new float[][][]{{{1}, null}}));
        assertRefused("sequences: the classes of example 2 are missing",
                () -> Sequences.ofTokens(TOKENS).withClasses(new int[][]{{1, 2, 3}, {1}, null}));
    }

    @Test
    void aNegativeTokenIsRefused() {
        assertRefused("sequences: token -1 at step 2 of example 1; wanted 0 or more",
                () -> Sequences.ofTokens(new int[][]{{1}, {1, 2, -1}}));
    }

    @Test
    void raggedFeaturesAndValuesAreRefused() {
        assertRefused("sequences: 2 features at step 1 of example 1, 3 at the first; wanted as many everywhere",
                () -> Sequences.ofFeatures(new float[][][]{{{1, 2, 3}}, {{1, 2, 3}, {1, 2}}}));
        assertRefused("sequences: 3 values at step 0 of example 1, 2 at the first; wanted as many everywhere",
                () -> Sequences.ofFeatures(FEATURES).withLastValues(new float[][]{{1, 2}, {1, 2, 3}}));
        assertRefused("sequences: features a step is 0; wanted 1 or more",
                () -> Sequences.ofFeatures(new float[][][]{{{}}}));
    }

    @Test
    void targetsThatAreNotAsManyAreRefused() {
        SequenceInputs inputs = Sequences.ofTokens(TOKENS);
        assertRefused("sequences: classes of 2 examples for inputs of 3; wanted as many",
                () -> inputs.withLastClass(new int[2]));
        assertRefused("sequences: classes of 2 examples for inputs of 3; wanted as many",
                () -> inputs.withClasses(new int[2][3]));
        assertRefused("sequences: classes of 3 steps for example 1, which has 1; wanted as many",
                () -> inputs.withClasses(new int[3][3]));
        assertRefused("sequences: values of 4 examples for inputs of 3; wanted as many",
                () -> inputs.withLastValues(new float[4][2]));
        assertRefused("sequences: values of 2 steps for example 0, which has 3; wanted as many",
                () -> inputs.withValues(new float[3][2][2]));
    }

    @Test
    void weightsThatAreNoWeightsAreRefused() {
        Sequences examples = Sequences.ofTokens(TOKENS).withLastClass(new int[3]);
        assertRefused("sequences: weights of 2 examples for inputs of 3; wanted as many",
                () -> examples.weighted(new float[2][]));
        assertRefused("sequences: weights of 2 steps for example 1, which has 1; wanted as many",
                () -> examples.weighted(new float[][]{{1, 1, 1}, {1, 1}, {1, 1}}));
        for (float weight : new float[]{-1, Float.NaN, Float.POSITIVE_INFINITY}) {
            assertRefused("sequences: weight %s at step 1 of example 2; wanted 0 or more".formatted(weight),
                    () -> examples.weighted(new float[][]{{1, 1, 1}, {1}, {1, weight}}));
        }
    }

    @Test
    void aNetworkOfAnotherWidthIsRefused() {
        Sequences wide = Sequences.ofFeatures(new float[][][]{{{1, 2, 3, 4}}}).withLastClass(new int[]{0});
        assertRefused("sequences: 4 features a step for a network of 3; wanted as many",
                () -> wide.read(0, 0, 1, Windows.ofFeatures(Target.CLASS, 1, 1), 0));
        Sequences narrow = Sequences.ofTokens(new int[][]{{1}}).withLastValues(new float[][]{{1}});
        assertRefused("sequences: 1 values a step for a network of 2; wanted as many",
                () -> narrow.read(0, 0, 1, Windows.ofTokens(Target.VALUES, 1, 1), 0));
    }

    @Test
    void aNetworkThatReadsOrWantsSomethingElseIsRefused() {
        Sequences examples = Sequences.ofTokens(TOKENS).withLastClass(new int[3]);
        assertRefused("sequences: 1 tokens a step for a network of 0; wanted as many",
                () -> examples.read(0, 0, 1, Windows.ofFeatures(Target.CLASS, 3, 3), 0));
        assertThrows(IllegalStateException.class,
                () -> examples.read(0, 0, 1, Windows.ofTokens(Target.VALUES, 3, 3), 0));
    }

    @Test
    void whatTheExampleOrTheWindowHasNotIsRefused() {
        Sequences examples = Sequences.ofTokens(TOKENS).withLastClass(new int[3]);
        Window window = Windows.ofTokens(Target.CLASS, 2, 2);
        assertThrows(IndexOutOfBoundsException.class, () -> examples.read(1, 0, 2, window, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> examples.read(0, 0, 3, window, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> examples.read(0, 0, 1, window, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> examples.read(3, 0, 1, window, 0));
    }
}
