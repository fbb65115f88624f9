package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * Who takes part.
 *
 * @param ours Unroll's backends that open here, the one that counts first
 * @param peers other libraries that run here
 */
record Field(List<PeerRuntime> ours, List<PeerRuntime> peers) {
    /** All that can run here; who cannot is reported with the reason. */
    static Field gather(Report report) {
        return new Field(able(UnrollRuntime.all(), report),
                able(ServiceLoader.load(PeerRuntime.class).stream().map(ServiceLoader.Provider::get).toList(), report));
    }

    private static List<PeerRuntime> able(List<PeerRuntime> runtimes, Report report) {
        List<PeerRuntime> able = new ArrayList<>();
        for (PeerRuntime runtime : runtimes) {
            Optional<String> obstacle = runtime.obstacle();
            if (obstacle.isEmpty()) {
                able.add(runtime);
            }
            report.say("%s: %s".formatted(runtime.name(),
                    obstacle.map(reason -> "skipped: " + reason).orElseGet(runtime::description)));
        }
        return List.copyOf(able);
    }

    /** Without the one of ours that is only a reference. */
    Field withoutScalar() {
        return new Field(ours.stream().filter(runtime -> !isScalar(runtime.name())).toList(), peers);
    }

    /** Plain Java is the reference, not a competitor: it sits out where it would take all the time. */
    static boolean isScalar(String name) {
        return name.equals(Backend.SCALAR.toString());
    }

    List<PeerRuntime> all() {
        return Stream.concat(ours.stream(), peers.stream()).toList();
    }

    List<String> names() {
        return all().stream().map(PeerRuntime::name).toList();
    }

    List<String> peerNames() {
        return peers.stream().map(PeerRuntime::name).toList();
    }

    /** Ours that are what they are at every shape. */
    List<String> backendNames() {
        return ours.stream().map(PeerRuntime::name).filter(name -> !name.equals(AutoRuntime.NAME)).toList();
    }

    /** The one of ours that all others are compared with. */
    String base() {
        return ours.getFirst().name();
    }
}
