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

#if defined(__x86_64__)
#define DWCP_HAS_AVX2 1
extern const struct dwcp_variant dwcp_avx2;
#endif

#endif
