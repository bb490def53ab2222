package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.nbd.WriteWindow;
import io.novacron.dwcp.session.EarlyWrites.State;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.TwoHosts;
import io.novacron.dwcp.wire.ChannelKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** QEMU and an NBD server that takes requests in any order, over two daemons. */
class EarlyWritesTest {
  private static final int PORT = 49153;
  private static final int REQUESTS = 200;

  private TwoHosts hosts;
  private NbdServerProgram server;
  private NbdClientProgram client;
  private FakeLocalEnd qemu;
  private EarlyWrites writes;

  private void begin(long seed, int writesUntilFull) {
    hosts = new TwoHosts(seed);
    hosts.addLink();
    hosts.addLink();
    server = new NbdServerProgram(hosts.random());
    server.isFullAfter(writesUntilFull);
    client = new NbdClientProgram(hosts.random(), REQUESTS, server);
    hosts.runs(PORT, server);
    ChannelRequest request =
        new ChannelRequest(ChannelKind.DISK, 1, PORT, 64, null, List.of(), WriteWindow.STANDARD);
    qemu = hosts.open(request, client);
    writes = qemu.channel().earlyWrites();
    assertNotNull(writes);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void copiesADiskWholeThatIsReadAndFlushedMeanwhile(long seed) {
    begin(seed, Integer.MAX_VALUE);

    hosts.run();

    assertTrue(client.isContent(), () -> String.valueOf(qemu.resetReason()));
    assertArrayEquals(client.expected(), server.disk);
    assertEquals(State.SETTLED, writes.state());
    assertEquals(List.of(""), closedReasons());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void losesNothingWhenStreamsDie(long seed) {
    begin(seed, Integer.MAX_VALUE);
    for (int cut = 0; cut < 10; cut++) {
      hosts.steps(150);
      if (!hosts.links().isEmpty()) {
        hosts.links().getFirst().cut();
      }
      hosts.addLink();
    }
    hosts.run();

    assertTrue(client.isContent(), () -> String.valueOf(qemu.resetReason()));
    assertArrayEquals(client.expected(), server.disk);
    assertEquals(State.SETTLED, writes.state());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void breaksQemusConnectionForGoodWhenTheDestinationsDiskIsFull(long seed) {
    begin(seed, 40);

    hosts.run();

    assertFalse(client.isContent());
    assertEquals(State.LOST, writes.state());
    assertTrue(
        String.valueOf(qemu.resetReason()).contains("no space left"),
        () -> String.valueOf(qemu.resetReason()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void saysThatWritesAreLostWhenTheSessionIsGivenUp(long seed) {
    begin(seed, Integer.MAX_VALUE);
    while (writes.state() != State.AHEAD) {
      hosts.step();
    }
    List<State> told = new ArrayList<>();
    writes.whenSettled(() -> told.add(writes.state()));

    hosts.source().finish(new SessionEnd.GivenUp("the link is gone"));

    assertEquals(State.LOST, writes.state());
    assertEquals(List.of(State.LOST), told);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void tellsWhenTheLastWriteIsAnswered(long seed) {
    begin(seed, Integer.MAX_VALUE);
    while (writes.state() != State.AHEAD) {
      hosts.step();
    }
    List<State> told = new ArrayList<>();
    writes.whenSettled(() -> told.add(writes.state()));
    assertEquals(List.of(), told);

    hosts.run();

    assertEquals(List.of(State.SETTLED), told);
  }

  private List<String> closedReasons() {
    return hosts.sourceSide().closedChannels().stream().map(ChannelEnd::abortReason).toList();
  }
}
