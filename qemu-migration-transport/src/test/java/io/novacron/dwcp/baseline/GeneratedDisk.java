package io.novacron.dwcp.baseline;

import io.novacron.dwcp.encoding.TravelledPages;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.TwoHosts;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Random;

/** A disk of random pages that is copied, for those who want to be told of them. */
final class GeneratedDisk {
  private GeneratedDisk() {}

  static void record(TravelledPages.Recorder recorder, int pages) throws IOException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(stream);
    out.writeInt(3);
    Random random = new Random(pages);
    byte[] content = new byte[4096];
    for (int page = 0; page < pages; page++) {
      out.writeInt(0x25609513);
      out.writeShort(0);
      out.writeShort(1);
      out.writeLong(page);
      out.writeLong(page * 4096L);
      out.writeInt(4096);
      random.nextBytes(content);
      out.write(content);
    }
    TwoHosts hosts = new TwoHosts(pages);
    hosts.addLink();
    hosts.answers(1, new byte[1], true);
    hosts.destinationRecords(recorder);
    FakeLocalEnd local = hosts.openDisk(1, stream.toByteArray(), 0, null);
    hosts.run();
    if (!local.channel().abortReason().isEmpty()) {
      throw new IllegalStateException(local.channel().abortReason());
    }
  }
}
