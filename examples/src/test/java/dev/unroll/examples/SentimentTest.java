package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.examples.Sentiment.Review;
import dev.unroll.models.Tokenizer;
import java.util.List;
import org.junit.jupiter.api.Test;

class SentimentTest {
    private static final List<Review> REVIEWS = Sentiment.draw(2000, 1);

    @Test
    void eachReviewHasAnOppositeOfTheSameWords() {
        for (int i = 0; i < REVIEWS.size(); i += 2) {
            assertArrayEquals(sorted(REVIEWS.get(i)), sorted(REVIEWS.get(i + 1)));
            assertEquals(1, REVIEWS.get(i).verdict() + REVIEWS.get(i + 1).verdict());
        }
        assertEquals(REVIEWS.size(), REVIEWS.stream().map(Review::text).distinct().count());
    }

    private static Object[] sorted(Review review) {
        return Tokenizer.words().split(review.text()).stream().sorted().toArray();
    }

    @Test
    void readsInOrderWhatWordsAloneDoNotSay() {
        List<Review> known = REVIEWS.subList(0, 1500);
        List<Review> unseen = REVIEWS.subList(1500, 2000);
        double right = Sentiment.right(unseen, Sentiment.learn(known, unseen, 700, 1));
        assertTrue(right >= 0.95, () -> "right " + right);
        assertEquals(0.5, Sentiment.right(unseen, Sentiment.learnBags(known, unseen, 200, 1)), 0.02);
    }
}
