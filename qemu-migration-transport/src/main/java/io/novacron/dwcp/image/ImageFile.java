package io.novacron.dwcp.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A file as it is now. One that is changed afterwards is another {@code ImageFile}.
 *
 * @param path without symbolic links
 * @param modifiedNanos since 1970
 */
record ImageFile(Path path, long sizeBytes, long modifiedNanos, long inode) {

  /**
   * Looks at a file and opens nothing.
   *
   * @throws IOException also for what is no regular file: a device or a pipe is never opened
   */
  static ImageFile look(Path path) throws IOException {
    Path real = path.toRealPath();
    Map<String, Object> seen =
        Files.readAttributes(
            real, "unix:isRegularFile,size,lastModifiedTime,ino", LinkOption.NOFOLLOW_LINKS);
    boolean isRegular = Boolean.TRUE.equals(seen.get("isRegularFile"));
    if (isRegular
        && seen.get("size") instanceof Long size
        && seen.get("ino") instanceof Long inode
        && seen.get("lastModifiedTime") instanceof FileTime modified) {
      return new ImageFile(real, size, modified.to(TimeUnit.NANOSECONDS), inode);
    }
    throw new IOException(path + " is no regular file");
  }

  /** Opens it for reading; a symbolic link that took its place is refused. */
  FileChannel open() throws IOException {
    return FileChannel.open(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }
}
