package io.novacron.dwcp.daemon;

import io.novacron.dwcp.config.DaemonConfig.ImageConfig;
import io.novacron.dwcp.image.ImageStore;
import io.novacron.dwcp.image.Images;
import io.novacron.dwcp.intercept.MigrationJournal;
import io.novacron.dwcp.kernels.PageKernels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The images of this host, with its log and counters. */
final class OpenedImages implements Images.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Images.class);

  private final MigrationJournal journal;

  private OpenedImages(MigrationJournal journal) {
    this.journal = journal;
  }

  /** Empty, with a warning, where the directory cannot be used: migrations go without images. */
  static Optional<Images> in(
      Path directory, ImageConfig wanted, PageKernels kernels, MigrationJournal journal) {
    try {
      ImageStore store =
          ImageStore.open(directory, wanted.maxBytes(), InstantSource.system(), kernels);
      Images images = new Images(store, new OpenedImages(journal));
      images.refresh();
      return Optional.of(images);
    } catch (IOException e) {
      LOG.warn("images are off: {} cannot be used: {}", directory, e.toString());
      return Optional.empty();
    }
  }

  @Override
  public void count(String what) {
    journal.count("images." + what);
  }

  @Override
  public void warn(String sentence) {
    LOG.warn("{}", sentence);
  }

  @Override
  public void note(String sentence) {
    LOG.info("{}", sentence);
  }
}
