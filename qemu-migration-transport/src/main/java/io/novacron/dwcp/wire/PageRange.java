package io.novacron.dwcp.wire;

/**
 * A run of pages of a baseline.
 *
 * @param first number of the first
 * @param pages how many, at least 1
 */
public record PageRange(int first, int pages) {}
