/**
 * The images below guests' disks: which files they are, what blocks they have, and where that is
 * kept. A guest's page cache is full of blocks of its image, and each host has its own copy of it,
 * so such pages need not travel.
 *
 * <p>{@link io.novacron.dwcp.image.BackingChain} finds the files, {@link
 * io.novacron.dwcp.image.IndexBuild} reads one, {@link io.novacron.dwcp.image.ImageStore} keeps
 * what came of it, and {@link io.novacron.dwcp.image.Images} does all of that in the background.
 * How a block is found and named belongs in {@code encoding}.
 */
@NullMarked
package io.novacron.dwcp.image;

import org.jspecify.annotations.NullMarked;
