package dev.unroll.kernels;

/**
 * The arithmetic of recurrent networks on one backend with a fixed number of threads: {@link Products}, {@link Steps},
 * {@link Gates}, {@link Elementwise}, {@link Rows}, {@link Losses} and {@link Updates}.
 *
 * <p>Made by {@link Backend#open} or {@link Backend#auto}, and passed to whatever computes; there is no global one, so
 * that a JVM can compare all three. Any number of threads may use one instance at the same time: a team of threads
 * serves one caller at once, and who finds it busy computes alone.
 *
 * <p>Every method checks shapes, aliasing and memory before it writes anything, and throws {@link
 * IllegalArgumentException} with the operation and both shapes in its message; memory that is closed, or that belongs to
 * another thread, is an {@link IllegalStateException} or {@link WrongThreadException}; an index outside its table is an
 * {@link IndexOutOfBoundsException}. An output may not overlap an input unless the method says that it may be that input
 * itself, which means the same view, row stride and all. With more than one thread all memory must be of a shared or an
 * automatic arena. The same calls on the same backend with the same number of threads and the same JDK, and for {@link
 * Backend#auto} with the same {@link Tuning}, give the same bits; where OpenBLAS multiplies and there are several threads, as
 * long as no other caller has the team.
 */
public sealed interface Kernels extends Products, Steps, Gates, Elementwise, Rows, Losses, Updates, AutoCloseable
        permits CheckedKernels {
    /**
     * Which backend this is.
     *
     * @return the backend
     */
    Backend backend();

    /**
     * Number of threads that share one operation, the caller's included.
     *
     * @return threads, 1 or more
     */
    int threads();

    /**
     * Whether a row of a product or of a step has the same bits whatever the rows beside it are, and however many. Plain Java
     * and vectors add in one order; OpenBLAS has other code for other numbers of rows.
     *
     * @return whether it has
     */
    boolean rowsAreIndependent();

    /**
     * Runs work over items 0 to {@code count}, each once, on this thread and the others of these kernels, and returns when
     * all of it is done. What the work calls of these kernels, it computes in its own thread: so threads that each go through
     * all steps of some sequences need not meet at every step. Allocates nothing. Where the team is busy, this thread does all
     * of it.
     *
     * @param count number of items; a few for each thread, and no two that write the same memory
     * @param work called in several threads, with ranges of the items
     * @throws IllegalArgumentException for a negative count
     * @throws RuntimeException what the work throws, once nobody works any more; other items may not have been done then
     */
    void share(int count, Part work);

    /**
     * Runs steps on small operands until the JVM has compiled what they are made of, which takes it a second or two the first
     * time. Before that a step is some thousand times slower than after.
     *
     * @param rows rows of the steps to come
     * @param cols columns of their products, such as the hidden size
     * @throws IllegalArgumentException where one is below 1
     */
    void warmUp(int rows, int cols);

    /** Ends the threads and frees the scratch memory; what is called afterwards throws {@link IllegalStateException}. */
    @Override
    void close();
}
