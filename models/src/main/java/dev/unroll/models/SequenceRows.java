package dev.unroll.models;

/**
 * The rows of a run, sequence after sequence: row t of sequence i is {@code begin(i) + t}, and stands in row {@code
 * rows()[begin(i) + t]} of the run's {@link Schedule}.
 */
final class SequenceRows {
    private final Lengths lengths;
    private final int[] begins;
    private final int[] rows;
    private final int[] places;

    SequenceRows(Schedule schedule) {
        this.lengths = schedule.lengths();
        int batch = lengths.batch();
        this.begins = new int[batch + 1];
        for (int i = 0; i < batch; i++) {
            begins[i + 1] = begins[i] + lengths.length(i);
        }
        this.rows = new int[schedule.size()];
        this.places = new int[schedule.size()];
        for (int row = 0; row < rows.length; row++) {
            int step = schedule.padded()[row];
            places[row] = begins[step % batch] + step / batch;
            rows[places[row]] = row;
        }
    }

    int size() {
        return rows.length;
    }

    int batch() {
        return lengths.batch();
    }

    int begin(int i) {
        return begins[i];
    }

    int length(int i) {
        return lengths.length(i);
    }

    /** Row of the schedule by row here. */
    int[] rows() {
        return rows;
    }

    /** Row here by row of the schedule. */
    int[] places() {
        return places;
    }
}
