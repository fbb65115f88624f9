package dev.unroll.bench.stress;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import dev.unroll.models.Session;
import dev.unroll.models.StreamBatcher;
import java.util.Arrays;
import java.util.Locale;

/**
 * A small network, and what a stream of it says and holds after 0, 1, 2, ... steps of one token. jcstress makes a state anew for
 * each race, so that what is the same for all of them is static.
 */
final class Reference {
    private static final int TOKENS = 5;
    private static final int TOKEN = 3;
    private static final int STEPS = 6;
    private static final Kernels KERNELS = Backend.auto(1);

    /** Shared, and never closed. */
    static final Network NETWORK = network();

    private static final float[][] OUTPUTS = new float[STEPS + 1][TOKENS];
    private static final byte[][] STATES = new byte[STEPS + 1][];

    static {
        Session session = NETWORK.newSession();
        STATES[0] = session.toBytes();
        for (int t = 1; t <= STEPS; t++) {
            session.step(TOKEN, OUTPUTS[t]);
            STATES[t] = session.toBytes();
        }
        if (Arrays.stream(OUTPUTS).map(Arrays::toString).distinct().count() != STEPS + 1) {
            throw new AssertionError("two steps say the same: no race could tell them apart");
        }
    }

    private Reference() {}

    /** The network again, for a race that closes it. */
    static Network network() {
        return Network.builder(TOKENS).lstm(16).lstm(9).softmax(TOKENS).build(1, KERNELS);
    }

    /** A session that has made so many steps. */
    static Session after(int steps) {
        return after(NETWORK, steps);
    }

    static Session after(Network network, int steps) {
        Session session = network.newSession();
        session.restore(STATES[steps]);
        return session;
    }

    /** The state after so many steps. */
    static byte[] bytes(int steps) {
        return STATES[steps].clone();
    }

    /** How many steps made this state, bit by bit. */
    static String state(Session session) {
        return state(session.toBytes());
    }

    static String state(byte[] bytes) {
        for (int t = 0; t <= STEPS; t++) {
            if (Arrays.equals(STATES[t], bytes)) {
                return Integer.toString(t);
            }
        }
        return "torn";
    }

    /** What is done with a session or a batcher. */
    interface Call {
        String answer() throws InterruptedException;
    }

    /** {@code done}, or in a word why not. */
    static String done(Runnable action) {
        return answer(() -> {
            action.run();
            return "done";
        });
    }

    /** Its answer, or why there is none: {@code refused} for a session that another thread is in, or {@code closed}. */
    static String answer(Call call) {
        try {
            return call.answer();
        } catch (IllegalStateException e) {
            String message = e.getMessage().toLowerCase(Locale.ROOT);
            if (message.contains("another thread is in it")) {
                return "refused";
            }
            if (message.contains("closed")) {
                return "closed";
            }
            throw e;
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts", e);
        }
    }

    static void await(Thread thread) {
        answer(() -> {
            thread.join();
            return "over";
        });
    }

    /** A step: the how manyth it was, by the bits of what it said. */
    static String step(Session session) {
        return answer(() -> {
            float[] y = new float[TOKENS];
            session.step(TOKEN, y);
            return said(y);
        });
    }

    /** Two steps at once, as {@link #step(Session)}. */
    static String read(Session session) {
        return answer(() -> {
            float[] y = new float[TOKENS];
            session.read(new int[]{TOKEN, TOKEN}, y);
            return said(y);
        });
    }

    static String step(StreamBatcher batcher, Session session) {
        return answer(() -> {
            float[] y = new float[TOKENS];
            batcher.step(session, TOKEN, y);
            return said(y);
        });
    }

    /** A step unless the queue is full, which is {@code full}. */
    static String tryStep(StreamBatcher batcher, Session session) {
        return answer(() -> {
            float[] y = new float[TOKENS];
            return batcher.tryStep(session, new int[]{TOKEN}, new float[0], y) ? said(y) : "full";
        });
    }

    private static String said(float... y) {
        for (int t = 1; t <= STEPS; t++) {
            if (Arrays.equals(OUTPUTS[t], y)) {
                return Integer.toString(t);
            }
        }
        return "wrong";
    }
}
