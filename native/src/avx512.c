#include "variants.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* The file is compiled for the x86-64 baseline; only these functions may use AVX-512, and only after the CPU was asked. */
#define AVX512 __attribute__((target("avx512f,avx512bw")))

enum { VECTOR_BYTES = 64 };

AVX512 static void xor_page(const uint8_t *old, const uint8_t *current, uint8_t *delta, uint64_t *changed)
{
    for (size_t at = 0; at < DWCP_DELTA_PAGE_BYTES; at += VECTOR_BYTES) {
        const __m512i bytes = _mm512_xor_si512(_mm512_loadu_si512(old + at), _mm512_loadu_si512(current + at));
        _mm512_storeu_si512(delta + at, bytes);
        changed[at / VECTOR_BYTES] = _mm512_test_epi8_mask(bytes, bytes);
    }
}

const dwcp_xor_page dwcp_avx512_xor_page = xor_page;

#else
/* ISO C wants at least one declaration in a translation unit. */
typedef int dwcp_no_avx512_pages_on_this_architecture;
#endif
