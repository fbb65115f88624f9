package dev.unroll.tensor;

/**
 * Three numbers, one a dimension of a batch: its sizes, a place in it, or steps.
 *
 * @param first of the outermost dimension
 * @param second of the next
 * @param third of the innermost, along which floats follow one another
 */
record Triple(int first, int second, int third) {
    /** first*second*third; no batch's sizes pass 2^62. */
    long product() {
        return (long) first * second * third;
    }

    /** How many floats each dimension steps over in a small batch of these sizes without gaps. */
    Triple steps() {
        return new Triple(second * third, third, 1);
    }

    /** What is left of a tile of {@code edges} that begins at {@code place} in a batch of these sizes. */
    Triple part(Triple place, Triple edges) {
        return new Triple(Math.min(edges.first, first - place.first), Math.min(edges.second, second - place.second),
                Math.min(edges.third, third - place.third));
    }

    /** Where a row of a part begins that has its first float at this place. */
    Triple row(Triple part, int row) {
        return new Triple(first + row / part.second, second + row % part.second, third);
    }
}
