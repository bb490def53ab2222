package io.novacron.dwcp.relay;

/** {@code virDomainMigrateFlags} (libvirt-domain.h) as they stand in a call. */
public record MigrationFlags(int bits) {
  public boolean live() {
    return bit(0);
  }

  public boolean peerToPeer() {
    return bit(1);
  }

  public boolean tunnelled() {
    return bit(2);
  }

  /** Disks are copied, whole (NON_SHARED_DISK) or what differs from a base (NON_SHARED_INC). */
  public boolean copiesDisks() {
    return bit(6) || bit(7);
  }

  /** Only the definition moves: no memory, no disk. */
  public boolean offline() {
    return bit(10);
  }

  public boolean compressed() {
    return bit(11);
  }

  public boolean autoConverge() {
    return bit(13);
  }

  /** Allowed, not yet begun. */
  public boolean postCopy() {
    return bit(15);
  }

  /** QEMU encrypts: what reaches us is ciphertext. */
  public boolean tls() {
    return bit(16);
  }

  public boolean parallel() {
    return bit(17);
  }

  /** A post-copy migration that broke is taken up again. */
  public boolean postCopyResume() {
    return bit(19);
  }

  public boolean zeroCopy() {
    return bit(20);
  }

  private boolean bit(int index) {
    return (bits >>> index & 1) == 1;
  }
}
