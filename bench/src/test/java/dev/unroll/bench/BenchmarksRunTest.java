package dev.unroll.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs on every backend; what it measures here means nothing. */
class BenchmarksRunTest {
    private static Collection<RunResult> run(Class<?> benchmark, String backend, String parameter, String value)
            throws RunnerException {
        return new Runner(new OptionsBuilder().include(benchmark.getName()).param("backend", backend)
                .param(parameter, value).forks(0).warmupIterations(0).measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(10)).shouldFailOnError(true).verbosity(VerboseMode.SILENT)
                .build()).run();
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector", "openblas", "scalar"})
    void productRuns(String backend) throws RunnerException {
        assertMeasured(4, run(ProductBenchmark.class, backend, "k", "16"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector", "openblas", "scalar"})
    void stepRuns(String backend) throws RunnerException {
        assertMeasured(3, run(StepBenchmark.class, backend, "hidden", "16"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector", "openblas", "scalar"})
    void trainingStepRuns(String backend) throws RunnerException {
        assertMeasured(1, run(TrainingStepBenchmark.class, backend, "hidden", "16"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector", "openblas", "scalar"})
    void sequenceForwardRuns(String backend) throws RunnerException {
        assertMeasured(3, run(SequenceForwardBenchmark.class, backend, "hidden", "16"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector", "openblas", "scalar"})
    void lengthsRun(String backend) throws RunnerException {
        assertMeasured(4, run(LengthsBenchmark.class, backend, "hidden", "16"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector", "openblas", "scalar"})
    void gatesRun(String backend) throws RunnerException {
        assertMeasured(6, run(GateBenchmark.class, backend, "hidden", "16"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector", "openblas", "scalar"})
    void checkpointingRuns(String backend) throws RunnerException {
        assertMeasured(2, run(CheckpointingBenchmark.class, backend, "time", "40"));
    }

    private static void assertMeasured(int wanted, Collection<RunResult> results) {
        assertEquals(wanted, results.size());
        for (RunResult result : results) {
            assertTrue(result.getPrimaryResult().getScore() > 0, result.toString());
        }
    }
}
