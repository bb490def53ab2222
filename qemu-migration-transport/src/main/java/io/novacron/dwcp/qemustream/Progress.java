package io.novacron.dwcp.qemustream;

/** What a field meant for the part of the stream that it belongs to. */
enum Progress {
  /** More of the same part follows. */
  GOES_ON,
  /** The part is complete. */
  ENDS,
  /** The field cannot be what it was taken for; where the part ends is not known any more. */
  LOST
}
