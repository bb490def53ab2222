package io.novacron.dwcp.daemon;

import io.novacron.dwcp.tls.CertificateFiles;
import io.novacron.dwcp.tls.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings certificates that were renewed to use. Files are replaced one after the other, so what
 * cannot be used yet is looked at again; until then the former ones stay.
 */
final class CertificateWatch implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);

  /** 5 s: five files' attributes, and soon enough for a revocation. */
  private static final Duration STEP = Duration.ofSeconds(5);

  private final CertificateFiles files;
  private final Renewal renewal;
  private Map<Path, String> seen;
  private String lastProblem = "";

  /** Takes what the files say from now on; fails if that cannot be used. */
  @FunctionalInterface
  interface Renewal {
    void use(Credentials renewed) throws IOException;
  }

  CertificateWatch(CertificateFiles files, Renewal renewal) {
    this.files = files;
    this.renewal = renewal;
    this.seen = stamps(files);
  }

  /** Watches on a thread of its own until the process ends. */
  static void begin(CertificateFiles files, Renewal renewal) {
    Thread.ofVirtual().name("dwcp-certificates").start(new CertificateWatch(files, renewal));
  }

  @Override
  public void run() {
    try {
      while (true) {
        Thread.sleep(STEP);
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks once. */
  void look() {
    Map<Path, String> now = stamps(files);
    if (now.equals(seen)) {
      return;
    }
    try {
      Credentials renewed = files.load();
      renewal.use(renewed);
      seen = now;
      lastProblem = "";
      LOG.info(
          "certificates of {} are in use from now on: {}, until {}",
          files.ca().getParent(),
          renewed.listening(),
          renewed.listening().leaf().getNotAfter().toInstant());
    } catch (IOException e) {
      String problem = String.valueOf(e.getMessage());
      if (!problem.equals(lastProblem)) {
        lastProblem = problem;
        LOG.warn("certificates that changed are not used, the former ones stay: {}", problem);
      }
    }
  }

  private static Map<Path, String> stamps(CertificateFiles files) {
    Map<Path, String> stamps = new HashMap<>();
    files.all().forEach(file -> stamps.put(file, stamp(file)));
    return stamps;
  }

  /** Changes whenever a file is written to or replaced. */
  private static String stamp(Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return now.lastModifiedTime() + " " + now.size() + " " + now.fileKey();
    } catch (NoSuchFileException e) {
      return "absent";
    } catch (IOException e) {
      return e.toString();
    }
  }
}
