#include "shuffle.h"
#include "variants.h"

#if defined(DWCP_HAS_AVX2)

#include <immintrin.h>
#include <string.h>

/* The file is compiled for the x86-64 baseline; only these functions may use AVX2, and only after the CPU was asked. */
#define AVX2 __attribute__((target("avx2")))

enum { VECTOR_BYTES = 32, STRIDE_BYTES = 4 * VECTOR_BYTES };

AVX2 static __m256i load_vector(const uint8_t *bytes)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)bytes);
}

AVX2 static bool is_zero(const uint8_t *bytes, size_t length)
{
    size_t at = 0;
    for (; length - at >= STRIDE_BYTES; at += STRIDE_BYTES) {
        const __m256i low = _mm256_or_si256(load_vector(bytes + at), load_vector(bytes + at + VECTOR_BYTES));
        const __m256i high =
            _mm256_or_si256(load_vector(bytes + at + 2 * VECTOR_BYTES), load_vector(bytes + at + 3 * VECTOR_BYTES));
        const __m256i seen = _mm256_or_si256(low, high);
        if (_mm256_testz_si256(seen, seen) == 0) {
            return false;
        }
    }
    return dwcp_scalar.is_zero(bytes + at, length - at);
}

AVX2 static void xor_bytes(const uint8_t *old, const uint8_t *current, uint8_t *dst, size_t length)
{
    size_t at = 0;
    for (; length - at >= VECTOR_BYTES; at += VECTOR_BYTES) {
        const __m256i delta = _mm256_xor_si256(load_vector(old + at), load_vector(current + at));
        _mm256_storeu_si256((__m256i *)(void *)(dst + at), delta);
    }
    dwcp_scalar.xor_bytes(old + at, current + at, dst + at, length - at);
}

AVX2 static uint64_t xor_vector(const uint8_t *old, const uint8_t *current, uint8_t *delta)
{
    const __m256i bytes = _mm256_xor_si256(load_vector(old), load_vector(current));
    _mm256_storeu_si256((__m256i *)(void *)delta, bytes);
    return (uint32_t)~_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256()));
}

AVX2 static void xor_page(const uint8_t *old, const uint8_t *current, uint8_t *delta, uint64_t *changed)
{
    for (size_t at = 0; at < DWCP_DELTA_PAGE_BYTES; at += 2 * VECTOR_BYTES) {
        const uint64_t low = xor_vector(old + at, current + at, delta + at);
        const size_t next = at + VECTOR_BYTES;
        changed[at / (2 * VECTOR_BYTES)] = low | xor_vector(old + next, current + next, delta + next) << VECTOR_BYTES;
    }
}

const dwcp_xor_page dwcp_avx2_xor_page = xor_page;

/* Adds up the bytes of a vector, each a count. */
AVX2 static uint32_t sum_of_bytes(__m256i counts)
{
    const __m256i quarters = _mm256_sad_epu8(counts, _mm256_setzero_si256());
    return (uint32_t)(_mm256_extract_epi64(quarters, 0) + _mm256_extract_epi64(quarters, 1) +
                      _mm256_extract_epi64(quarters, 2) + _mm256_extract_epi64(quarters, 3));
}

/*
 * 128 vectors, so that a count fits in a byte. A comparison gives -1 for equal bytes; of equal words it gives four, which
 * the sum divides. The first vector is compared by hand, since nothing lies before it.
 */
AVX2 static struct dwcp_likeness compare(const uint8_t *page)
{
    __m256i like_8 = _mm256_setzero_si256(), like_4 = like_8, words = like_8;
    for (size_t at = VECTOR_BYTES; at < DWCP_DELTA_PAGE_BYTES; at += VECTOR_BYTES) {
        const __m256i bytes = load_vector(page + at);
        const __m256i word_before = load_vector(page + at - 4);
        like_8 = _mm256_sub_epi8(like_8, _mm256_cmpeq_epi8(bytes, load_vector(page + at - 8)));
        like_4 = _mm256_sub_epi8(like_4, _mm256_cmpeq_epi8(bytes, word_before));
        words = _mm256_sub_epi8(words, _mm256_cmpeq_epi32(bytes, word_before));
    }
    struct dwcp_likeness seen = {sum_of_bytes(like_8), sum_of_bytes(like_4), sum_of_bytes(words) / 4};
    for (size_t i = 4; i < VECTOR_BYTES; i++) {
        seen.bytes_like_4_before += page[i] == page[i - 4];
        seen.bytes_like_8_before += i >= 8 && page[i] == page[i - 8];
        seen.words_like_1_before += i % 4 == 0 && memcmp(page + i, page + i - 4, 4) == 0;
    }
    return seen;
}

const dwcp_compare dwcp_avx2_compare = compare;

const struct dwcp_variant dwcp_avx2 = {"avx2", is_zero, xor_bytes};

#else
/* ISO C wants at least one declaration in a translation unit. */
typedef int dwcp_no_avx2_on_this_architecture;
#endif
