package dev.unroll.cli;

import dev.unroll.models.Network;
import dev.unroll.training.Training;
import dev.unroll.training.TrainingListener;
import dev.unroll.training.TrainingStep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The newest weights as a network's file, and the picture of the losses beside it: at each evaluation and at the end. */
final class ModelFile implements TrainingListener {
    private final Path file;
    private final String title;
    private final LossHistory history;
    private long saved = -1;

    ModelFile(Path file, String title, LossHistory history) {
        this.file = file;
        this.title = title;
        this.history = history;
    }

    /** The file of another ending beside a model's. */
    static Path beside(Path model, String ending) {
        String name = model.getFileName().toString();
        String stem = name.endsWith(".safetensors") ? name.substring(0, name.length() - ".safetensors".length()) : name;
        return model.resolveSibling(stem + ending);
    }

    @Override
    public void onStep(Training training, TrainingStep step) {}

    @Override
    public void onEvaluation(Training training, double loss) {
        save(training);
    }

    @Override
    public void onEnd(Training training) {
        if (saved != training.steps()) {
            save(training);
        }
    }

    private void save(Training training) {
        try (Network network = training.network()) {
            network.save(file);
            if (!history.points().isEmpty()) {
                LossChart.write(beside(file, ".png"), title, Unit.of(network.vocabulary().orElseThrow()),
                        history.points());
            }
            saved = training.steps();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
