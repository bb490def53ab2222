/* The variants behind the entry points. Arguments are checked before: no null, no negative, all pages in range. */
#ifndef DWCP_VARIANTS_H
#define DWCP_VARIANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dwcp_variant {
    const char *name;
    bool (*is_zero)(const uint8_t *bytes, size_t length);
    void (*xor_bytes)(const uint8_t *old, const uint8_t *current, uint8_t *dst, size_t length);
};

extern const struct dwcp_variant dwcp_scalar;

/* As DWCP_DELTA_PAGE_BYTES in dwcp_kernels.h. */
#define DWCP_DELTA_PAGE_BYTES 4096

/*
 * delta = old ^ current, and bit i % 64 of changed[i / 64] tells whether byte i differs. Reads each byte of old once.
 * delta has DWCP_DELTA_PAGE_BYTES, changed one word for 64 of them.
 */
typedef void (*dwcp_xor_page)(const uint8_t *old, const uint8_t *current, uint8_t *delta, uint64_t *changed);

extern const dwcp_xor_page dwcp_scalar_xor_page;

#if defined(__x86_64__)
extern const dwcp_xor_page dwcp_avx2_xor_page;
extern const dwcp_xor_page dwcp_avx512_xor_page;
#define DWCP_HAS_AVX2 1
extern const struct dwcp_variant dwcp_avx2;
#endif

#endif
