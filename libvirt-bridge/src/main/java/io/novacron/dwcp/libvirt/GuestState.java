package io.novacron.dwcp.libvirt;

/** What one libvirt says of a guest, as far as the end of a migration has to know it. */
public enum GuestState {
  /** It executes, or its user, an error or post-copy has it stand still: it is there. */
  THERE,
  /** It stands still for a migration: it arrives, or it leaves. */
  MIGRATING,
  /** libvirt does not know it, or knows it as shut off. */
  ABSENT
}
