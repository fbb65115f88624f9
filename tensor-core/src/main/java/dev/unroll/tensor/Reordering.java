package dev.unroll.tensor;

import java.lang.foreign.MemorySegment;

/**
 * destination[σ(i, k, l)] = source[i, k, l], where σ puts three dimensions into another order and is its own inverse: what
 * leads from one order to the other also leads back.
 *
 * <p>Long rows that stay rows are copied one by one. All else goes through a tile small enough for L1, which is taken and
 * written a run at a time, so that no cache line of either side is touched for one float and lost before the next.
 */
enum Reordering {
    /** (i, k, l) to (i, k, l). */
    NONE {
        @Override
        Triple of(Triple side) {
            return side;
        }

        @Override
        boolean isNoneFor(Triple sizes) {
            return true;
        }
    },

    /** (i, k, l) to (k, i, l). */
    SWAP_FIRST_TWO {
        @Override
        Triple of(Triple side) {
            return new Triple(/* first= */ side.second(), /* second= */ side.first(), side.third());
        }

        @Override
        boolean isNoneFor(Triple sizes) {
            return sizes.first() == 1 || sizes.second() == 1;
        }
    },

    /** (i, k, l) to (l, k, i). */
    REVERSE {
        @Override
        Triple of(Triple side) {
            return new Triple(/* first= */ side.third(), side.second(), /* third= */ side.first());
        }

        @Override
        boolean isNoneFor(Triple sizes) {
            return sizes.product() == Math.max(sizes.first(), Math.max(sizes.second(), sizes.third()));
        }

        @Override
        void copyParts(FloatRows source, FloatRows destination) {
            copyTiles(source, destination);
        }
    };

    /** Floats that a tile wants side by side, on both sides. */
    private static final int RUN = 64;

    /** Floats of a tile: two of them are 32 KiB. */
    private static final int TILE = RUN * RUN;

    /** Floats of a row from which on it is copied as it is: a cache line. */
    private static final int LONG_ROW = 16;

    /** Sizes, a place or steps of one side, in the order of the other. */
    abstract Triple of(Triple side);

    /** Whether σ leaves the floats of a batch of these sizes in the order they are in. */
    abstract boolean isNoneFor(Triple sizes);

    /** Copies every float; the sizes of {@code destination} are σ of those of {@code source}. */
    void copy(FloatRows source, FloatRows destination) {
        Triple sizes = source.sizes();
        if (sizes.product() == 0) {
            return;
        }
        if (isNoneFor(sizes) && source.isDense() && destination.isDense()) {
            copyRun(source, new Triple(0, 0, 0), destination, sizes.product());
        } else {
            copyParts(source, destination);
        }
    }

    void copyParts(FloatRows source, FloatRows destination) {
        if (source.sizes().third() < LONG_ROW) {
            copyTiles(source, destination);
        } else {
            copyRows(source, destination);
        }
    }

    private void copyRows(FloatRows source, FloatRows destination) {
        Triple sizes = source.sizes();
        forEachTile(sizes, new Triple(RUN, RUN, sizes.third()), (place, part) -> {
            for (int i = place.first(); i < place.first() + part.first(); i++) {
                for (int k = place.second(); k < place.second() + part.second(); k++) {
                    copyRun(source, new Triple(i, k, 0), destination, sizes.third());
                }
            }
        });
    }

    private void copyRun(FloatRows source, Triple place, FloatRows destination, long floats) {
        Triple to = of(place);
        MemorySegment.copy(source.memory(place), source.element(), source.begin(place), destination.memory(to),
                destination.element(), destination.begin(to), floats);
    }

    void copyTiles(FloatRows source, FloatRows destination) {
        Triple edges = edges(source.sizes());
        float[] tile = new float[Math.toIntExact(edges.product())];
        float[] reordered = new float[tile.length];
        forEachTile(source.sizes(), edges, (place, part) -> {
            source.load(place, part, tile);
            reorder(tile, part, reordered);
            destination.store(of(place), of(part), reordered);
        });
    }

    /** As much of a batch as a tile holds: of the dimensions that are innermost on a side a run, and then what fits. */
    private static Triple edges(Triple sizes) {
        int first = Math.min(sizes.first(), RUN);
        int third = Math.min(sizes.third(), RUN);
        int second = Math.min(sizes.second(), TILE / (first * third));
        third = Math.min(sizes.third(), TILE / (first * second));
        first = Math.min(sizes.first(), TILE / (second * third));
        return new Triple(first, second, third);
    }

    private interface Step {
        void at(Triple place, Triple part);
    }

    private static void forEachTile(Triple sizes, Triple edges, Step step) {
        for (int x = 0; x < Math.ceilDiv(sizes.first(), edges.first()); x++) {
            for (int y = 0; y < Math.ceilDiv(sizes.second(), edges.second()); y++) {
                for (int z = 0; z < Math.ceilDiv(sizes.third(), edges.third()); z++) {
                    Triple place = new Triple(x * edges.first(), y * edges.second(), z * edges.third());
                    step.at(place, sizes.part(place, edges));
                }
            }
        }
    }

    private void reorder(float[] from, Triple sizes, float[] to) {
        Triple fromSteps = sizes.steps();
        Triple toSteps = of(of(sizes).steps());
        if (sizes.third() >= sizes.first()) {
            walk(sizes, from, fromSteps, to, toSteps);
        } else { // The longer loop is the inner one.
            walk(REVERSE.of(sizes), from, REVERSE.of(fromSteps), to, REVERSE.of(toSteps));
        }
    }

    private static void walk(Triple sizes, float[] from, Triple fromSteps, float[] to, Triple toSteps) {
        for (int i = 0; i < sizes.first(); i++) {
            for (int k = 0; k < sizes.second(); k++) {
                int read = i * fromSteps.first() + k * fromSteps.second();
                int written = i * toSteps.first() + k * toSteps.second();
                for (int l = 0; l < sizes.third(); l++) {
                    to[written + l * toSteps.third()] = from[read + l * fromSteps.third()];
                }
            }
        }
    }
}
