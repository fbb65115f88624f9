package dev.unroll.kernels;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes the class of a {@link Tile}: the unrolled method that a person would write by hand, once for each shape.
 *
 * <pre>{@code
 * c00 = out[0][0]; c01 = out[0][1]; ...                  rows x vectors accumulators, local variables
 * for (int k = 0; k < depth; k++) {
 *   b0 = panel 0 at k; b1 = panel 1 at k; ...
 *   a0 = broadcast(a[k*aStep]);          c00 = a0.fma(b0, c00); c01 = a0.fma(b1, c01); ...
 *   a1 = broadcast(a[k*aStep + aRow]);   c10 = a1.fma(b0, c10); ...
 * }
 * out[0][0] = c00; ...
 * }</pre>
 *
 * <p>C2 keeps accumulators in registers only as local variables, never in an array, and which shape is best depends on the
 * rows at hand, on the width of the vectors and on the number of registers; so there are too many to write out. The method
 * calls nothing but the Vector API, all of which C2 is forced to inline: a helper of ours would be left out once the tile
 * has made 18,000 nodes (NodeCountInliningCutoff), and its vectors become objects.
 *
 * @param rows rows of the tile
 * @param vectors panels of the tile
 * @param aRow floats from a row of a to the next
 * @param aStep floats from a step of depth to the next
 */
record TileCode(int rows, int vectors, int aRow, int aStep) {
    private static final ClassDesc SPECIES = ClassDesc.of(VectorSpecies.class.getName());
    private static final ClassDesc FLOATS = ClassDesc.of(FloatVector.class.getName());
    private static final ClassDesc VECTOR = ClassDesc.of(Vector.class.getName());
    private static final ClassDesc SEGMENT = ClassDesc.of(MemorySegment.class.getName());
    private static final ClassDesc ORDER = ClassDesc.of(ByteOrder.class.getName());
    private static final ClassDesc LANES = ClassDesc.of(Lanes.class.getName());
    private static final ClassDesc ARRAY = CD_float.arrayType();

    private static final MethodTypeDesc RUN = MethodTypeDesc.of(CD_void, ARRAY, CD_int, SEGMENT, CD_long, CD_long,
            CD_int, SEGMENT, CD_long, CD_long);
    private static final MethodTypeDesc LOAD = MethodTypeDesc.of(FLOATS, SPECIES, SEGMENT, CD_long, ORDER);
    private static final ClassDesc TILES = ClassDesc.of(VectorTiles.class.getName());
    private static final MethodTypeDesc LOAD_SUM = MethodTypeDesc.of(FLOATS, SEGMENT, CD_long, CD_long, CD_int, CD_int);
    private static final MethodTypeDesc STORE = MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER);
    private static final MethodTypeDesc BROADCAST = MethodTypeDesc.of(FLOATS, SPECIES, CD_float);
    private static final MethodTypeDesc FMA = MethodTypeDesc.of(FLOATS, VECTOR, VECTOR);

    // The parameters of Tile.run, by slot.
    private static final int A = 1;
    private static final int A_FROM = 2;
    private static final int B = 3;
    private static final int B_FROM = 4;
    private static final int B_PANEL = 6;
    private static final int DEPTH = 8;
    private static final int OUT = 9;
    private static final int OUT_FROM = 10;
    private static final int OUT_ROW = 12;

    /** The most sums that are loaded in place: C1 cannot compile more, see {@link VectorTiles#load}. */
    private static final int MOST_LOADED = 18;
    private static final long VECTOR_BYTES = (long) Lanes.LENGTH * Float.BYTES;

    /** Loads the class and makes its one instance. */
    Tile load() {
        try {
            return (Tile) MethodHandles.lookup().defineHiddenClass(bytes(), true).lookupClass()
                    .getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a class of our own: " + this, e);
        }
    }

    private byte[] bytes() {
        String name = "%s.Tile%dx%d".formatted(TileCode.class.getPackageName(), rows, vectors);
        return ClassFile.of().build(ClassDesc.of(name), type -> type
                .withFlags(ClassFile.ACC_FINAL)
                .withInterfaceSymbols(ClassDesc.of(Tile.class.getName()))
                .withMethodBody(INIT_NAME, MTD_void, 0,
                        code -> code.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_())
                .withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, this::writeRun));
    }

    private void writeRun(CodeBuilder code) {
        Label nothing = code.newLabel();
        code.iload(DEPTH).ifle(nothing);
        // What class b is of is so checked before the loop. Checked in it, C2 may split the loop over that question, and then
        // leaves its bounds checks where they are.
        species(code).aload(B).lload(B_FROM).getstatic(LANES, "ORDER", ORDER)
                .invokestatic(FLOATS, "fromMemorySegment", LOAD).pop();
        int[] sums = references(code, rows * vectors);
        for (int i = 0; i < sums.length; i++) {
            writeLoad(code, i, sums.length <= MOST_LOADED);
            code.astore(sums[i]);
        }
        int k = code.allocateLocal(TypeKind.INT);
        Label loop = code.newLabel();
        Label end = code.newLabel();
        code.iconst_0().istore(k).labelBinding(loop).iload(k).iload(DEPTH).if_icmpge(end);
        writeStep(code, k, sums);
        code.iinc(k, 1).goto_(loop).labelBinding(end);
        for (int i = 0; i < sums.length; i++) {
            code.aload(sums[i]).aload(OUT);
            outOffset(code, i).getstatic(LANES, "ORDER", ORDER).invokevirtual(FLOATS, "intoMemorySegment", STORE);
        }
        code.labelBinding(nothing).return_();
    }

    private void writeLoad(CodeBuilder code, int sum, boolean isInPlace) {
        if (isInPlace) {
            species(code).aload(OUT);
            outOffset(code, sum).getstatic(LANES, "ORDER", ORDER).invokestatic(FLOATS, "fromMemorySegment", LOAD);
        } else {
            code.aload(OUT).lload(OUT_FROM).lload(OUT_ROW).loadConstant(sum / vectors).loadConstant(sum % vectors)
                    .invokestatic(TILES, "load", LOAD_SUM);
        }
    }

    /** Step k of depth: a column of a times a row of b. */
    private void writeStep(CodeBuilder code, int k, int[] sums) {
        int row = code.allocateLocal(TypeKind.INT);
        code.iload(A_FROM).iload(k);
        if (aStep != 1) {
            code.loadConstant(aStep).imul();
        }
        code.iadd().istore(row);
        // In long: an int product could wrap, and so would keep its bounds check in the loop.
        int at = code.allocateLocal(TypeKind.LONG);
        code.lload(B_FROM).iload(k).i2l().loadConstant(VECTOR_BYTES).lmul().ladd().lstore(at);
        int[] b = references(code, vectors);
        for (int j = 0; j < vectors; j++) {
            species(code).aload(B).lload(at).lload(B_PANEL).loadConstant((long) j).lmul().ladd()
                    .getstatic(LANES, "ORDER", ORDER).invokestatic(FLOATS, "fromMemorySegment", LOAD).astore(b[j]);
        }
        int a = code.allocateLocal(TypeKind.REFERENCE);
        for (int i = 0; i < rows; i++) {
            species(code).aload(A).iload(row).loadConstant(i * aRow).iadd().faload()
                    .invokestatic(FLOATS, "broadcast", BROADCAST).astore(a);
            for (int j = 0; j < vectors; j++) {
                int sum = sums[i * vectors + j];
                code.aload(a).aload(b[j]).aload(sum).invokevirtual(FLOATS, "fma", FMA).astore(sum);
            }
        }
    }

    private CodeBuilder outOffset(CodeBuilder code, int sum) {
        return code.lload(OUT_FROM).lload(OUT_ROW).loadConstant((long) (sum / vectors)).lmul().ladd()
                .loadConstant(sum % vectors * VECTOR_BYTES).ladd();
    }

    private static CodeBuilder species(CodeBuilder code) {
        return code.getstatic(LANES, "SPECIES", SPECIES);
    }

    private static int[] references(CodeBuilder code, int count) {
        int[] slots = new int[count];
        Arrays.setAll(slots, i -> code.allocateLocal(TypeKind.REFERENCE));
        return slots;
    }
}
