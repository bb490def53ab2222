#include "hash.h"

#include <string.h>

const uint64_t dwcp_hash_keys[DWCP_HASH_LANES] = {
    UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707345), UINT64_C(0xa4093822299f31d1),
    UINT64_C(0x082efa98ec4e6c89), UINT64_C(0x452821e638d01377), UINT64_C(0xbe5466cf34e90c6d),
    UINT64_C(0xc0ac29b7c97c50dd), UINT64_C(0x3f84d5b5b5470917)};

uint64_t dwcp_fold_lanes(const uint64_t *lanes)
{
    uint64_t hash = 0;
    for (size_t lane = 0; lane < DWCP_HASH_LANES; lane++) {
        hash = (hash ^ lanes[lane]) * DWCP_HASH_FOLD;
        hash ^= hash >> 32;
    }
    return hash;
}

static uint64_t hash(const uint8_t *bytes, size_t stripes)
{
    uint64_t lanes[DWCP_HASH_LANES] = {0};
    for (size_t stripe = 0; stripe < stripes; stripe++) {
        for (size_t lane = 0; lane < DWCP_HASH_LANES; lane++) {
            uint64_t word;
            memcpy(&word, bytes + stripe * DWCP_HASH_STRIPE_BYTES + lane * sizeof word, sizeof word);
            const uint64_t keyed = word ^ (dwcp_hash_keys[lane] + stripe * DWCP_HASH_STEP);
            lanes[lane] += word + (keyed & UINT32_MAX) * (keyed >> 32);
        }
    }
    return dwcp_fold_lanes(lanes);
}

const dwcp_hash dwcp_scalar_hash = hash;

#if defined(__x86_64__)

#include <immintrin.h>

/* Only these functions may use AVX2 and AVX-512, and only after the CPU was asked. */
#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f")))

AVX2 static __m256i mix_half(__m256i lanes, __m256i keys, const uint8_t *bytes)
{
    const __m256i words = _mm256_loadu_si256((const __m256i *)(const void *)bytes);
    const __m256i keyed = _mm256_xor_si256(words, keys);
    const __m256i product = _mm256_mul_epu32(keyed, _mm256_srli_epi64(keyed, 32));
    return _mm256_add_epi64(lanes, _mm256_add_epi64(words, product));
}

AVX2 static uint64_t hash_avx2(const uint8_t *bytes, size_t stripes)
{
    const __m256i step = _mm256_set1_epi64x((long long)DWCP_HASH_STEP);
    __m256i low_keys = _mm256_loadu_si256((const __m256i *)(const void *)dwcp_hash_keys);
    __m256i high_keys = _mm256_loadu_si256((const __m256i *)(const void *)(dwcp_hash_keys + 4));
    __m256i low = _mm256_setzero_si256(), high = _mm256_setzero_si256();
    uint64_t lanes[DWCP_HASH_LANES];
    for (size_t stripe = 0; stripe < stripes; stripe++) {
        low = mix_half(low, low_keys, bytes + stripe * DWCP_HASH_STRIPE_BYTES);
        high = mix_half(high, high_keys, bytes + stripe * DWCP_HASH_STRIPE_BYTES + 32);
        low_keys = _mm256_add_epi64(low_keys, step);
        high_keys = _mm256_add_epi64(high_keys, step);
    }
    _mm256_storeu_si256((__m256i *)(void *)lanes, low);
    _mm256_storeu_si256((__m256i *)(void *)(lanes + 4), high);
    return dwcp_fold_lanes(lanes);
}

AVX512 static uint64_t hash_avx512(const uint8_t *bytes, size_t stripes)
{
    const __m512i step = _mm512_set1_epi64((long long)DWCP_HASH_STEP);
    __m512i keys = _mm512_loadu_si512(dwcp_hash_keys);
    __m512i sums = _mm512_setzero_si512();
    uint64_t lanes[DWCP_HASH_LANES];
    for (size_t stripe = 0; stripe < stripes; stripe++) {
        const __m512i words = _mm512_loadu_si512(bytes + stripe * DWCP_HASH_STRIPE_BYTES);
        const __m512i keyed = _mm512_xor_si512(words, keys);
        const __m512i product = _mm512_mul_epu32(keyed, _mm512_srli_epi64(keyed, 32));
        sums = _mm512_add_epi64(sums, _mm512_add_epi64(words, product));
        keys = _mm512_add_epi64(keys, step);
    }
    _mm512_storeu_si512(lanes, sums);
    return dwcp_fold_lanes(lanes);
}

const dwcp_hash dwcp_avx2_hash = hash_avx2;
const dwcp_hash dwcp_avx512_hash = hash_avx512;

#endif
