package io.novacron.dwcp.daemon;

import io.novacron.dwcp.config.DaemonConfig.LocalConfig;
import io.novacron.dwcp.intercept.LoweredDowntime;
import io.novacron.dwcp.intercept.MigrationJournal;
import io.novacron.dwcp.libvirt.LocalDowntimeLimits;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** What lowers the downtime limits of this host's guests while they leave. */
final class DowntimeLimiting {
  /** Four for each of 64 migrations; one that libvirt keeps waiting must not gather more. */
  private static final int MOST_WAITING = 256;

  private DowntimeLimiting() {}

  /** Empty where the operator wants the limits left alone. */
  static Optional<LoweredDowntime.With> of(LocalConfig local, MigrationJournal journal) {
    long firstMillis = local.firstDowntimeLimit().toMillis();
    if (firstMillis == 0) {
      return Optional.empty();
    }
    LocalDowntimeLimits limits =
        new LocalDowntimeLimits(() -> local.libvirtSocketNow(Files::exists));
    return Optional.of(
        new LoweredDowntime.With(limits, oneThread(), firstMillis, System::nanoTime, journal));
  }

  private static Executor oneThread() {
    ThreadPoolExecutor thread =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name("dwcp-libvirt").factory());
    thread.allowCoreThreadTimeOut(true);
    return thread;
  }
}
