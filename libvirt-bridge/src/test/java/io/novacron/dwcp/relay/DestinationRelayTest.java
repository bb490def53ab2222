package io.novacron.dwcp.relay;

import static io.novacron.dwcp.relay.SampleMessages.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DestinationRelayTest {
  private static final String NBD_COOKIE = "<qemu-migration><nbd port='49153'/></qemu-migration>";
  private final DestinationRelay relay = new DestinationRelay();

  @Test
  void announcesThePortsFromTheReplyUntilTheEnd() {
    prepare(1, "127.0.0.1");
    assertEquals(Set.of(), relay.announcedPorts());
    relay.fromLibvirt(SampleMessages.prepareReply(1, NBD_COOKIE, Optional.of("tcp:b:49152")));
    assertEquals(Set.of(49152, 49153), relay.announcedPorts());
    relay.fromSource(SampleMessages.finish(2, false, text("destination_name", "guest")));
    assertEquals(Set.of(49152, 49153), relay.announcedPorts());
    List<MigrationEvent> events = relay.fromLibvirt(SampleMessages.finishReply(2));
    assertEquals(List.of(MigrationOutcome.COMPLETED), SourceRelayTest.ends(events));
    assertEquals(Set.of(), relay.announcedPorts());
  }

  @Test
  void announcesNothingOfAPlainMigration() {
    prepare(1, "::");
    relay.fromLibvirt(SampleMessages.prepareReply(1, NBD_COOKIE, Optional.of("tcp:b:49152")));
    assertEquals(Set.of(), relay.announcedPorts());
  }

  @Test
  void announcesNothingWhenPrepareIsRefused() {
    prepare(1, "127.0.0.1");
    List<MigrationEvent> events = relay.fromLibvirt(SampleMessages.error(303, 1, "no memory"));
    assertEquals(List.of(MigrationOutcome.REFUSED), SourceRelayTest.ends(events));
    assertEquals(Set.of(), relay.announcedPorts());
  }

  @Test
  void announcesNothingFromAReplyThatThePeerSends() {
    prepare(1, "127.0.0.1");
    relay.fromSource(SampleMessages.prepareReply(1, NBD_COOKIE, Optional.of("tcp:b:22")));
    assertEquals(Set.of(), relay.announcedPorts());
  }

  @Test
  void announcesNothingFromAReplyToNoCall() {
    relay.fromLibvirt(SampleMessages.prepareReply(1, NBD_COOKIE, Optional.of("tcp:b:49152")));
    assertEquals(Set.of(), relay.announcedPorts());
  }

  @Test
  void forgetsThePortsWhenTheConnectionCloses() {
    prepare(1, "127.0.0.1");
    relay.fromLibvirt(SampleMessages.prepareReply(1, NBD_COOKIE, Optional.of("tcp:b:49152")));
    assertEquals(List.of(MigrationOutcome.ABORTED), SourceRelayTest.ends(relay.closed()));
    assertEquals(Set.of(), relay.announcedPorts());
  }

  private void prepare(int serial, String listenAddress) {
    relay.fromSource(SampleMessages.prepare(serial, 1, text("listen_address", listenAddress)));
  }
}
