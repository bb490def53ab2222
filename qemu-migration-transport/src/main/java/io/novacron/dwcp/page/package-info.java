/**
 * Guest memory pages and disk blocks by address and size, and where they lie in a forward stream:
 * {@link StreamParser} reads a stream without changing or keeping it and tells a {@link PageSink}.
 * {@link FieldCutter} is what the parsers are built on.
 *
 * <p>A parser is advisory: what it tells decides how well a stream is encoded, never which bytes
 * arrive. What is done with a page belongs in {@code encoding}, the formats in {@code qemustream}
 * and {@code nbd}.
 */
@NullMarked
package io.novacron.dwcp.page;

import org.jspecify.annotations.NullMarked;
