package io.novacron.dwcp.qemustream;

import io.novacron.dwcp.page.FieldCutter;
import io.novacron.dwcp.page.PageSink;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.page.StreamPhase;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The main stream after its magic: sections, of which those of RAM are read. Others have no length
 * and are searched for their footer as long as RAM goes on; what follows RAM is passed over.
 */
final class MainStreamParser implements StreamParser {
  /** The only one since 2009 (QEMU 10.0 migration/savevm.h, QEMU_VM_FILE_VERSION). */
  private static final int FILE_VERSION = 3;

  /** Of the section "ram" (QEMU 10.0 migration/ram.c, ram_mig_init). */
  private static final int RAM_VERSION = 4;

  private static final byte[] RAM_IDSTR = {'r', 'a', 'm'};

  private static final int INSTANCE_AND_VERSION_BYTES = 2 * Integer.BYTES;

  /** QEMU numbers the sections of a guest from 0: a thousand devices stay far below this. */
  private static final int MAX_SECTION_ID = 1 << 20;

  /** The longest, RAM_DISCARD, names 12 ranges of 16 bytes and a block. */
  private static final int MAX_COMMAND_BYTES = 4096;

  /** Four times the 16 MiB that QEMU allows (QEMU 10.0 migration/savevm.c). */
  private static final int MAX_PACKAGED_BYTES = 64 << 20;

  private enum Step {
    FILE_VERSION,
    SECTION_TYPE,
    CONFIGURATION,
    COMMAND,
    PACKAGED_LENGTH,
    SECTION_ID,
    IDSTR_LENGTH,
    IDSTR_INSTANCE_AND_VERSION,
    RAM,
    FOOTER_OR_TYPE,
    FOOTER_ID
  }

  private final FieldCutter cutter =
      new FieldCutter(MigrationStreamParser.MAGIC_BYTES, Integer.BYTES);
  private final ConfigurationSection configuration = new ConfigurationSection(cutter);
  private final RamSection ram = new RamSection(cutter);
  private final IterableSections iterables = new IterableSections();
  private Step step = Step.FILE_VERSION;
  private StreamPhase phase = StreamPhase.SETUP;
  private String description = "qemu-main";
  private boolean configured;
  private int sectionType;
  private int sectionId;
  private int idstrBytes;
  private @Nullable FooterScan scan;

  @Override
  public void parse(ByteBuffer bytes, PageSink sink) {
    ByteBuffer view = bytes.duplicate();
    while (view.hasRemaining()) {
      if (scan == null) {
        cutter.cut(view, (field, at) -> field(field, at, sink));
      } else {
        scanForFooter(scan, view);
      }
    }
    bytes.position(bytes.limit());
  }

  @Override
  public StreamPhase phase() {
    return phase;
  }

  @Override
  public long firstPassBytesLeft() {
    return phase == StreamPhase.BULK ? ram.firstPassBytesLeft() : 0;
  }

  @Override
  public long zeroPageRecords() {
    return ram.zeroPageRecords();
  }

  @Override
  public String description() {
    return description;
  }

  private void field(ByteBuffer bytes, int at, PageSink sink) {
    switch (step) {
      case FILE_VERSION -> checkFileVersion(bytes.getInt(at));
      case SECTION_TYPE -> startSection(bytes.get(at) & 0xff);
      case CONFIGURATION -> configurationField(bytes, at);
      case COMMAND -> startCommand(bytes.getInt(at));
      case PACKAGED_LENGTH -> skipPackaged(bytes.getInt(at));
      case SECTION_ID -> identifySection(bytes.getInt(at));
      case IDSTR_LENGTH -> {
        idstrBytes = bytes.get(at) & 0xff;
        expect(Step.IDSTR_INSTANCE_AND_VERSION, idstrBytes + INSTANCE_AND_VERSION_BYTES);
      }
      case IDSTR_INSTANCE_AND_VERSION -> describeSection(bytes, at);
      case RAM -> ramField(bytes, at, sink);
      case FOOTER_OR_TYPE -> footerOrType(bytes.get(at) & 0xff);
      case FOOTER_ID -> checkFooter(bytes.getInt(at));
    }
  }

  private void checkFileVersion(int version) {
    if (version == FILE_VERSION) {
      expect(Step.SECTION_TYPE, Byte.BYTES);
    } else {
      giveUp("file version %d; expected %d".formatted(version, FILE_VERSION));
    }
  }

  private void startSection(int type) {
    sectionType = type;
    switch (type) {
      case SectionType.START, SectionType.PART, SectionType.END, SectionType.FULL ->
          expect(Step.SECTION_ID, Integer.BYTES);
      case SectionType.COMMAND -> expect(Step.COMMAND, Integer.BYTES);
      case SectionType.CONFIGURATION -> {
        step = Step.CONFIGURATION;
        configured = true;
        configuration.begin();
      }
      case SectionType.SUBSECTION -> startSubsection();
      case SectionType.EOF, SectionType.VMDESCRIPTION -> cutter.skipRest();
      default -> giveUp("section type 0x%02x".formatted(type));
    }
  }

  private void startSubsection() {
    if (configured) {
      step = Step.CONFIGURATION;
      configuration.beginSubsection();
    } else {
      giveUp("subsection outside of the configuration");
    }
  }

  private void configurationField(ByteBuffer bytes, int at) {
    switch (configuration.field(bytes, at)) {
      case GOES_ON -> {}
      case ENDS -> expect(Step.SECTION_TYPE, Byte.BYTES);
      case LOST -> giveUp(configuration.whatWasSeen());
    }
  }

  private static boolean isCommand(int numberAndLength) {
    int number = numberAndLength >>> 16;
    return number > 0
        && number <= MigrationCommand.MAX
        && (numberAndLength & 0xffff) <= MAX_COMMAND_BYTES;
  }

  private void startCommand(int numberAndLength) {
    if (!isCommand(numberAndLength)) {
      giveUp("command 0x%08x".formatted(numberAndLength));
      return;
    }
    int payloadBytes = numberAndLength & 0xffff;
    switch (numberAndLength >>> 16) {
      case MigrationCommand.SWITCHOVER_START, MigrationCommand.POSTCOPY_RAM_DISCARD -> switchOver();
      case MigrationCommand.POSTCOPY_LISTEN, MigrationCommand.POSTCOPY_RUN ->
          phase = StreamPhase.POSTCOPY;
      case MigrationCommand.PACKAGED -> {
        phase = StreamPhase.POSTCOPY;
        if (payloadBytes == Integer.BYTES) {
          expect(Step.PACKAGED_LENGTH, Integer.BYTES);
          return;
        }
      }
      default -> {}
    }
    cutter.skip(payloadBytes);
    expect(Step.SECTION_TYPE, Byte.BYTES);
  }

  private void skipPackaged(int packagedBytes) {
    if (packagedBytes < 0 || packagedBytes > MAX_PACKAGED_BYTES) {
      giveUp("package of %d bytes; at most %d".formatted(packagedBytes, MAX_PACKAGED_BYTES));
      return;
    }
    cutter.skip(packagedBytes);
    expect(Step.SECTION_TYPE, Byte.BYTES);
  }

  private void identifySection(int id) {
    sectionId = id;
    switch (sectionType) {
      case SectionType.START, SectionType.FULL -> expect(Step.IDSTR_LENGTH, Byte.BYTES);
      default -> continueSection();
    }
  }

  private void continueSection() {
    if (iterables.isRam(sectionId)) {
      if (sectionType == SectionType.END) {
        switchOver();
      } else if (phase == StreamPhase.SETUP) {
        phase = StreamPhase.BULK;
      }
      beginRam();
    } else if (iterables.contains(sectionId)) {
      beginScan();
    } else {
      giveUp("section id %d, which never began".formatted(sectionId));
    }
  }

  private void describeSection(ByteBuffer bytes, int at) {
    if (sectionType == SectionType.FULL) {
      if (phase == StreamPhase.BULK) {
        switchOver();
      }
      beginScan();
    } else if (!iterables.add(sectionId)) {
      giveUp("more than %d iterable sections".formatted(IterableSections.MAX_SECTIONS));
    } else if (!isRam(bytes, at)) {
      beginScan();
    } else {
      int version = bytes.getInt(at + idstrBytes + Integer.BYTES);
      if (version == RAM_VERSION) {
        iterables.setRam(sectionId);
        beginRam();
      } else {
        giveUp("ram version %d; expected %d".formatted(version, RAM_VERSION));
      }
    }
  }

  private boolean isRam(ByteBuffer bytes, int at) {
    return idstrBytes == RAM_IDSTR.length
        && bytes.slice(at, idstrBytes).equals(ByteBuffer.wrap(RAM_IDSTR));
  }

  private void beginRam() {
    step = Step.RAM;
    ram.begin();
  }

  private void ramField(ByteBuffer bytes, int at, PageSink sink) {
    switch (ram.field(bytes, at, sink)) {
      case GOES_ON -> {}
      case ENDS -> {
        if (sectionType == SectionType.END) {
          cutter.skipRest();
        } else {
          expect(Step.FOOTER_OR_TYPE, Byte.BYTES);
        }
      }
      case LOST -> giveUp(ram.whatWasSeen());
    }
  }

  /** A machine type may switch footers off (send-section-footer). */
  private void footerOrType(int octet) {
    if (octet == SectionType.FOOTER) {
      expect(Step.FOOTER_ID, Integer.BYTES);
    } else {
      startSection(octet);
    }
  }

  private void checkFooter(int id) {
    if (id == sectionId) {
      expect(Step.SECTION_TYPE, Byte.BYTES);
    } else {
      giveUp("footer of section %d in section %d".formatted(id, sectionId));
    }
  }

  private void beginScan() {
    scan = new FooterScan(sectionId, this::isSectionStart);
    cutter.stop();
  }

  private void scanForFooter(FooterScan footerScan, ByteBuffer view) {
    int before = view.position();
    boolean found = footerScan.findsNextSection(view);
    cutter.consumedElsewhere(view.position() - before);
    if (found) {
      scan = null;
      sectionType = footerScan.type();
      if (sectionType == SectionType.COMMAND) {
        startCommand(footerScan.next());
      } else {
        identifySection(footerScan.next());
      }
    }
  }

  private boolean isSectionStart(int type, int next) {
    return switch (type) {
      case SectionType.PART, SectionType.END -> iterables.contains(next);
      case SectionType.START, SectionType.FULL ->
          next >= 0 && next <= MAX_SECTION_ID && !iterables.contains(next);
      case SectionType.COMMAND -> isCommand(next);
      default -> false;
    };
  }

  private void switchOver() {
    if (phase != StreamPhase.POSTCOPY) {
      phase = StreamPhase.SWITCHOVER;
    }
  }

  private void expect(Step next, int fieldBytes) {
    step = next;
    cutter.expect(fieldBytes);
  }

  private void giveUp(String seen) {
    phase = StreamPhase.OPAQUE;
    description =
        "opaque: gave up qemu-main before byte %d: %s".formatted(cutter.streamOffset(), seen);
    cutter.skipRest();
  }
}
