#include "sha256.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* The file is compiled for the x86-64 baseline; only these functions may use AVX-512. */
#define AVX512 __attribute__((target("avx512f,avx512bw")))
#define AVX512_INLINE AVX512 __attribute__((always_inline)) static inline

enum { LANES = 16, SCHEDULE_WORDS = 16 };

/*
 * Fewer pages than this are faster with the SHA instructions, two at a time: 16 lanes take 14.6 us for 4 KiB each on Zen 5,
 * a pair takes 3.0 us.
 */
enum { LEAST_LANES = 10 };

/* Truth tables for the ternary logic instruction. */
enum { XOR_OF_THREE = 0x96, CHOICE = 0xca, MAJORITY = 0xe8 };

AVX512_INLINE __m512i xor_of_three(__m512i a, __m512i b, __m512i c)
{
    return _mm512_ternarylogic_epi32(a, b, c, XOR_OF_THREE);
}

/* words[t] gets word t of each lane's block, lane 0 in the lowest bits: a transposition of 16 x 16 words. */
AVX512_INLINE void load_words(const uint8_t *const *messages, size_t offset, __m512i *words)
{
    const __m512i byte_order =
        _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
    __m512i rows[LANES], pairs[LANES];
#pragma GCC unroll 16
    for (int lane = 0; lane < LANES; lane++) {
        rows[lane] = _mm512_shuffle_epi8(_mm512_loadu_si512(messages[lane] + offset), byte_order);
    }
#pragma GCC unroll 8
    for (int lane = 0; lane < LANES; lane += 2) {
        pairs[lane] = _mm512_unpacklo_epi32(rows[lane], rows[lane + 1]);
        pairs[lane + 1] = _mm512_unpackhi_epi32(rows[lane], rows[lane + 1]);
    }
#pragma GCC unroll 4
    for (int lane = 0; lane < LANES; lane += 4) {
        rows[lane] = _mm512_unpacklo_epi64(pairs[lane], pairs[lane + 2]);
        rows[lane + 1] = _mm512_unpackhi_epi64(pairs[lane], pairs[lane + 2]);
        rows[lane + 2] = _mm512_unpacklo_epi64(pairs[lane + 1], pairs[lane + 3]);
        rows[lane + 3] = _mm512_unpackhi_epi64(pairs[lane + 1], pairs[lane + 3]);
    }
    /* Now rows[4 * q + w] has words w, 4 + w, 8 + w, 12 + w of lanes 4 * q to 4 * q + 3, 128 bits each. */
#pragma GCC unroll 4
    for (int word = 0; word < 4; word++) {
        const __m512i low01 = _mm512_shuffle_i32x4(rows[word], rows[4 + word], 0x44);
        const __m512i high01 = _mm512_shuffle_i32x4(rows[word], rows[4 + word], 0xee);
        const __m512i low23 = _mm512_shuffle_i32x4(rows[8 + word], rows[12 + word], 0x44);
        const __m512i high23 = _mm512_shuffle_i32x4(rows[8 + word], rows[12 + word], 0xee);
        words[word] = _mm512_shuffle_i32x4(low01, low23, 0x88);
        words[4 + word] = _mm512_shuffle_i32x4(low01, low23, 0xdd);
        words[8 + word] = _mm512_shuffle_i32x4(high01, high23, 0x88);
        words[12 + word] = _mm512_shuffle_i32x4(high01, high23, 0xdd);
    }
}

/* Replaces word t - 16 of the schedule by word t. */
AVX512_INLINE __m512i next_word(__m512i *words, int t)
{
    const __m512i w15 = words[(t + 1) % SCHEDULE_WORDS];
    const __m512i w2 = words[(t + 14) % SCHEDULE_WORDS];
    const __m512i s0 = xor_of_three(_mm512_ror_epi32(w15, 7), _mm512_ror_epi32(w15, 18), _mm512_srli_epi32(w15, 3));
    const __m512i s1 = xor_of_three(_mm512_ror_epi32(w2, 17), _mm512_ror_epi32(w2, 19), _mm512_srli_epi32(w2, 10));
    const __m512i older = _mm512_add_epi32(words[t % SCHEDULE_WORDS], words[(t + 9) % SCHEDULE_WORDS]);
    words[t % SCHEDULE_WORDS] = _mm512_add_epi32(older, _mm512_add_epi32(s0, s1));
    return words[t % SCHEDULE_WORDS];
}

/* The variables of round t are at (name - t) % 8: nothing moves from round to round. */
AVX512_INLINE void add_round(__m512i *vars, int t, __m512i word)
{
    const __m512i a = vars[(64 - t) % 8], b = vars[(65 - t) % 8], c = vars[(66 - t) % 8];
    const __m512i e = vars[(68 - t) % 8], f = vars[(69 - t) % 8], g = vars[(70 - t) % 8];
    __m512i *const d = &vars[(67 - t) % 8];
    __m512i *const h = &vars[(71 - t) % 8];
    const __m512i input = _mm512_add_epi32(word, _mm512_set1_epi32((int)dwcp_sha256_constants[t]));
    const __m512i sum1 = xor_of_three(_mm512_ror_epi32(e, 6), _mm512_ror_epi32(e, 11), _mm512_ror_epi32(e, 25));
    const __m512i choice = _mm512_ternarylogic_epi32(e, f, g, CHOICE);
    const __m512i t1 = _mm512_add_epi32(_mm512_add_epi32(*h, input), _mm512_add_epi32(sum1, choice));
    const __m512i sum0 = xor_of_three(_mm512_ror_epi32(a, 2), _mm512_ror_epi32(a, 13), _mm512_ror_epi32(a, 22));
    const __m512i majority = _mm512_ternarylogic_epi32(a, b, c, MAJORITY);
    *d = _mm512_add_epi32(*d, t1);
    *h = _mm512_add_epi32(t1, _mm512_add_epi32(sum0, majority));
}

AVX512 static void add_block(__m512i *state, const uint8_t *const *messages, size_t offset)
{
    __m512i words[SCHEDULE_WORDS], vars[DWCP_SHA256_WORDS];
    load_words(messages, offset, words);
#pragma GCC unroll 8
    for (int word = 0; word < DWCP_SHA256_WORDS; word++) {
        vars[word] = state[word];
    }
#pragma GCC unroll 64
    for (int t = 0; t < DWCP_SHA256_ROUNDS; t++) {
        add_round(vars, t, t < SCHEDULE_WORDS ? words[t % SCHEDULE_WORDS] : next_word(words, t));
    }
#pragma GCC unroll 8
    for (int word = 0; word < DWCP_SHA256_WORDS; word++) {
        state[word] = _mm512_add_epi32(state[word], vars[word]);
    }
}

AVX512 static void add_blocks(uint32_t (*states)[DWCP_SHA256_WORDS], const uint8_t *const *messages, size_t blocks)
{
    uint32_t turned[DWCP_SHA256_WORDS][LANES];
    __m512i state[DWCP_SHA256_WORDS];
    for (int word = 0; word < DWCP_SHA256_WORDS; word++) {
        for (int lane = 0; lane < LANES; lane++) {
            turned[word][lane] = states[lane][word];
        }
        state[word] = _mm512_loadu_si512(turned[word]);
    }
    for (size_t block = 0; block < blocks; block++) {
        add_block(state, messages, block * DWCP_SHA256_BLOCK_BYTES);
    }
    for (int word = 0; word < DWCP_SHA256_WORDS; word++) {
        _mm512_storeu_si512(turned[word], state[word]);
        for (int lane = 0; lane < LANES; lane++) {
            states[lane][word] = turned[word][lane];
        }
    }
}

const struct dwcp_sha256_lanes dwcp_sha256_avx512 = {"avx512x16", LANES, LEAST_LANES, add_blocks};
const struct dwcp_sha256_lanes dwcp_sha256_avx512_alone = {"avx512x16", LANES, 2, add_blocks};

#else
/* ISO C wants at least one declaration in a translation unit. */
typedef int dwcp_no_avx512_on_this_architecture;
#endif
