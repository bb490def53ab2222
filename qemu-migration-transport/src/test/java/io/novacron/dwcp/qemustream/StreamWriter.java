package io.novacron.dwcp.qemustream;

import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.page.ParserRun.Page;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes migration streams field by field, and remembers where it put pages. */
final class StreamWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final List<Page> pages = new ArrayList<>();

  static StreamWriter main() {
    return new StreamWriter().u32(0x5145564d).u32(3);
  }

  StreamWriter u8(int value) {
    bytes.write(value);
    return this;
  }

  StreamWriter u16(int value) {
    return u8(value >>> 8).u8(value);
  }

  StreamWriter u32(int value) {
    return u16(value >>> 16).u16(value);
  }

  StreamWriter u64(long value) {
    return u32((int) (value >>> 32)).u32((int) value);
  }

  StreamWriter text(String text) {
    bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  StreamWriter fill(int count, int octet) {
    for (int i = 0; i < count; i++) {
      u8(octet);
    }
    return this;
  }

  /** A length of one byte, and the text. */
  StreamWriter shortText(String text) {
    return u8(text.length()).text(text);
  }

  StreamWriter configuration(String machine) {
    return u8(SectionType.CONFIGURATION).u32(machine.length()).text(machine);
  }

  StreamWriter subsection(String name) {
    return u8(SectionType.SUBSECTION).shortText(name).u32(1);
  }

  StreamWriter command(int number, int payloadBytes) {
    return u8(SectionType.COMMAND).u16(number).u16(payloadBytes).fill(payloadBytes, 0x5a);
  }

  StreamWriter section(int type, int id, String idstr, int version) {
    return u8(type).u32(id).shortText(idstr).u32(0).u32(version);
  }

  StreamWriter section(int type, int id) {
    return u8(type).u32(id);
  }

  StreamWriter footer(int id) {
    return u8(SectionType.FOOTER).u32(id);
  }

  StreamWriter ramStart(int id) {
    return section(SectionType.START, id, "ram", 4);
  }

  StreamWriter record(long address, int flags) {
    return u64(address | flags);
  }

  /** EOS and footer. */
  StreamWriter endRam(int id) {
    return record(0, RamFlag.EOS).footer(id);
  }

  /** The block list of a guest with 1 MiB in "pc.ram" and 64 KiB in "pc.bios", and its end. */
  StreamWriter twoBlocks(int id) {
    return ramStart(id)
        .record(0x110000, RamFlag.MEM_SIZE)
        .shortText("pc.ram")
        .u64(0x100000)
        .shortText("pc.bios")
        .u64(0x10000)
        .endRam(id);
  }

  StreamWriter page(String block, long address) {
    return record(address, RamFlag.PAGE).shortText(block).content(block, address);
  }

  StreamWriter nextPage(String block, long address) {
    return record(address, RamFlag.PAGE | RamFlag.CONTINUE).content(block, address);
  }

  /** The content of a page; each byte of it looks like a footer. */
  StreamWriter content(String block, long address) {
    pages.add(new Page(bytes.size(), pageAddress(block, address)));
    return fill(PageSize.BYTES, SectionType.FOOTER);
  }

  static long pageAddress(String block, long address) {
    byte[] id = block.getBytes(StandardCharsets.US_ASCII);
    return RamBlocks.pageAddress(RamBlocks.idHash(ByteBuffer.wrap(id), 0, id.length), address);
  }

  byte[] stream() {
    return bytes.toByteArray();
  }

  List<Page> pages() {
    return pages;
  }
}
