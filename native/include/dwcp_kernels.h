/*
 * Page kernels of DWCP: what the JVM would do in a loop, done over one batch per call.
 *
 * Contract of every entry point
 *  - No state, no allocation but by dwcp_map_memory, no locks: any thread may call at any time.
 *  - A call either does all its work and returns DWCP_OK, or touches no output and returns another dwcp_status.
 *  - Each kernel has a Java twin (JavaPageKernels) with equal results for every input.
 */
#ifndef DWCP_KERNELS_H
#define DWCP_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#define DWCP_EXPORT __attribute__((visibility("default")))

/* Raised when a signature changes, so that a stale library beside a new jar is refused instead of called. */
#define DWCP_KERNELS_ABI 6

enum dwcp_status {
    DWCP_OK = 0,
    DWCP_BAD_ARGUMENT = 1, /* a null pointer, a negative number, or a page that does not lie within the base */
    DWCP_BAD_RUNS = 2      /* runs of a delta that leave their page, end early, or have fewer changes than they say */
};

DWCP_EXPORT int32_t dwcp_kernels_abi(void);

/*
 * What this CPU runs, as "kernel=variant" with blanks between: "zero=avx2 xor=avx2 sha256=avx512x16". Static storage,
 * never null. The environment variable DWCP_KERNELS, read when the library is loaded, sets the most that may be used:
 * "scalar", "avx2" (which includes the SHA instructions) or "avx512". Another value is taken as "scalar" and complained
 * about at the end of this text.
 */
DWCP_EXPORT const char *dwcp_kernels_variant(void);

/*
 * zero[i] = 1 if all page_bytes bytes at base + offsets[i] are zero, else 0, for i in [0, count).
 * base_bytes   bytes readable at base
 * offsets      count offsets in bytes; any alignment, may repeat or overlap
 * page_bytes   at least 1
 */
DWCP_EXPORT int32_t dwcp_zero_pages(const uint8_t *base, int64_t base_bytes, const int32_t *offsets, int32_t count,
                                    int32_t page_bytes, uint8_t *zero);

/*
 * dst[i] = old[i] ^ current[i] for i in [0, bytes). Any alignment and length.
 * dst may be exactly old or exactly current; any other overlap gives undefined bytes (never a wild access).
 */
DWCP_EXPORT int32_t dwcp_xor_bytes(const uint8_t *old, const uint8_t *current, uint8_t *dst, int64_t bytes);

/*
 * zero[i] as of dwcp_zero_pages, and the SHA-256 (FIPS 180-4) of each page that is not zero to digests + 32 * i.
 * digests      32 * count bytes; those of zero pages are not touched
 * zero         may be null: then the digest of every page is written
 */
DWCP_EXPORT int32_t dwcp_digest_pages(const uint8_t *base, int64_t base_bytes, const int32_t *offsets, int32_t count,
                                      int32_t page_bytes, uint8_t *zero, uint8_t *digests);

/* digest = SHA-256 of the ranges [offsets[i], offsets[i] + lengths[i]) of base, one behind the other; 32 bytes. */
DWCP_EXPORT int32_t dwcp_sha256(const uint8_t *base, int64_t base_bytes, const int32_t *offsets,
                                const int32_t *lengths, int32_t count, uint8_t *digest);

/*
 * Deltas of pages of 4096 bytes. The runs of a page say where it differs from an older version, ascending; the changes
 * are old ^ current of those bytes. A run is a varint of changed bytes (at least 1) and a varint of the equal bytes
 * before it; a 0 ends the runs of a page. A varint is unsigned LEB128 of at most 4 bytes.
 *
 * Writes the deltas of count pages one behind the other.
 * offsets        where the pages lie in current, as of dwcp_zero_pages
 * bases          addresses of the older versions, 4096 readable bytes each. One may be replaced while it is read: then
 *                what was written of that page is of no use, and its lengths still hold
 * most_bytes     of runs and changes of one page together, 0 to 4096
 * room_bytes     at runs, and as many at changes; at least count * most_bytes
 * runs_bytes     gets what page i added to runs, at least 1; 0 if it would have taken more than most_bytes
 * changes_bytes  gets what page i added to changes
 */
DWCP_EXPORT int32_t dwcp_write_deltas(const uint8_t *current, int64_t current_bytes, const int32_t *offsets,
                                      const int64_t *bases, int32_t count, int32_t most_bytes, uint8_t *runs,
                                      uint8_t *changes, int64_t room_bytes, int32_t *runs_bytes,
                                      int32_t *changes_bytes);

/* The lengths of the runs of count pages and of their changes, as dwcp_write_deltas gave them; or DWCP_BAD_RUNS. */
DWCP_EXPORT int32_t dwcp_measure_deltas(const uint8_t *runs, int64_t bytes, int32_t count, int32_t *runs_bytes,
                                        int32_t *changes_bytes);

/*
 * Turns count older versions, one behind the other at pages, into what they became. Bytes of runs and changes that are
 * left over are no error. pages must not overlap runs or changes.
 */
DWCP_EXPORT int32_t dwcp_apply_deltas(uint8_t *pages, int64_t pages_bytes, int32_t count, const uint8_t *runs,
                                      int64_t runs_bytes, const uint8_t *changes, int64_t changes_bytes);

/* Of the windows that dwcp_hash_windows looks at in a page. */
#define DWCP_HASH_WINDOWS 4

/*
 * hashes[i] = a 64-bit hash of the page at base + offsets[i], to find pages that may be equal: compare them then.
 * page_bytes   a multiple of 512
 */
DWCP_EXPORT int32_t dwcp_hash_pages(const uint8_t *base, int64_t base_bytes, const int32_t *offsets, int32_t count,
                                    int32_t page_bytes, uint64_t *hashes);

/*
 * hashes[4 * i + w] = the same of the 64 bytes in the middle of quarter w of page i, to find pages that may be similar.
 * hashes       4 * count words
 */
DWCP_EXPORT int32_t dwcp_hash_windows(const uint8_t *base, int64_t base_bytes, const int32_t *offsets, int32_t count,
                                      int32_t page_bytes, uint64_t *hashes);

/*
 * Pages of 4096 bytes, shuffled by words: the lowest bytes of all words first, then the next of all, and so on.
 *
 * widths[i] = 4 or 8 if zstd will do better on the page at base + offsets[i] when it is shuffled by words of so many
 * bytes, else 0. Equal pages get equal widths.
 */
DWCP_EXPORT int32_t dwcp_shuffle_widths(const uint8_t *base, int64_t base_bytes, const int32_t *offsets, int32_t count,
                                        uint8_t *widths);

/* Shuffles, or turns back, count pages that lie one behind the other; a page of width 0 stays as it is. */
DWCP_EXPORT int32_t dwcp_shuffle_pages(uint8_t *pages, int64_t pages_bytes, int32_t count, const uint8_t *widths);
DWCP_EXPORT int32_t dwcp_unshuffle_pages(uint8_t *pages, int64_t pages_bytes, int32_t count, const uint8_t *widths);

/*
 * Zeroed memory from the kernel, which gives it as it is first written, in huge pages where it may. A first write to
 * 4 KiB costs a page fault, up to 16 us under nested virtualisation: 2.4 s of a core for 600 MB, measured.
 * bytes        more than 0
 * returns      its address, a multiple of 2 MiB; 0 if the kernel refused
 */
DWCP_EXPORT int64_t dwcp_map_memory(int64_t bytes);

/*
 * Has the calling thread step back behind every other that wants a core (nice 19, this thread only). DWCP_BAD_ARGUMENT
 * if the kernel refused.
 */
DWCP_EXPORT int32_t dwcp_step_back(void);

/* Gives back what dwcp_map_memory gave for so many bytes. */
DWCP_EXPORT int32_t dwcp_unmap_memory(int64_t address, int64_t bytes);

#endif
