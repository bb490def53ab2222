package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.kernels.PageSpans;
import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;

/**
 * The pages of a batch that travel whole, on their way into its residue; some of them shuffled,
 * which zstd takes better (a table of numbers or pointers). Reusable, not for several threads at
 * once.
 */
final class NewPages {
  /** By page of the batch; defined for new pages only. */
  private final byte[] kinds = new byte[BatchFormat.MAX_PAGES];

  /**
   * Of new pages one behind the other: where each lies in the batch, and the width of its words.
   */
  private final int[] offsets = new int[BatchFormat.MAX_PAGES];

  private final byte[] widths = new byte[BatchFormat.MAX_PAGES];
  private int count;
  private boolean isAnyShuffled;

  /**
   * @param shuffles whether pages may be shuffled
   */
  void choose(Batch batch, DeltaWriter deltas, PageKernels kernels, boolean shuffles) {
    count = 0;
    isAnyShuffled = false;
    for (int page = 0; page < batch.pageCount(); page++) {
      if (isNew(batch, deltas, page)) {
        kinds[page] = BatchFormat.PAGE;
        offsets[count++] = batch.pageOffsets[page];
      }
    }
    if (shuffles && count > 0) {
      chooseWidths(batch, deltas, kernels);
    }
  }

  private static boolean isNew(Batch batch, DeltaWriter deltas, int page) {
    return batch.slots[page] == Batch.NEW_PAGE && !deltas.isDelta(page);
  }

  private void chooseWidths(Batch batch, DeltaWriter deltas, PageKernels kernels) {
    ByteBuffer raw = batch.raw().duplicate().flip();
    kernels.shuffleWidths(raw, new PageSpans(offsets, count, PageSize.BYTES), widths);
    int at = 0;
    for (int page = 0; page < batch.pageCount(); page++) {
      if (isNew(batch, deltas, page)) {
        byte width = widths[at++];
        isAnyShuffled |= width != 0;
        kinds[page] = (byte) BatchFormat.kindOfWidth(width);
      }
    }
  }

  /** Which of the kinds of new pages this one is. */
  int kind(int page) {
    return kinds[page];
  }

  /** Writes all of them from the position of {@code out} on. */
  void copyTo(Batch batch, PageKernels kernels, ByteBuffer out) {
    int start = out.position();
    for (int at = 0; at < count; at++) {
      out.put(start + at * PageSize.BYTES, batch.raw(), offsets[at], PageSize.BYTES);
    }
    if (isAnyShuffled) {
      kernels.shufflePages(out, count, widths);
    }
    out.position(start + count * PageSize.BYTES);
  }
}
