/**
 * The migration stream as QEMU writes it, read at any cut. The reader only advises: it marks pages
 * inside the bytes, and bytes that it does not understand stay what they are. Enter at {@link
 * MigrationStreamParser}; QEMU-STREAM.md of this module says what is read, per version.
 *
 * <p>Nothing here changes a stream or decides how to encode it.
 */
@NullMarked
package io.novacron.dwcp.qemustream;

import org.jspecify.annotations.NullMarked;
