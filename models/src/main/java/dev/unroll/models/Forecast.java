package dev.unroll.models;

/**
 * x_(t+1) = y_t = network(x_t): what a network makes of its own output, step by step, from a session's state and a first x.
 *
 * <p>The network reads features and has a linear head of the same size, so that its answer is the next step's input. Going on
 * costs one step each and no garbage. It moves the session, which is to be used for nothing else meanwhile. To be used by one
 * thread at a time.
 */
public final class Forecast {
    private final Session session;
    private final float[] x;

    private Forecast(Session session, float[] first) {
        Input input = session.architecture().input();
        Head head = session.architecture().head();
        if (!(input instanceof Input.Features) || head.kind() != Head.Kind.LINEAR
                || input.size() != head.outputSize()) {
            throw new IllegalArgumentException(("forecast: the network reads %s under a %s head of %d; wanted"
                    + " features under a linear head of as many")
                    .formatted(input, head.kind().word(), head.outputSize()));
        }
        Sizes.checkLength("forecast", "x", first, input.size());
        this.session = session;
        this.x = first.clone();
    }

    /**
     * A forecast from where a session stands.
     *
     * @param session of a network that reads features under a linear head of as many
     * @param first x_1, what is read next; copied
     * @return the forecast, which has not made a step
     * @throws IllegalArgumentException where the network reads or writes something else, or x is of another length
     */
    public static Forecast of(Session session, float[] first) {
        return new Forecast(session, first);
    }

    /**
     * A forecast of what comes after a beginning.
     *
     * @param network reads features under a linear head of as many
     * @param beginning x of one step or more, [time][feature]
     * @return the forecast, in a new session that has read all of it but the last
     * @throws IllegalArgumentException where the beginning is empty, a step of it is of another length, or the network reads
     *     or writes something else
     */
    public static Forecast after(Network network, float[]... beginning) {
        Sizes.check("forecast", "length of the beginning", beginning.length);
        Session session = network.newSession();
        Forecast forecast = new Forecast(session, beginning[beginning.length - 1]);
        float[] y = new float[network.outputSize()];
        for (int t = 0; t < beginning.length - 1; t++) {
            session.step(beginning[t], y);
        }
        return forecast;
    }

    /**
     * y_t = network(x_t), and x_(t+1) = y_t.
     *
     * @param y length of the features, written
     * @throws IllegalArgumentException where the array has another length
     */
    public void next(float[] y) {
        session.step(x, y);
        System.arraycopy(y, 0, x, 0, x.length);
    }

    /**
     * y_t for the next steps.
     *
     * @param steps how many, 0 or more
     * @return [time][feature]
     * @throws IllegalArgumentException where the number is negative
     */
    public float[][] next(int steps) {
        if (steps < 0) {
            throw new IllegalArgumentException("forecast: steps is %d; wanted 0 or more".formatted(steps));
        }
        float[][] y = new float[steps][x.length];
        for (float[] step : y) {
            next(step);
        }
        return y;
    }
}
