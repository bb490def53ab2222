package io.novacron.dwcp.encoding;

import java.util.Arrays;
import java.util.function.LongPredicate;

/**
 * Which place in the history holds the content that each page of the guest had when it was last
 * sent. An index of sets of {@value #WAYS} entries. A full set drops the entry whose place is the
 * oldest, which costs ratio at most.
 *
 * <p>Two entries a slot of the history, 32 bytes a slot, taken as they are needed. One thread at a
 * time.
 */
final class NewestVersions {

  static final long UNKNOWN = -1;

  private static final int WAYS = 8;

  /** 4 MiB of guest memory: the least that is allocated. */
  private static final int FIRST_ENTRIES = 2048;

  private final long maxEntries;

  /** Address + 1, or 0 for a free entry. */
  private long[] keys = {};

  private long[] places = {};
  private int usedEntries;

  NewestVersions(int historyPages) {
    long wanted = Math.max(FIRST_ENTRIES, 2L * historyPages);
    this.maxEntries = Math.min(1 << 30, Long.highestOneBit(wanted - 1) << 1);
  }

  /** What {@link #put} said last of this page, or {@link #UNKNOWN}. */
  long find(long pageAddress) {
    if (usedEntries == 0) {
      return UNKNOWN;
    }
    long key = pageAddress + 1;
    int set = setOf(key);
    for (int entry = set; entry < set + WAYS; entry++) {
      if (keys[entry] == key) {
        return places[entry];
      }
    }
    return UNKNOWN;
  }

  void put(long pageAddress, long place) {
    if (2L * usedEntries >= keys.length && keys.length < maxEntries) {
      grow();
    }
    enter(pageAddress + 1, place);
  }

  /** The pages whose place is one of these, in no order. */
  long[] addresses(LongPredicate wanted) {
    long[] found = new long[usedEntries];
    int count = 0;
    for (int entry = 0; entry < keys.length; entry++) {
      if (keys[entry] != 0 && wanted.test(places[entry])) {
        found[count++] = keys[entry] - 1;
      }
    }
    return Arrays.copyOf(found, count);
  }

  private void enter(long key, long place) {
    int set = setOf(key);
    int chosen = set;
    for (int entry = set; entry < set + WAYS; entry++) {
      if (keys[entry] == key || keys[entry] == 0) {
        chosen = entry;
        break;
      }
      if (places[entry] < places[chosen]) {
        chosen = entry;
      }
    }
    usedEntries += keys[chosen] == 0 ? 1 : 0;
    keys[chosen] = key;
    places[chosen] = place;
  }

  /** First entry of the set. The multiplier is 2^64 / golden ratio; its high bits are the mixed. */
  private int setOf(long key) {
    int mixed = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32);
    return mixed & (keys.length - 1) & -WAYS;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldPlaces = places;
    int entries = Math.max(FIRST_ENTRIES, 2 * keys.length);
    keys = new long[entries];
    places = new long[entries];
    usedEntries = 0;
    for (int entry = 0; entry < oldKeys.length; entry++) {
      if (oldKeys[entry] != 0) {
        enter(oldKeys[entry], oldPlaces[entry]);
      }
    }
  }
}
