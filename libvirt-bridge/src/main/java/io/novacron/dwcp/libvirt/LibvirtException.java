package io.novacron.dwcp.libvirt;

/** libvirt refused; the message says what was asked and what it answered. */
public final class LibvirtException extends Exception {
  private static final long serialVersionUID = 1;

  LibvirtException(String message) {
    super(message);
  }
}
