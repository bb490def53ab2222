#include "sha256.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* The file is compiled for the x86-64 baseline; only these functions may use these instructions. */
#define SHANI __attribute__((target("sha,sse4.1,ssse3")))
#define SHANI_INLINE SHANI __attribute__((always_inline)) static inline

enum { GROUPS = DWCP_SHA256_ROUNDS / 4 };

/* The state as the instructions want it: words A, B, E, F and words C, D, G, H, the first in the highest bits. */
struct halves {
    __m128i abef;
    __m128i cdgh;
};

SHANI_INLINE __m128i load(const void *bytes)
{
    return _mm_loadu_si128((const __m128i *)bytes);
}

SHANI_INLINE struct halves split(const uint32_t *state)
{
    const __m128i badc = _mm_shuffle_epi32(load(state), 0xb1);
    const __m128i hgfe = _mm_shuffle_epi32(load(state + 4), 0x1b);
    const struct halves halves = {_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xf0)};
    return halves;
}

SHANI_INLINE void join(struct halves halves, uint32_t *state)
{
    const __m128i feba = _mm_shuffle_epi32(halves.abef, 0x1b);
    const __m128i dchg = _mm_shuffle_epi32(halves.cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/* Words 4 * group to 4 * group + 3 of the schedule; words holds the 16 before them, of which it replaces the oldest. */
SHANI_INLINE __m128i schedule(__m128i *words, int group, const uint8_t *block)
{
    const __m128i byte_order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i *const here = words + group % 4;
    if (group < 4) {
        *here = _mm_shuffle_epi8(load(block + 16 * group), byte_order);
    } else {
        const __m128i newest = words[(group + 3) % 4];
        const __m128i seven_back = _mm_alignr_epi8(newest, words[(group + 2) % 4], 4);
        const __m128i older = _mm_add_epi32(_mm_sha256msg1_epu32(*here, words[(group + 1) % 4]), seven_back);
        *here = _mm_sha256msg2_epu32(older, newest);
    }
    return *here;
}

/*
 * The rounds of one message wait for each other: 2 rounds in 4 cycles. A second message fills the cycles between.
 */
SHANI_INLINE void add_blocks(uint32_t (*states)[DWCP_SHA256_WORDS], const uint8_t *const *messages, size_t blocks,
                             const int lanes)
{
    struct halves halves[2];
    for (int lane = 0; lane < lanes; lane++) {
        halves[lane] = split(states[lane]);
    }
    for (size_t block = 0; block < blocks; block++) {
        const struct halves before[2] = {halves[0], halves[lanes - 1]};
        __m128i words[2][4];
#pragma GCC unroll 16
        for (int group = 0; group < GROUPS; group++) {
            const __m128i constants = load(dwcp_sha256_constants + 4 * group);
#pragma GCC unroll 2
            for (int lane = 0; lane < lanes; lane++) {
                const uint8_t *const bytes = messages[lane] + block * DWCP_SHA256_BLOCK_BYTES;
                const __m128i input = _mm_add_epi32(schedule(words[lane], group, bytes), constants);
                struct halves *const now = &halves[lane];
                now->cdgh = _mm_sha256rnds2_epu32(now->cdgh, now->abef, input);
                now->abef = _mm_sha256rnds2_epu32(now->abef, now->cdgh, _mm_shuffle_epi32(input, 0x0e));
            }
        }
        for (int lane = 0; lane < lanes; lane++) {
            halves[lane].abef = _mm_add_epi32(halves[lane].abef, before[lane].abef);
            halves[lane].cdgh = _mm_add_epi32(halves[lane].cdgh, before[lane].cdgh);
        }
    }
    for (int lane = 0; lane < lanes; lane++) {
        join(halves[lane], states[lane]);
    }
}

SHANI static void add_blocks_to_one(uint32_t (*states)[DWCP_SHA256_WORDS], const uint8_t *const *messages,
                                    size_t blocks)
{
    add_blocks(states, messages, blocks, 1);
}

SHANI static void add_blocks_to_two(uint32_t (*states)[DWCP_SHA256_WORDS], const uint8_t *const *messages,
                                    size_t blocks)
{
    add_blocks(states, messages, blocks, 2);
}

const struct dwcp_sha256_lanes dwcp_sha256_shani = {"sha-ni", 1, 1, add_blocks_to_one};
const struct dwcp_sha256_lanes dwcp_sha256_shani_pair = {"sha-nix2", 2, 2, add_blocks_to_two};

#else
/* ISO C wants at least one declaration in a translation unit. */
typedef int dwcp_no_shani_on_this_architecture;
#endif
