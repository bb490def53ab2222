package io.novacron.dwcp.relay;

import static io.novacron.dwcp.relay.SampleMessages.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class GuestDisksTest {
  private static String domain(String... devices) {
    return "<domain type='qemu'><name>guest</name><devices>"
        + String.join("\n", devices)
        + "</devices></domain>";
  }

  private static String disk(String attributes, String driver, String source) {
    return "<disk %s><driver name='qemu' %s/><source %s/><target dev='vda'/></disk>"
        .formatted(attributes, driver, source);
  }

  @Test
  void findsTheFilesThatAreUsedAsQcow2() throws RpcException {
    String xml =
        domain(
            "<emulator>/usr/bin/qemu</emulator>",
            disk("type='file' device='disk'", "type='qcow2'", "file='/a &amp; b' index='1'"),
            disk("device=\"disk\" type=\"file\"", "type=\"qcow2\"", "file=\"/c\""),
            disk("type='file'", "type='qcow2'", "file='/d'"));
    assertEquals(List.of("/a & b", "/c", "/d"), GuestDisks.qcow2Files(xml));
  }

  @Test
  void leavesOutEverythingElse() throws RpcException {
    String xml =
        domain(
            disk("type='file' device='disk'", "type='raw'", "file='/raw'"),
            disk("type='file' device='disk'", "cache='none'", "file='/unknown'"),
            disk("type='file' device='cdrom'", "type='qcow2'", "file='/cdrom'"),
            disk("type='block' device='disk'", "type='qcow2'", "dev='/dev/vg/disk'"),
            disk("type='network' device='disk'", "type='qcow2'", "protocol='rbd' name='a'"),
            "<disk type='file'><source file='/none'/></disk>",
            "<disk type='file'/>");
    assertEquals(List.of(), GuestDisks.qcow2Files(xml));
  }

  /** Metadata and what lies below a disk may name anything. */
  @Test
  void looksAtTheDisksOwnElementsOnly() throws RpcException {
    String xml =
        "<domain><metadata>"
            + domain(disk("type='file'", "type='qcow2'", "file='/no'"))
            + "</metadata><devices><disk type='file' device='disk'><!-- <source file='/no'/> -->"
            + "<backingStore type='file'><format type='qcow2'/><source file='/below'/>"
            + "<driver type='qcow2'/></backingStore><driver type='qcow2'/><source file='/top'/>"
            + "</disk></devices></domain>";
    assertEquals(List.of("/top"), GuestDisks.qcow2Files(xml));
  }

  @Test
  void knowsNoneWhereTheXmlTellsNoneOrCannotBeRead() throws RpcException {
    assertEquals(List.of(), GuestDisks.qcow2Files("<domain/>"));
    assertEquals(List.of(), GuestDisks.qcow2Files("<domain><devices/></domain>"));
    PrepareCall broken =
        PrepareCall.parse(
            SampleMessages.prepare(
                5, 1, text("destination_xml", "<domain><devices><disk type='file'>")));
    assertEquals(List.of(), broken.qcow2Files());
  }

  @Test
  void aPrepareCallTellsThem() throws RpcException {
    String xml = domain(disk("type='file'", "type='qcow2'", "file='/a'"));
    PrepareCall call =
        PrepareCall.parse(SampleMessages.prepare(5, 1, text("destination_xml", xml)));
    assertEquals(List.of("/a"), call.qcow2Files());
  }
}
