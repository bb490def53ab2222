/*
 * The bytes of a page sorted by their place in words of 4 or 8: first the lowest bytes of all words, then the next, ...
 * (the shuffle filter of HDF5 and Blosc). It helps zstd on tables, whose words differ in a few places while others stay:
 * there no word is the same again, so that zstd finds nothing, and yet whole planes are.
 */
#ifndef DWCP_SHUFFLE_H
#define DWCP_SHUFFLE_H

#include <stddef.h>
#include <stdint.h>

/* What tells whether a page may be such a table; of 4096 bytes each. */
struct dwcp_likeness {
    uint32_t bytes_like_8_before; /* i in [8, 4096): page[i] == page[i - 8] */
    uint32_t bytes_like_4_before; /* i in [4, 4096): page[i] == page[i - 4] */
    uint32_t words_like_1_before; /* words of 4 bytes that equal the one before */
};

typedef struct dwcp_likeness (*dwcp_compare)(const uint8_t *page);

extern const dwcp_compare dwcp_scalar_compare;

#if defined(__x86_64__)
extern const dwcp_compare dwcp_avx2_compare;
#endif

/* 4 or 8, the width of the words by which the page is to be shuffled; 0 if zstd does better on it as it is. */
uint8_t dwcp_shuffle_width(const uint8_t *page, dwcp_compare compare);

/* In place; width is 4 or 8. */
void dwcp_shuffle_page(uint8_t *page, size_t width);
void dwcp_unshuffle_page(uint8_t *page, size_t width);

#endif
