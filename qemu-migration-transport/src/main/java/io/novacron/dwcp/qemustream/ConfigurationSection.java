package io.novacron.dwcp.qemustream;

import io.novacron.dwcp.page.FieldCutter;
import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The CONFIGURATION section: the machine's name, and after it subsections, each of which must be
 * known, since none has a length (QEMU 10.0 migration/savevm.c, vmstate_configuration).
 */
final class ConfigurationSection {
  private static final int MAX_MACHINE_NAME_BYTES = 1024;

  /** 10.0 has some 25 capabilities and announces two of them at most. */
  private static final int MAX_CAPABILITIES = 256;

  private static final int UUID_BYTES = 16;
  private static final int TARGET_PAGE_BITS = Integer.numberOfTrailingZeros(PageSize.BYTES);

  private enum Step {
    MACHINE_NAME_LENGTH,
    SUBSECTION_NAME_LENGTH,
    SUBSECTION_NAME_AND_VERSION,
    PAGE_BITS,
    CAPABILITY_COUNT,
    CAPABILITY_NAME_LENGTH
  }

  private final FieldCutter cutter;
  private Step step = Step.MACHINE_NAME_LENGTH;
  private int fieldBytes;
  private int capabilitiesLeft;
  private String whatWasSeen = "";

  ConfigurationSection(FieldCutter cutter) {
    this.cutter = cutter;
  }

  /** The next field is the first after the section's type. */
  void begin() {
    expect(Step.MACHINE_NAME_LENGTH, Integer.BYTES);
  }

  /** The next field is the first after a subsection's type. */
  void beginSubsection() {
    expect(Step.SUBSECTION_NAME_LENGTH, Byte.BYTES);
  }

  /** After {@link Progress#LOST}: what was seen where something else was expected. */
  String whatWasSeen() {
    return whatWasSeen;
  }

  Progress field(ByteBuffer bytes, int at) {
    return switch (step) {
      case MACHINE_NAME_LENGTH -> skipMachineName(bytes.getInt(at));
      case SUBSECTION_NAME_LENGTH ->
          expect(Step.SUBSECTION_NAME_AND_VERSION, (bytes.get(at) & 0xff) + Integer.BYTES);
      case SUBSECTION_NAME_AND_VERSION -> startSubsection(bytes, at);
      case PAGE_BITS ->
          bytes.getInt(at) == TARGET_PAGE_BITS
              ? Progress.ENDS
              : lost("target pages of 2^%d bytes".formatted(bytes.getInt(at)));
      case CAPABILITY_COUNT -> {
        capabilitiesLeft = bytes.getInt(at);
        yield capabilitiesLeft < 0 || capabilitiesLeft > MAX_CAPABILITIES
            ? lost("%d capabilities".formatted(capabilitiesLeft))
            : nextCapability();
      }
      case CAPABILITY_NAME_LENGTH -> {
        cutter.skip(bytes.get(at) & 0xff);
        capabilitiesLeft--;
        yield nextCapability();
      }
    };
  }

  private Progress skipMachineName(int nameBytes) {
    if (nameBytes < 0 || nameBytes > MAX_MACHINE_NAME_BYTES) {
      return lost("machine name of %d bytes".formatted(nameBytes));
    }
    cutter.skip(nameBytes);
    return Progress.ENDS;
  }

  private Progress startSubsection(ByteBuffer bytes, int at) {
    byte[] name = new byte[fieldBytes - Integer.BYTES];
    bytes.get(at, name);
    String subsection = new String(name, StandardCharsets.ISO_8859_1);
    return switch (subsection) {
      case "configuration/target-page-bits" -> expect(Step.PAGE_BITS, Integer.BYTES);
      case "configuration/capabilities" -> expect(Step.CAPABILITY_COUNT, Integer.BYTES);
      case "configuration/uuid" -> {
        cutter.skip(UUID_BYTES);
        yield Progress.ENDS;
      }
      default ->
          lost("configuration subsection of an unknown name, \"" + printable(subsection) + '"');
    };
  }

  private Progress nextCapability() {
    return capabilitiesLeft == 0 ? Progress.ENDS : expect(Step.CAPABILITY_NAME_LENGTH, Byte.BYTES);
  }

  /** A name goes to a log, and may be hostile. */
  private static String printable(String name) {
    return name.replaceAll("[^\\x21-\\x7e]", "?");
  }

  private Progress expect(Step next, int bytes) {
    step = next;
    fieldBytes = bytes;
    cutter.expect(bytes);
    return Progress.GOES_ON;
  }

  private Progress lost(String seen) {
    whatWasSeen = seen;
    return Progress.LOST;
  }
}
