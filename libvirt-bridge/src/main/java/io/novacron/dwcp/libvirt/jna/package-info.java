/**
 * The functions of libvirt.so that we call, as they stand in libvirt's headers. Nothing but their
 * signatures belongs here: {@code io.novacron.dwcp.libvirt} checks what they return.
 */
@NullMarked
package io.novacron.dwcp.libvirt.jna;

import org.jspecify.annotations.NullMarked;
