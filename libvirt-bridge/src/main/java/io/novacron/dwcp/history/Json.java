package io.novacron.dwcp.history;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.TypeAdapterFactory;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How records of ours look in JSON, in the history file and to scripts: enum constants in lower
 * case with hyphens ({@code plain-tcp}), instants in ISO 8601, absent values as null, so that a
 * script finds the same keys in every record.
 */
public final class Json {

  /** One line for each value. Safe for use by many threads. */
  public static final Gson COMPACT = builder().create();

  private Json() {}

  /** The same, indented for people; made when asked for, since only the command needs it. */
  public static Gson indented() {
    return builder().setPrettyPrinting().create();
  }

  private static GsonBuilder builder() {
    return new GsonBuilder()
        .serializeNulls()
        .disableHtmlEscaping()
        .registerTypeAdapterFactory(new HyphenatedEnums())
        .registerTypeAdapter(Instant.class, new IsoInstant().nullSafe());
  }

  /** A constant's name as it stands in JSON. */
  public static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static final class IsoInstant extends TypeAdapter<Instant> {
    @Override
    public void write(JsonWriter out, Instant value) throws IOException {
      out.value(value.toString());
    }

    @Override
    public Instant read(JsonReader in) throws IOException {
      String text = in.nextString();
      try {
        return Instant.parse(text);
      } catch (DateTimeException notIso) {
        throw new IOException("\"" + text + "\" is no instant of ISO 8601", notIso);
      }
    }
  }

  private static final class HyphenatedEnums implements TypeAdapterFactory {
    @Override
    public <T> @Nullable TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
      T[] constants = constants(type.getRawType());
      return constants == null ? null : new Words<>(constants);
    }

    /** Gson types the class of a token as a wildcard; it is that of T all the same. */
    @SuppressWarnings("unchecked")
    private static <T> T @Nullable [] constants(Class<? super T> type) {
      return (T[]) type.getEnumConstants();
    }
  }

  private static final class Words<T> extends TypeAdapter<T> {
    private final T[] constants;

    Words(T[] constants) {
      this.constants = constants;
    }

    @Override
    public void write(JsonWriter out, @Nullable T value) throws IOException {
      if (value == null) {
        out.nullValue();
      } else {
        out.value(word((Enum<?>) value));
      }
    }

    @Override
    public @Nullable T read(JsonReader in) throws IOException {
      if (in.peek() == JsonToken.NULL) {
        in.nextNull();
        return null;
      }
      String text = in.nextString();
      for (T constant : constants) {
        if (word((Enum<?>) constant).equals(text)) {
          return constant;
        }
      }
      throw new IOException("\"" + text + "\" is no known word");
    }
  }
}
