package dev.unroll.kernels;

import dev.unroll.kernels.Loops.GateLoops;
import dev.unroll.tensor.Matrix;

/** The public door of {@link Gates}. */
abstract sealed class CheckedGates extends CheckedElements permits CheckedKernels {
    private final GateLoops gateLoops;

    CheckedGates(Team team, LoopSet loops) {
        super(team, loops);
        this.gateLoops = loops.gates();
    }

    public final void activate(Activation g, Matrix z, Matrix aNext) {
        in("activate", "z", z);
        out("activate", "aNext", aNext, z.rows(), z.cols(), "as z");
        Checks.sameOrApart("activate", "aNext", aNext, "z", z);
        gateLoops.activate(0, z.rows(), 0, z.cols(), g, z, aNext);
    }

    public final void activateBackward(Activation g, Matrix aNext, Matrix daNext, Matrix dz) {
        String operation = "activateBackward";
        in(operation, "aNext", aNext);
        in(operation, "daNext", daNext, aNext.rows(), aNext.cols(), "as aNext");
        out(operation, "dz", dz, aNext.rows(), aNext.cols(), "as aNext");
        Checks.sameOrApart(operation, "dz", dz, "aNext", aNext);
        Checks.sameOrApart(operation, "dz", dz, "daNext", daNext);
        gateLoops.activateBackward(0, dz.rows(), g, aNext, daNext, dz);
    }

    public final void lstm(LstmForm form, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext) {
        checkLstm("lstm", form, z, c, cNext, tanhC, aNext);
        gateLoops.lstm(0, c.rows(), 0, c.cols(), form, z, c, cNext, tanhC, aNext);
    }

    final void checkLstm(String operation, LstmForm form, Matrix z, Matrix c, Matrix cNext, Matrix tanhC,
            Matrix aNext) {
        int m = c.rows();
        int h = c.cols();
        in(operation, "c", c);
        checkLstmGates(operation, "z", form, z, m, h);
        out(operation, "cNext", cNext, m, h, "as c");
        out(operation, "tanhC", tanhC, m, h, "as c");
        out(operation, "aNext", aNext, m, h, "as c");
        Checks.sameOrApart(operation, "cNext", cNext, "c", c);
        Checks.apart(operation, "tanhC", tanhC, "c", c);
        Checks.apart(operation, "tanhC", tanhC, "cNext", cNext);
        Checks.apart(operation, "aNext", aNext, "c", c);
        Checks.apart(operation, "aNext", aNext, "cNext", cNext);
        Checks.apart(operation, "aNext", aNext, "tanhC", tanhC);
        Checks.apart(operation, "z", z, "c", c);
        Checks.apart(operation, "z", z, "cNext", cNext);
        Checks.apart(operation, "z", z, "tanhC", tanhC);
        Checks.apart(operation, "z", z, "aNext", aNext);
        if (form.peepholes().isPresent()) {
            Matrix peepholes = form.peepholes().get();
            Checks.apart(operation, "cNext", cNext, "peepholes", peepholes);
            Checks.apart(operation, "tanhC", tanhC, "peepholes", peepholes);
            Checks.apart(operation, "aNext", aNext, "peepholes", peepholes);
        }
    }

    /** Wants four gates, or the three of coupled ones, and peepholes for all but the candidate. */
    private void checkLstmGates(String operation, String name, LstmForm form, Matrix z, int m, int h) {
        int count = z.cols() == 3L * h ? 3 : 4;
        checkGates(operation, name, z, m, h, count);
        if (form.peepholes().isPresent()) {
            Matrix peepholes = form.peepholes().get();
            // Without units z cannot tell, and either will do.
            int seeing = h == 0 && peepholes.rows() == 3 ? 3 : count - 1;
            in(operation, "peepholes", peepholes, seeing, h, "a row for each gate but the candidate");
            Checks.apart(operation, name, z, "peepholes", peepholes);
        }
    }

    private void checkGates(String operation, String name, Matrix z, int m, int h, int count) {
        if (h > Integer.MAX_VALUE / count) {
            throw new IllegalArgumentException("%s: %s for a hidden state of %dx%d; wanted at most %d columns"
                    .formatted(operation, name, m, h, Integer.MAX_VALUE / count));
        }
        out(operation, name, z, m, count * h, "as many columns as the gates have");
    }

    public final void lstmBackward(LstmForm form, Matrix g, Matrix c, Matrix cNext, Matrix tanhC, Matrix daNext,
            Matrix dc) {
        String operation = "lstmBackward";
        int m = c.rows();
        int h = c.cols();
        in(operation, "c", c);
        checkLstmGates(operation, "gates", form, g, m, h);
        in(operation, "cNext", cNext, m, h, "as c");
        in(operation, "tanhC", tanhC, m, h, "as c");
        in(operation, "daNext", daNext, m, h, "as c");
        out(operation, "dc", dc, m, h, "as c");
        checkApartFromGates(operation, g, c, tanhC, daNext, dc);
        Checks.apart(operation, "gates", g, "cNext", cNext);
        Checks.apart(operation, "dc", dc, "c", c);
        Checks.apart(operation, "dc", dc, "cNext", cNext);
        Checks.apart(operation, "dc", dc, "tanhC", tanhC);
        Checks.apart(operation, "dc", dc, "daNext", daNext);
        if (form.peepholes().isPresent()) {
            Checks.apart(operation, "dc", dc, "peepholes", form.peepholes().get());
        }
        gateLoops.lstmBackward(0, m, form, g, c, cNext, tanhC, daNext, dc);
    }

    private static void checkApartFromGates(String operation, Matrix g, Matrix first, Matrix second, Matrix third,
            Matrix fourth) {
        Checks.apart(operation, "gates", g, "an operand", first);
        Checks.apart(operation, "gates", g, "an operand", second);
        Checks.apart(operation, "gates", g, "an operand", third);
        Checks.apart(operation, "gates", g, "an operand", fourth);
    }

    public final void gruResetAfter(Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext) {
        checkGruResetAfter("gruResetAfter", z, q, b, a, aNext);
        gateLoops.gruResetAfter(0, a.rows(), 0, a.cols(), z, q, b, a, aNext);
    }

    final void checkGruResetAfter(String operation, Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext) {
        int m = a.rows();
        int h = a.cols();
        in(operation, "a", a);
        checkGates(operation, "z", z, m, h, 3);
        out(operation, "q", q, m, h, "as a");
        in(operation, "b", b, 1, h, "a row of a's columns");
        out(operation, "aNext", aNext, m, h, "as a");
        checkApartFromGates(operation, z, q, b, a, aNext);
        Checks.sameOrApart(operation, "aNext", aNext, "a", a);
        Checks.apart(operation, "q", q, "a", a);
        Checks.apart(operation, "q", q, "b", b);
        Checks.apart(operation, "q", q, "aNext", aNext);
        Checks.apart(operation, "aNext", aNext, "b", b);
    }

    public final void gruResetAfterBackward(Matrix g, Matrix q, Matrix a, Matrix daNext, Matrix da) {
        String operation = "gruResetAfterBackward";
        int m = a.rows();
        int h = a.cols();
        in(operation, "a", a);
        checkGates(operation, "gates", g, m, h, 3);
        out(operation, "q", q, m, h, "as a");
        in(operation, "daNext", daNext, m, h, "as a");
        out(operation, "da", da, m, h, "as a");
        checkApartFromGates(operation, g, q, a, daNext, da);
        Checks.sameOrApart(operation, "da", da, "daNext", daNext);
        Checks.apart(operation, "da", da, "a", a);
        Checks.apart(operation, "q", q, "a", a);
        Checks.apart(operation, "q", q, "daNext", daNext);
        Checks.apart(operation, "q", q, "da", da);
        gateLoops.gruResetAfterBackward(0, m, g, q, a, daNext, da);
    }

    public final void gruReset(Matrix z, Matrix a, Matrix p) {
        in("gruReset", "a", a);
        checkGates("gruReset", "z", z, a.rows(), a.cols(), 3);
        out("gruReset", "p", p, a.rows(), a.cols(), "as a");
        checkApartFromGates("gruReset", z, a, p, a, p);
        Checks.apart("gruReset", "p", p, "a", a);
        gateLoops.gruReset(0, a.rows(), z, a, p);
    }

    public final void gruResetBackward(Matrix g, Matrix a, Matrix dp, Matrix da) {
        String operation = "gruResetBackward";
        in(operation, "a", a);
        checkGates(operation, "gates", g, a.rows(), a.cols(), 3);
        in(operation, "dp", dp, a.rows(), a.cols(), "as a");
        out(operation, "da", da, a.rows(), a.cols(), "as a");
        checkApartFromGates(operation, g, a, dp, da, a);
        Checks.apart(operation, "da", da, "a", a);
        Checks.apart(operation, "da", da, "dp", dp);
        gateLoops.gruResetBackward(0, a.rows(), g, a, dp, da);
    }

    public final void gruSimplified(Matrix z, Matrix a, Matrix aNext) {
        checkGruUpdate("gruSimplified", z, a, aNext, 2);
        gateLoops.gruSimplified(0, a.rows(), 0, a.cols(), z, a, aNext);
    }

    public final void gruUpdate(Matrix z, Matrix a, Matrix aNext) {
        checkGruUpdate("gruUpdate", z, a, aNext, 3);
        gateLoops.gruUpdate(0, a.rows(), z, a, aNext);
    }

    private void checkGruUpdate(String operation, Matrix z, Matrix a, Matrix aNext, int gates) {
        in(operation, "a", a);
        checkGates(operation, "z", z, a.rows(), a.cols(), gates);
        out(operation, "aNext", aNext, a.rows(), a.cols(), "as a");
        checkApartFromGates(operation, z, a, aNext, a, aNext);
        Checks.sameOrApart(operation, "aNext", aNext, "a", a);
    }

    public final void gruSimplifiedBackward(Matrix g, Matrix a, Matrix daNext, Matrix da) {
        checkGruUpdateBackward("gruSimplifiedBackward", g, a, daNext, da, 2);
        gateLoops.gruUpdateBackward(0, a.rows(), g, a, daNext, da);
    }

    public final void gruUpdateBackward(Matrix g, Matrix a, Matrix daNext, Matrix da) {
        checkGruUpdateBackward("gruUpdateBackward", g, a, daNext, da, 3);
        gateLoops.gruUpdateBackward(0, a.rows(), g, a, daNext, da);
    }

    private void checkGruUpdateBackward(String operation, Matrix g, Matrix a, Matrix daNext, Matrix da, int gates) {
        in(operation, "a", a);
        checkGates(operation, "gates", g, a.rows(), a.cols(), gates);
        in(operation, "daNext", daNext, a.rows(), a.cols(), "as a");
        out(operation, "da", da, a.rows(), a.cols(), "as a");
        checkApartFromGates(operation, g, a, daNext, da, a);
        Checks.sameOrApart(operation, "da", da, "daNext", daNext);
        Checks.apart(operation, "da", da, "a", a);
    }
}
