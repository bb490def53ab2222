package io.novacron.dwcp.replay;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code dwcp replay} found. The names are the keys of its JSON; keys are only ever added.
 *
 * @param file the recording
 * @param against the recording of the visit before; null without
 * @param link the shape of the link; null for bare loopback
 * @param kernels variant of the page kernels
 */
public record ReplayResult(
    String file,
    RecordedStream.Format format,
    @Nullable String against,
    @Nullable LinkShape link,
    int streams,
    int workers,
    String kernels,
    List<Run> runs) {

  /**
   * One repetition.
   *
   * @param firstVisit of the recording given with --against; null without
   * @param visit of the recording itself
   */
  public record Run(@Nullable VisitResult firstVisit, VisitResult visit) {}
}
