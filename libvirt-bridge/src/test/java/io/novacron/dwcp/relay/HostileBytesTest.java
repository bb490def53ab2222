package io.novacron.dwcp.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever comes, nothing is thrown, and what is not rewritten goes through byte for byte. */
class HostileBytesTest {
  private static final int ROUNDS = 2_000;
  private static final long SEED = 0x6477_6370L;

  @Test
  void survivesMutatedSessions() {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      SourceRelay source =
          new SourceRelay(new RelayPolicy("host-a", Optional.empty(), () -> Optional.of("down")));
      DestinationRelay destination = new DestinationRelay();
      String where = "seed %d round %d".formatted(SEED, round);
      ByteBuffer calls = mutated(calls(), random);
      List<RpcInput> inputs = pushed(calls, random);
      List<ByteBuffer> forwarded = new ArrayList<>();
      for (RpcInput input : inputs) {
        forwarded.addAll(SourceRelayTest.forwarded(source.fromSource(input)));
        destination.fromSource(input);
      }
      assertEquals(
          RpcMessageReaderTest.joined(inputs), RpcMessageReaderTest.concat(forwarded), where);
      for (RpcInput input : pushed(mutated(replies(), random), random)) {
        source.fromPeer(input);
        destination.fromLibvirt(input);
      }
      source.closed();
      destination.closed();
    }
  }

  @Test
  void survivesMutationsOfWhatItWouldRewrite() {
    Random random = new Random(SEED);
    RelayPolicy healthy = new RelayPolicy("host-a", Optional.empty(), Optional::empty);
    for (int round = 0; round < ROUNDS; round++) {
      SourceRelay relay = new SourceRelay(healthy);
      pushed(mutated(calls(), random), random).forEach(relay::fromSource);
      pushed(mutated(replies(), random), random).forEach(relay::fromPeer);
    }
  }

  private static ByteBuffer calls() {
    TypedParameter name = SampleMessages.text("destination_name", "guest");
    TypedParameter uri = SampleMessages.text("migrate_uri", "tcp://host-b");
    return RpcMessageReaderTest.concat(
        List.of(
            SampleMessages.prepare(1, 1, name, uri).bytes(),
            Keepalive.PING.encode(),
            SampleMessages.finish(2, false, name).bytes()));
  }

  private static ByteBuffer replies() {
    String cookie = "<qemu-migration><name>guest</name><nbd port='49153'/></qemu-migration>\0";
    return RpcMessageReaderTest.concat(
        List.of(
            SampleMessages.prepareReply(1, cookie, Optional.of("tcp:host-b:49152")).bytes(),
            Keepalive.PONG.encode(),
            SampleMessages.finishReply(2).bytes()));
  }

  /** Flips, overwrites or cuts at 1 to 4 places. */
  private static ByteBuffer mutated(ByteBuffer bytes, Random random) {
    int places = 1 + random.nextInt(4);
    for (int i = 0; i < places; i++) {
      int at = random.nextInt(bytes.limit());
      switch (random.nextInt(4)) {
        case 0 -> bytes.put(at, (byte) (bytes.get(at) ^ 1 << random.nextInt(8)));
        case 1 -> bytes.put(at, (byte) random.nextInt());
        case 2 -> bytes.put(at, (byte) "<>'\"&/-\0".charAt(random.nextInt(8)));
        default -> bytes.limit(Math.max(1, random.nextInt(10) == 0 ? at : bytes.limit()));
      }
    }
    return bytes;
  }

  private static List<RpcInput> pushed(ByteBuffer bytes, Random random) {
    RpcMessageReader reader = new RpcMessageReader();
    List<RpcInput> inputs = new ArrayList<>();
    while (bytes.hasRemaining()) {
      int length = 1 + random.nextInt(Math.min(200, bytes.remaining()));
      inputs.addAll(reader.push(bytes.slice(bytes.position(), length)));
      bytes.position(bytes.position() + length);
    }
    return inputs;
  }
}
