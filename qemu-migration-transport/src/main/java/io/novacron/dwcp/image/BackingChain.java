package io.novacron.dwcp.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The read-only files below a qcow2 image: each image names the next, and says in which format it
 * is. A format is never guessed, for a guest may have written what lies in a raw file.
 */
final class BackingChain {

  /** A chain that is longer is cut: what lies deeper travels. */
  private static final int MOST_FILES = 16;

  private static final Optional<String> QCOW2 = Optional.of("qcow2");

  /** What may lie below; one without a format is used as it is, and not looked into. */
  private static final Set<Optional<String>> FORMATS =
      Set.of(QCOW2, Optional.of("raw"), Optional.empty());

  private BackingChain() {}

  /**
   * The files below, the nearest first.
   *
   * @param disk a file that libvirt uses as qcow2
   * @throws IOException if one of them cannot be read, or is no regular file
   */
  static List<ImageFile> below(Path disk) throws IOException {
    List<ImageFile> chain = new ArrayList<>();
    Path qcow2 = disk;
    while (chain.size() < MOST_FILES) {
      Qcow2Header header = header(qcow2);
      if (header.backingFile().isEmpty() || !FORMATS.contains(header.backingFormat())) {
        break;
      }
      Path next = plain(qcow2, header.backingFile().get());
      chain.add(ImageFile.look(next));
      if (!header.backingFormat().equals(QCOW2)) {
        break;
      }
      qcow2 = next;
    }
    return chain;
  }

  private static Qcow2Header header(Path qcow2) throws IOException {
    try (FileChannel file = ImageFile.look(qcow2).open()) {
      return Qcow2Header.read(file);
    } catch (IOException e) {
      throw new IOException(qcow2 + ": " + e.getMessage(), e);
    }
  }

  /** A name with a colon before any slash is none of a file (QEMU, path_has_protocol). */
  private static Path plain(Path image, String name) throws IOException {
    int colon = name.indexOf(':');
    int slash = name.indexOf('/');
    if (colon >= 0 && (slash < 0 || colon < slash)) {
      throw new IOException(image + ": its backing file is no plain file: " + name);
    }
    try {
      return image.resolveSibling(name);
    } catch (InvalidPathException e) {
      throw new IOException(image + ": its backing file: " + e.getMessage(), e);
    }
  }
}
