package io.novacron.dwcp.relay;

import static io.novacron.dwcp.relay.SampleMessages.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PrepareCallTest {
  private static final TypedParameter XML =
      text("destination_xml", "<domain type='qemu'><name>guest</name></domain>");
  private static final TypedParameter BANDWIDTH =
      new TypedParameter("bandwidth", new TypedValue.ULLong(-1));

  @Test
  void readsWhatTheCookieSays() throws RpcException {
    PrepareCall call = PrepareCall.parse(SampleMessages.prepare(5, 0x10003, XML));
    assertEquals(Optional.of("guest"), call.domainName());
    assertEquals(Optional.of(UUID.fromString(SampleMessages.UUID_TEXT)), call.uuid());
    assertEquals(Optional.of("host-a"), call.sourceHostname());
    assertEquals(true, call.flags().tls());
    assertEquals(true, call.flags().peerToPeer());
    assertEquals(false, call.flags().tunnelled());
  }

  @Test
  void takesNameAndUuidFromTheDomainXmlWhenThereIsNoCookie() throws RpcException {
    String xml =
        "<?xml version='1.0'?><!-- <name>no</name> --><domain><metadata><name>deep</name>"
            + "</metadata><name>a&amp;b</name><uuid>"
            + SampleMessages.UUID_TEXT
            + "</uuid></domain>";
    PrepareCall call =
        PrepareCall.parse(SampleMessages.prepare(5, 1, "", text("destination_xml", xml)));
    assertEquals(Optional.of("a&b"), call.domainName());
    assertEquals(Optional.of(UUID.fromString(SampleMessages.UUID_TEXT)), call.uuid());
    assertEquals(Optional.empty(), call.sourceHostname());
  }

  @Test
  void namesTheGuestAsTheDestinationWill() throws RpcException {
    PrepareCall call =
        PrepareCall.parse(SampleMessages.prepare(5, 1, text("destination_name", "renamed")));
    assertEquals(Optional.of("renamed"), call.destinationName());
    assertEquals(Optional.of("guest"), call.domainName());
  }

  @Test
  void addsTheListenAddressAndChangesNothingElse() throws RpcException {
    RpcMessage message = SampleMessages.prepare(5, 1, XML, BANDWIDTH);
    RpcMessage expected =
        SampleMessages.prepare(5, 1, XML, BANDWIDTH, text("listen_address", "127.0.0.1"));
    assertEquals(expected.bytes(), PrepareCall.parse(message).rewritten());
  }

  @Test
  void replacesEveryListenAddressThatIsThere() throws RpcException {
    RpcMessage message =
        SampleMessages.prepare(
            5, 1, text("listen_address", "::"), XML, text("listen_address", "10.0.0.1"));
    RpcMessage expected = SampleMessages.prepare(5, 1, text("listen_address", "127.0.0.1"), XML);
    assertEquals(expected.bytes(), PrepareCall.parse(message).rewritten());
  }

  @Test
  void dropsADwcpUriWhenCarried() throws RpcException {
    RpcMessage message = SampleMessages.prepare(5, 1, text("migrate_uri", "dwcp://host-b"), XML);
    RpcMessage expected = SampleMessages.prepare(5, 1, XML, text("listen_address", "127.0.0.1"));
    assertEquals(expected.bytes(), PrepareCall.parse(message).rewritten());
  }

  @Test
  void keepsATcpUriWhenCarried() throws RpcException {
    TypedParameter uri = text("migrate_uri", "tcp://host-b:50000");
    RpcMessage expected = SampleMessages.prepare(5, 1, uri, text("listen_address", "127.0.0.1"));
    assertEquals(
        expected.bytes(), PrepareCall.parse(SampleMessages.prepare(5, 1, uri)).rewritten());
  }

  @Test
  void turnsADwcpUriIntoTcpWhenPlain() throws RpcException {
    ByteBuffer plain =
        PrepareCall.parse(SampleMessages.prepare(5, 1, text("migrate_uri", "DWCP://host-b:7400")))
            .plain();
    assertEquals(SampleMessages.prepare(5, 1, text("migrate_uri", "tcp://host-b")).bytes(), plain);
  }

  @Test
  void writesBackTheSameBytes() throws RpcException {
    RpcMessage message =
        SampleMessages.prepare(
            9,
            -1,
            XML,
            BANDWIDTH,
            new TypedParameter("i", new TypedValue.Int(-7)),
            new TypedParameter("u", new TypedValue.UInt(7)),
            new TypedParameter("l", new TypedValue.LLong(Long.MIN_VALUE)),
            new TypedParameter("nan", new TypedValue.DoubleBits(0x7ff0_0000_0000_0001L)),
            new TypedParameter("b", new TypedValue.Bool(2)),
            text("migrate_disks", "vda"),
            text("migrate_disks", "vdb"),
            text("", "\u00e4\u20ac\0"));
    assertEquals(message.bytes(), PrepareCall.parse(message).plain());
  }

  @Test
  void refusesEachTruncation() {
    ByteBuffer bytes = SampleMessages.prepare(5, 1, XML, BANDWIDTH).bytes();
    for (int length = 28; length < bytes.remaining(); length++) {
      RpcMessage cut = SampleMessages.whole(bytes.slice(0, length));
      assertThrows(RpcException.class, () -> PrepareCall.parse(cut), "cut to " + length);
    }
  }

  @Test
  void refusesMoreParametersThanLibvirtAllows() {
    TypedParameter[] many =
        java.util.Collections.nCopies(65, BANDWIDTH).toArray(TypedParameter[]::new);
    RpcException refused =
        assertThrows(
            RpcException.class, () -> PrepareCall.parse(SampleMessages.prepare(5, 1, many)));
    assertEquals("payload byte 4: array of 65 elements exceeds the limit of 64", refused.problem());
  }

  @Test
  void refusesACookieLongerThanLibvirtAllowsBeforeLookingForItsBytes() {
    XdrWriter payload = new XdrWriter();
    payload.int32(0);
    payload.int32(4 * 1024 * 1024 + 1);
    RpcMessage message =
        SampleMessages.message(SampleMessages.header(303, RpcType.CALL, 1, RpcStatus.OK), payload);
    RpcException refused = assertThrows(RpcException.class, () -> PrepareCall.parse(message));
    assertEquals(
        "payload byte 8: length 4194305 exceeds the limit of 4194304 bytes", refused.problem());
  }

  @Test
  void refusesAParameterOfAnUnknownType() {
    XdrWriter payload = new XdrWriter();
    payload.int32(1);
    payload.string("x");
    payload.int32(8);
    RpcMessage message =
        SampleMessages.message(SampleMessages.header(303, RpcType.CALL, 1, RpcStatus.OK), payload);
    RpcException refused = assertThrows(RpcException.class, () -> PrepareCall.parse(message));
    assertEquals("typed parameter of type 8, expected 1 to 7", refused.problem());
  }

  @Test
  void findsAStringOnlyAmongStrings() {
    TypedParameters list =
        new TypedParameters(
            List.of(
                new TypedParameter("migrate_uri", new TypedValue.Int(1)),
                text("migrate_uri", "tcp://h")));
    assertEquals(Optional.of("tcp://h"), list.text("migrate_uri"));
  }
}
