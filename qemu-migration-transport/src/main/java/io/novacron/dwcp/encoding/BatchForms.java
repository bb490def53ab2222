package io.novacron.dwcp.encoding;

/**
 * What the destination of a direction knows beyond the first forms of a batch; it depends on the
 * version of the protocol.
 *
 * @param relayed batches that are bytes as they are, digested in blocks
 * @param shuffled pages whose bytes are sorted by their place in words
 */
public record BatchForms(boolean relayed, boolean shuffled) {
  public static final BatchForms FIRST = new BatchForms(false, false);
  public static final BatchForms ALL = new BatchForms(true, true);
}
