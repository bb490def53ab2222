/**
 * The product on real hosts: unmodified libvirt, QEMU and guests in the lab of {@code
 * packaging/lab}, driven as a user drives them, judged by the guest's console as well as by
 * libvirt's word.
 *
 * <p>Starts at {@link io.novacron.dwcp.lab.Lab}. The classes that end in {@code IT} need root and a
 * Linux with TUN devices; elsewhere they are skipped with the reason. {@code -Ddwcp.it.long=true}
 * runs the long forms, {@code -DexcludedGroups=lab} runs none.
 *
 * <p>What can be shown without a guest does not belong here.
 */
package io.novacron.dwcp.lab;
