package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.models.Network;
import dev.unroll.tensor.faults.FaultyDisk;
import dev.unroll.tensor.faults.FaultyDisk.Call;
import dev.unroll.tensor.faults.FaultyDisk.Fault;
import dev.unroll.tensor.faults.FaultyDisk.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whichever file operation fails, and however: older checkpoints are there to the bit, a new one is there whole or not at
 * all, and a training goes on from a whole one.
 *
 * <p>Three steps are saved in the directory, with the best of them; the fourth is what is being saved.
 */
class CheckpointFaultsTest extends OnBackendUnderTest {
    private static final int[] TOKENS = ToyText.random(1, 36);
    private static final int KEEP = 3;
    private static final String BEST = "best.safetensors";
    private static final Set<Operation> FILLS = Set.of(Operation.WRITE, Operation.FORCE);

    @TempDir
    private Path directory;
    private FaultyDisk disk;
    private Network network;
    private Training training;
    private Evaluation evaluation;
    private Training other;
    private final Map<Long, Fingerprint> fingerprints = new HashMap<>();
    private Map<String, byte[]> old;
    private byte[] fourth;

    @BeforeEach
    void saveThreeStepsAndMakeAFourth(@TempDir Path scratch) throws IOException {
        disk = new FaultyDisk(directory);
        network = ToyText.network(CellKind.LSTM, 3, kernels, 7);
        training = start();
        other = start();
        evaluation = training.evaluation(Tokens.of(TOKENS));
        fingerprints.put(0L, Fingerprint.of(training));
        training.run(3, new Evaluations(1, evaluation), new Checkpoints(directory, 1, KEEP),
                (now, step) -> fingerprints.put(step.number(), Fingerprint.of(now)));
        old = files();
        assertEquals(Set.of(name(1), name(2), name(3), BEST), old.keySet());
        training.run(4, new Evaluations(1, evaluation));
        fingerprints.put(4L, Fingerprint.of(training));
        training.save(scratch.resolve(name(4)), Map.of());
        fourth = Files.readAllBytes(scratch.resolve(name(4)));
    }

    @AfterEach
    void close() {
        evaluation.close();
        other.close();
        training.close();
        network.close();
    }

    private Training start() {
        return Trainer.of(network).optimizer(Adam.of(0.01)).truncatedBptt(4, 6).batch(2).start(TOKENS);
    }

    private static String name(long step) {
        return "step-%09d.safetensors".formatted(step);
    }

    private Map<String, byte[]> files() throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    private void putBack() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.toList()) {
                Files.delete(file);
            }
        }
        for (var entry : old.entrySet()) {
            Files.write(directory.resolve(entry.getKey()), entry.getValue());
        }
    }

    private static Predicate<Call> only(Call call) {
        return now -> now.number() == call.number();
    }

    private static Predicate<Call> from(Call call) {
        return now -> now.number() >= call.number();
    }

    /** Whether what is done goes well; where it does not, the exception names a file or the directory. */
    private boolean goesWell(Runnable act) {
        try {
            act.run();
            return true;
        } catch (UncheckedIOException e) {
            assertTrue(e.getMessage().contains(directory.toString()), e.getMessage());
            return false;
        }
    }

    private Checkpoints checkpoints() throws IOException {
        putBack();
        disk.begin();
        Checkpoints checkpoints = new Checkpoints(disk.path(), 1, KEEP);
        disk.begin();
        return checkpoints;
    }

    private List<Call> callsOfAGoodSave() throws IOException {
        checkpoints().save(training);
        return disk.calls();
    }

    /** Checks that every checkpoint that is there is one of the old or the new to the bit; returns the other files' names. */
    private Set<String> assertWhole(Call call) throws IOException {
        Map<String, byte[]> files = files();
        for (String name : List.copyOf(files.keySet())) {
            if (name.equals(name(4))) {
                assertArrayEquals(fourth, files.remove(name), call.toString());
            } else if (old.containsKey(name)) {
                assertArrayEquals(old.get(name), files.remove(name), call + ", " + name);
            }
        }
        return files.keySet();
    }

    private void assertGoesOnFrom(long step) throws IOException {
        disk.begin();
        assertEquals(Optional.of(disk.path().resolve(name(step))), Checkpoints.resume(other, disk.path()));
        assertEquals(fingerprints.get(step), Fingerprint.of(other));
    }

    @Test
    void everyOperationOfASaveIsSeen() throws IOException {
        Set<Operation> seen = callsOfAGoodSave().stream().map(Call::operation).collect(Collectors.toSet());
        assertTrue(seen.containsAll(Set.of(Operation.LOOK, Operation.OPEN, Operation.WRITE, Operation.FORCE,
                Operation.CLOSE, Operation.MOVE, Operation.LIST, Operation.NEXT, Operation.DELETE)), seen.toString());
        assertEquals(Set.of(name(2), name(3), name(4), BEST), files().keySet());
    }

    @Test
    void oldOnesAreDeletedWhenTheNewOneIsOnTheDisk() throws IOException {
        List<Operation> operations = callsOfAGoodSave().stream().map(Call::operation).toList();
        assertTrue(operations.lastIndexOf(Operation.FORCE) > operations.indexOf(Operation.MOVE), operations::toString);
        assertTrue(operations.indexOf(Operation.DELETE) > operations.lastIndexOf(Operation.FORCE),
                operations::toString);
    }

    @ParameterizedTest
    @EnumSource
    void aSaveWithOneFaultLeavesOldAndNewWholeAndNothingBeside(Fault fault) throws IOException {
        for (Call call : callsOfAGoodSave()) {
            Checkpoints checkpoints = checkpoints();
            disk.begin(fault, only(call));
            boolean saved = goesWell(() -> checkpoints.save(training));
            assertEquals(Set.of(), assertWhole(call), call.toString());
            Set<String> names = files().keySet();
            assertTrue(names.containsAll(Set.of(name(2), name(3), BEST)), () -> call + ": " + names);
            assertTrue(names.contains(saved ? name(4) : name(1)), () -> call + ": " + names);
            assertGoesOnFrom(names.contains(name(4)) ? 4 : 3);
            checkpoints.save(training);
            assertGoesOnFrom(4);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "LATE"})
    void anOldOneThatCannotBeDeletedIsNoFailure(Fault fault) throws IOException {
        Checkpoints checkpoints = checkpoints();
        disk.begin(fault, call -> call.operation() == Operation.DELETE || call.operation() == Operation.LIST);
        checkpoints.save(training);
        assertGoesOnFrom(4);
    }

    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "CUT"})
    void aFullDiskLeavesTheOldOnesAndNothingBesideUntilThereIsRoomAgain(Fault fault) throws IOException {
        List<Call> fills = callsOfAGoodSave().stream()
                .filter(call -> fault.isOf(call.operation()) && FILLS.contains(call.operation())).toList();
        // The last forces the directory.
        for (Call call : fault == Fault.REFUSED ? fills.subList(0, fills.size() - 1) : fills) {
            Checkpoints checkpoints = checkpoints();
            disk.begin(fault, from(call).and(now -> FILLS.contains(now.operation())));
            assertFalse(goesWell(() -> checkpoints.save(training)), call.toString());
            assertEquals(Set.of(), assertWhole(call), call.toString());
            assertEquals(old.keySet(), files().keySet(), call.toString());
            assertGoesOnFrom(3);
            checkpoints.save(training);
            assertEquals(Set.of(name(2), name(3), name(4), BEST), files().keySet(), call.toString());
            assertGoesOnFrom(4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDiskThatFailsFromAnOperationOnLeavesOldAndNewWhole(Fault fault) throws IOException {
        for (Call call : callsOfAGoodSave()) {
            Checkpoints checkpoints = checkpoints();
            disk.begin(fault, from(call));
            boolean saved = goesWell(() -> checkpoints.save(training));
            Set<String> beside = assertWhole(call);
            assertTrue(beside.stream().allMatch(name -> name.startsWith(".") && name.endsWith(".tmp")),
                    beside::toString);
            boolean isThere = files().containsKey(name(4));
            assertTrue(isThere || !saved, call.toString());
            assertGoesOnFrom(isThere ? 4 : 3);
            checkpoints.save(training);
            assertGoesOnFrom(4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theBestIsTheOldOneOrTheNewWhateverFails(Fault fault) throws IOException {
        assertEquals(0, training.best().since());
        double loss = training.best().loss();
        checkpoints().onEvaluation(training, loss);
        for (Call call : disk.calls()) {
            Checkpoints checkpoints = checkpoints();
            disk.begin(fault, only(call));
            boolean saved = goesWell(() -> checkpoints.onEvaluation(training, loss));
            assertEquals(old.keySet(), files().keySet(), call.toString());
            byte[] best = files().get(BEST);
            boolean isNew = saved || (fault == Fault.LATE && call.operation() == Operation.MOVE);
            assertArrayEquals(isNew ? fourth : old.get(BEST), best, call.toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTrainingGoesOnFromAWholeOneOrStaysAsItWasWhateverFailsInReading(Fault fault) throws IOException {
        checkpoints();
        Checkpoints.resume(other, disk.path());
        List<Call> calls = disk.calls();
        for (Call call : calls) {
            for (Predicate<Call> which : List.of(only(call), from(call))) {
                try (Training resumed = start()) {
                    disk.begin(fault, which);
                    boolean whole = goesWell(() -> resume(resumed));
                    assertTrue(whole ? resumed.steps() > 0 : resumed.steps() == 0, call.toString());
                    assertEquals(fingerprints.get(resumed.steps()), Fingerprint.of(resumed), call.toString());
                    assertEquals(Set.of(), assertWhole(call));
                    other.restore(directory.resolve(name(1)));
                    if (resumed.steps() == 1) {
                        assertEquals(other.step(), resumed.step(), call.toString());
                    }
                }
            }
        }
    }

    private void resume(Training resumed) {
        try {
            assertTrue(Checkpoints.resume(resumed, disk.path()).isPresent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void beginningTouchesNoCheckpointWhateverFails(Fault fault) throws IOException {
        disk.begin();
        new Checkpoints(disk.path(), 1, KEEP);
        for (Call call : disk.calls()) {
            disk.begin(fault, only(call));
            boolean begun = goesWell(() -> {
                try {
                    new Checkpoints(disk.path(), 1, KEEP);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertTrue(begun || fault.isOf(call.operation()), call.toString());
            assertEquals(Set.of(), assertWhole(call), call.toString());
            assertEquals(old.keySet(), files().keySet(), call.toString());
        }
    }
}
