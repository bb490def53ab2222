package io.novacron.dwcp.encoding;

import java.util.List;

/**
 * What both ends of a channel kept of an earlier migration of the guest, and may refer to. Freed
 * when the last of its holders closes it: the maker is one, each {@link #retain} makes another.
 */
public sealed interface Baseline extends AutoCloseable permits BaselinePages, DiskBaseline {

  /** 32 bytes, the same at both ends if and only if they kept the same. A copy. */
  byte[] id();

  /** Pages are numbered from 0 to this, which is not one. */
  int pages();

  /** The pages whose content this host lacks, in ascending order. */
  List<BaselinePages.Range> missing();

  /** Another holder, who closes it too. */
  Baseline retain();

  /** Once for each holder. */
  @Override
  void close();
}
