package io.novacron.dwcp.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.novacron.dwcp.congestion.RateLimit;
import io.novacron.dwcp.tls.NamePattern;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What values a key takes: how they read and which are allowed.
 *
 * <p>Values are refused, never corrected; quantities without a unit are refused too.
 */
public sealed interface ValueType<T> {

  /** The kind of value, as the manual names it. */
  String label();

  /** The allowed values, as the manual and every refusal name them. */
  String allowed();

  /** Reads the value, or says what was seen and why it is not allowed. */
  T read(String text) throws RefusedValueException;

  /** Reads a value of the file; lists and sections are no values. */
  default T read(ConfigValue value) throws RefusedValueException {
    return switch (value.valueType()) {
      case STRING, NUMBER, BOOLEAN -> read(String.valueOf(value.unwrapped()).strip());
      case OBJECT -> throw new RefusedValueException("a section { … } where a value belongs");
      case LIST -> throw new RefusedValueException("a list […] where one value belongs");
      case NULL -> throw new RefusedValueException(ConfigValueType.NULL + " is no value");
    };
  }

  /** A plain count; the only kind of number that takes no unit. */
  record WholeNumber(int least, int most) implements ValueType<Integer> {
    @Override
    public String label() {
      return "whole number";
    }

    @Override
    public String allowed() {
      return least + " to " + most;
    }

    @Override
    public Integer read(String text) throws RefusedValueException {
      return (int) Quantity.between(Quantity.wholeNumber(text), least, most, text);
    }
  }

  /** An amount of memory, in bytes. */
  record ByteSize(long leastBytes, long mostBytes) implements ValueType<Long> {
    @Override
    public String label() {
      return "size with a unit (B, KiB, MiB, GiB, kB, MB, GB)";
    }

    @Override
    public String allowed() {
      return Quantity.sizeText(leastBytes) + " to " + Quantity.sizeText(mostBytes);
    }

    @Override
    public Long read(String text) throws RefusedValueException {
      return Quantity.between(Quantity.sizeBytes(text), leastBytes, mostBytes, text);
    }
  }

  /** A rate at which bytes are sent, in bytes per second; the word {@code none} is 0, no limit. */
  record Rate() implements ValueType<Long> {
    @Override
    public String label() {
      return "rate with a unit (kbit/s, Mbit/s, Gbit/s, kB/s, MB/s, GB/s)";
    }

    @Override
    public String allowed() {
      return "none, or "
          + Quantity.rateText(RateLimit.LEAST_BYTES_PER_SECOND)
          + " to "
          + Quantity.rateText(RateLimit.MOST_BYTES_PER_SECOND);
    }

    @Override
    public Long read(String text) throws RefusedValueException {
      return text.equals("none")
          ? RateLimit.NONE
          : Quantity.between(
              Quantity.bytesPerSecond(text),
              RateLimit.LEAST_BYTES_PER_SECOND,
              RateLimit.MOST_BYTES_PER_SECOND,
              text);
    }
  }

  /** A length of time. */
  record TimeSpan(Duration least, Duration most) implements ValueType<Duration> {
    @Override
    public String label() {
      return "duration with a unit (ms, s, min, h, d)";
    }

    @Override
    public String allowed() {
      return Quantity.durationText(least) + " to " + Quantity.durationText(most);
    }

    @Override
    public Duration read(String text) throws RefusedValueException {
      long millis = Quantity.durationMillis(text);
      return Duration.ofMillis(Quantity.between(millis, least.toMillis(), most.toMillis(), text));
    }
  }

  /**
   * One of a few words.
   *
   * @param refused words that will be allowed one day or no longer are, each with the reason
   */
  record Choice(List<String> words, Map<String, String> refused) implements ValueType<String> {
    @Override
    public String label() {
      return "word";
    }

    @Override
    public String allowed() {
      return String.join(", ", words);
    }

    @Override
    public String read(String text) throws RefusedValueException {
      if (words.contains(text)) {
        return text;
      }
      String reason = refused.get(text);
      throw new RefusedValueException(
          Quantity.quoted(text) + (reason == null ? " is not known" : " " + reason));
    }
  }

  /** A host name or address with a port; never looked up here. */
  record HostPort() implements ValueType<InetSocketAddress> {
    private static final Pattern FORM =
        Pattern.compile("(?:\\[([0-9A-Fa-f:.%a-z]+)]|([A-Za-z0-9._-]+)):([0-9]{1,5})");

    @Override
    public String label() {
      return "address";
    }

    @Override
    public String allowed() {
      return "\"host:port\" or \"[IPv6]:port\", port 1 to 65535";
    }

    @Override
    public InetSocketAddress read(String text) throws RefusedValueException {
      var form = FORM.matcher(text);
      if (!form.matches()) {
        throw new RefusedValueException(Quantity.quoted(text) + " is not host:port");
      }
      String host = form.group(1) == null ? form.group(2) : form.group(1);
      int port = (int) Quantity.between(Integer.parseInt(form.group(3)), 1, 65_535, text);
      return InetSocketAddress.createUnresolved(host, port);
    }
  }

  /** A path from the root; a daemon has no working directory worth relying on. */
  record AbsolutePath() implements ValueType<Path> {
    @Override
    public String label() {
      return "path";
    }

    @Override
    public String allowed() {
      return "an absolute path";
    }

    @Override
    public Path read(String text) throws RefusedValueException {
      if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
        throw new RefusedValueException(Quantity.quoted(text) + " is not an absolute path");
      }
      return Path.of(text).normalize();
    }
  }

  /** The first and the last port of a range. */
  record Ports() implements ValueType<PortRange> {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})");

    @Override
    public String label() {
      return "port range";
    }

    @Override
    public String allowed() {
      return "\"first-last\", 1024 to 65535, at least "
          + PortRange.LEAST_PORTS
          + " ports, outside "
          + PortRange.LIBVIRT;
    }

    @Override
    public PortRange read(String text) throws RefusedValueException {
      var form = FORM.matcher(text);
      if (!form.matches()) {
        throw new RefusedValueException(Quantity.quoted(text) + " is not first-last");
      }
      var ports = new PortRange(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
      ports.check();
      return ports;
    }
  }

  /** The name of a host. */
  record HostName() implements ValueType<String> {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._-]{1,253}");

    @Override
    public String label() {
      return "host name";
    }

    @Override
    public String allowed() {
      return "1 to 253 of A-Z a-z 0-9 . _ -";
    }

    @Override
    public String read(String text) throws RefusedValueException {
      if (!FORM.matcher(text).matches()) {
        throw new RefusedValueException(Quantity.quoted(text) + " is not a host name");
      }
      return text;
    }
  }

  /** Patterns for names of certificates; a list, or separated by blanks. */
  record NamePatterns() implements ValueType<List<NamePattern>> {
    private static final int LONGEST = 1024;

    @Override
    public String label() {
      return "patterns";
    }

    @Override
    public String allowed() {
      return "names with * and ?, a list [\"…\", \"…\"] for those with blanks";
    }

    @Override
    public List<NamePattern> read(String text) throws RefusedValueException {
      return text.equals("[]") ? List.of() : patterns(List.of(text.split("\\s+")));
    }

    @Override
    public List<NamePattern> read(ConfigValue value) throws RefusedValueException {
      if (!(value instanceof ConfigList list)) {
        return ValueType.super.read(value);
      }
      List<String> texts = new ArrayList<>();
      for (ConfigValue each : list) {
        if (each.valueType() != ConfigValueType.STRING) {
          throw new RefusedValueException("a list with something else than texts");
        }
        texts.add(((String) each.unwrapped()).strip());
      }
      return patterns(texts);
    }

    private static List<NamePattern> patterns(List<String> texts) throws RefusedValueException {
      for (String each : texts) {
        if (each.isEmpty() || each.length() > LONGEST) {
          throw new RefusedValueException(Quantity.quoted(each) + " is no pattern");
        }
      }
      return texts.stream().map(NamePattern::new).toList();
    }
  }

  /** A connection URI of libvirt's QEMU driver. */
  record LibvirtUri() implements ValueType<URI> {
    @Override
    public String label() {
      return "URI";
    }

    @Override
    public String allowed() {
      return "a libvirt URI with a host: qemu://, qemu+tcp://, qemu+tls:// or qemu+ssh://";
    }

    @Override
    public URI read(String text) throws RefusedValueException {
      try {
        var uri = new URI(text);
        boolean known =
            List.of("qemu", "qemu+tcp", "qemu+tls", "qemu+ssh")
                .contains(String.valueOf(uri.getScheme()));
        if (known && uri.getHost() != null) {
          return uri;
        }
      } catch (URISyntaxException notAUri) {
        throw new RefusedValueException(Quantity.quoted(text) + ": " + notAUri.getReason());
      }
      throw new RefusedValueException(Quantity.quoted(text) + " is no such URI");
    }
  }

  /** The word {@code auto}, read as empty, or a value of another type. */
  record AutoOr<T>(ValueType<T> explicit) implements ValueType<Optional<T>> {
    @Override
    public String label() {
      return explicit.label();
    }

    @Override
    public String allowed() {
      return "auto, or " + explicit.allowed();
    }

    @Override
    public Optional<T> read(String text) throws RefusedValueException {
      return text.equals("auto") ? Optional.empty() : Optional.of(explicit.read(text));
    }
  }
}
