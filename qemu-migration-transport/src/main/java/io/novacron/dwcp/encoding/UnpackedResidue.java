package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.ByteRanges;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.kernels.PageSpans;
import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The memory of an {@link UnpackedBatch}, of fixed size whatever the payload says: residue, tokens
 * and the digests of its parts. The fields hold what the last {@link #read} found. A residue that
 * travelled as it is stays in its payload.
 */
final class UnpackedResidue {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** Taken when the first batch needs it: where nothing is compressed, none does. */
  private @Nullable ByteBuffer memory;

  /** The residue from 0 to the limit: in memory of its own, or a view of the payload. */
  ByteBuffer bytes = NOTHING;

  /** Of new pages always PAGE: those that were shuffled are turned back. */
  final byte[] kinds = new byte[BatchFormat.MAX_TOKENS];

  final int[] counts = new int[BatchFormat.MAX_TOKENS];

  /** First slot of a REFERENCE or DELTA; undefined for the other kinds. */
  final int[] slots = new int[BatchFormat.MAX_TOKENS];

  /** Of new pages; of a relayed batch those of its blocks. */
  final byte[] pageDigests = new byte[BatchFormat.MAX_PAGES * Sha256.BYTES];

  /** Of all literal bytes; of a relayed batch that of the rest behind its blocks. */
  final byte[] literalsDigest = new byte[Sha256.BYTES];

  /** The batch digest that the payload claims. */
  final byte[] claimedDigest = new byte[Sha256.BYTES];

  /** Taken when the first batch needs it. */
  private @Nullable FilePages filePages;

  int tokenCount;
  int rawBytes;

  /** Where literal bytes begin in {@link #bytes}. */
  int literalsStart;

  /** Where new pages begin in {@link #bytes}. */
  int pagesStart;

  /** Where the runs of deltas begin in {@link #bytes}. */
  int runsStart;

  /** Where the changes of deltas begin in {@link #bytes}. */
  int changesStart;

  /** What each delta takes of the runs, in stream order. */
  final int[] deltaRunsBytes = new int[BatchFormat.MAX_PAGES];

  /** What each delta takes of the changes, in stream order. */
  final int[] deltaChangesBytes = new int[BatchFormat.MAX_PAGES];

  private final ShuffledPages shuffled = new ShuffledPages();
  private final RelayedBlocks blocks = new RelayedBlocks();
  private final int[] pageOffsets = new int[BatchFormat.MAX_PAGES];
  private final int[] literalsOffset = new int[1];
  private final int[] literalsLength = new int[1];

  FilePages filePages() {
    FilePages held = filePages;
    if (held == null) {
      held = new FilePages();
      filePages = held;
    }
    return held;
  }

  /** Tokens say which raw bytes there are and the header says so too: both must be the same. */
  void read(BatchPayload payload, PageKernels kernels, LaneDecoding lane)
      throws CorruptBatchException {
    bytes = residueOf(payload, lane);
    if (filePages != null) {
      filePages.clear();
    }
    tokenCount = payload.tokenCount();
    rawBytes = payload.rawBytes();
    readTokens();
    if (shuffled.isAny() && payload.isStored()) {
      throw new CorruptBatchException("a stored residue with shuffled pages");
    }
    int literalBytes = countOf(BatchFormat.LITERAL) + countOf(BatchFormat.RELAYED);
    int newPages = countOf(BatchFormat.PAGE);
    int deltaPages = countOf(BatchFormat.DELTA);
    int otherPages = countOf(BatchFormat.ZERO) + countOf(BatchFormat.REFERENCE);
    literalsStart = bytes.position();
    pagesStart = literalsStart + literalBytes;
    runsStart = pagesStart + newPages * PageSize.BYTES;
    int rawEnd = literalBytes + (newPages + deltaPages + otherPages) * PageSize.BYTES;
    if (runsStart > bytes.limit() || rawEnd != rawBytes) {
      throw new CorruptBatchException(
          "tokens stand for %d B raw and %d B residue or more, the header says %d B and %d B"
              .formatted(rawEnd, runsStart, rawBytes, bytes.limit()));
    }
    int changedBytes = measureDeltas(deltaPages, kernels);
    if (changesStart + changedBytes != bytes.limit()) {
      throw new CorruptBatchException(
          "tokens and deltas stand for %d B residue, the header says %d B"
              .formatted(changesStart + changedBytes, bytes.limit()));
    }
    shuffled.turnBack(kernels, bytes.duplicate().position(pagesStart));
    digest(literalBytes, newPages, kernels);
  }

  private ByteBuffer residueOf(BatchPayload payload, LaneDecoding lane)
      throws CorruptBatchException {
    if (payload.isStored()) {
      return payload.encoded().slice();
    }
    ByteBuffer decoded = memory;
    if (decoded == null) {
      decoded = ByteBuffer.allocateDirect(BatchFormat.MAX_RESIDUE_BYTES);
      memory = decoded;
    }
    payload.decode(decoded, lane);
    return decoded.position(0).limit(payload.residueBytes());
  }

  /** The payload may be used again. */
  void forgetPayload() {
    bytes = NOTHING;
  }

  /** Whether the batch is one run of literal bytes, with nothing to restore. */
  boolean isOneLiteral() {
    return isRelayed() || (tokenCount == 1 && kinds[0] == BatchFormat.LITERAL);
  }

  /** Then nothing else is in the batch. */
  boolean isRelayed() {
    return kinds[0] == BatchFormat.RELAYED;
  }

  /** Whether a reference names this slot or a higher one. */
  boolean refersFrom(int firstSlot) {
    for (int token = 0; token < tokenCount; token++) {
      if (kinds[token] == BatchFormat.REFERENCE && slots[token] + counts[token] > firstSlot) {
        return true;
      }
    }
    return false;
  }

  /** Finds {@link #changesStart} and gives how many bytes of changes must follow. */
  private int measureDeltas(int deltaPages, PageKernels kernels) throws CorruptBatchException {
    ByteBuffer runs = bytes.duplicate().position(runsStart);
    String fault = kernels.measureDeltas(runs, deltaPages, deltaRunsBytes, deltaChangesBytes);
    if (fault != null) {
      throw new CorruptBatchException(fault);
    }
    changesStart = runsStart;
    int changedBytes = 0;
    for (int page = 0; page < deltaPages; page++) {
      changesStart += deltaRunsBytes[page];
      changedBytes += deltaChangesBytes[page];
    }
    return changedBytes;
  }

  private int countOf(int kind) {
    int sum = 0;
    for (int token = 0; token < tokenCount; token++) {
      sum += kinds[token] == kind ? counts[token] : 0;
    }
    return sum;
  }

  /** Each count is within a batch, so that the sums over 129 tokens are within an int. */
  private void readTokens() throws CorruptBatchException {
    int kindBefore = -1;
    shuffled.clear();
    for (int token = 0; token < tokenCount; token++) {
      int head = BatchFormat.takeVarint(bytes);
      boolean isExtended = head >>> 2 == 0;
      int kind = isExtended ? BatchFormat.DELTA + head : head & 3;
      int count = isExtended ? BatchFormat.takeVarint(bytes) : head >>> 2;
      if (kind == BatchFormat.RELAYED && tokenCount != 1) {
        throw new CorruptBatchException("a relayed batch of " + tokenCount + " tokens");
      }
      boolean isBytes = kind == BatchFormat.LITERAL || kind == BatchFormat.RELAYED;
      int most = isBytes ? BatchFormat.RAW_BYTES : BatchFormat.MAX_PAGES;
      if (count < 1 || count > most) {
        throw new CorruptBatchException(
            "token %d of kind %d counts %d, expected 1 to %d".formatted(token, kind, count, most));
      }
      if (kind == BatchFormat.LITERAL && kindBefore == BatchFormat.LITERAL) {
        throw new CorruptBatchException("token " + token + " is a second literal in a row");
      }
      boolean isNewPage = BatchFormat.isNewPage(kind);
      if (isNewPage) {
        shuffled.add(kind, count);
      }
      kinds[token] = (byte) (isNewPage ? BatchFormat.PAGE : kind);
      counts[token] = count;
      boolean isInSlot = kind == BatchFormat.REFERENCE || kind == BatchFormat.DELTA;
      slots[token] = isInSlot ? BatchFormat.takeVarint(bytes) : 0;
      kindBefore = kind;
    }
  }

  /** Of what travelled. A page of zeroes is digested too: it may be here, though none is sent. */
  private void digest(int literalBytes, int newPages, PageKernels kernels) {
    ByteBuffer whole = bytes.duplicate().position(0);
    if (isRelayed()) {
      blocks.digest(kernels, whole, literalsStart, rawBytes, pageDigests, literalsDigest);
      return;
    }
    for (int page = 0; page < newPages; page++) {
      pageOffsets[page] = pagesStart + page * PageSize.BYTES;
    }
    literalsOffset[0] = literalsStart;
    literalsLength[0] = literalBytes;
    kernels.digestPages(whole, new PageSpans(pageOffsets, newPages, PageSize.BYTES), pageDigests);
    kernels.sha256(whole, new ByteRanges(literalsOffset, literalsLength, 1), literalsDigest);
  }
}
