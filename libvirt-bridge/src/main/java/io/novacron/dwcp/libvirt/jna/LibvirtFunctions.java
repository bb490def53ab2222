package io.novacron.dwcp.libvirt.jna;

import com.sun.jna.Callback;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import org.jspecify.annotations.Nullable;

/**
 * libvirt-domain.h, libvirt-host.h and virterror.h, by JNA direct mapping. libvirt-java 0.5.4 lacks
 * virDomainMigrateGetMaxDowntime, and its one interface of some 300 functions is built by
 * reflection at its first use, which for us is in the middle of a migration.
 */
public final class LibvirtFunctions {

  /** virErrorFunc. */
  public interface ErrorFunction extends Callback {
    void invoke(@Nullable Pointer userData, @Nullable Pointer error);
  }

  private LibvirtFunctions() {}

  /**
   * Loads libvirt.so.0.
   *
   * @throws UnsatisfiedLinkError if this host has none, or one older than 4.5
   */
  public static void register() {
    Native.register(LibvirtFunctions.class, NativeLibrary.getInstance("libvirt.so.0"));
  }

  public static native @Nullable Pointer virConnectOpen(String uri);

  public static native int virConnectClose(Pointer connection);

  /** {@code uuid}: 16 bytes. */
  public static native @Nullable Pointer virDomainLookupByUUID(Pointer connection, byte[] uuid);

  public static native int virDomainFree(Pointer domain);

  /** {@code state} and {@code reason} are virDomainState and its virDomain…Reason. */
  public static native int virDomainGetState(
      Pointer domain, IntByReference state, IntByReference reason, int flags);

  public static native int virDomainDestroy(Pointer domain);

  /** Since libvirt 3.7. */
  public static native int virDomainMigrateGetMaxDowntime(
      Pointer domain, LongByReference milliseconds, int flags);

  public static native int virDomainMigrateSetMaxDowntime(
      Pointer domain, long milliseconds, int flags);

  /** virErrorNumber, of the calling thread; since libvirt 4.5. */
  public static native int virGetLastErrorCode();

  /** Of the calling thread. */
  public static native @Nullable String virGetLastErrorMessage();

  public static native void virSetErrorFunc(@Nullable Pointer userData, ErrorFunction function);
}
