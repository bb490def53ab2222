/*
 * A fast hash that finds pages worth comparing; whoever chooses the bytes can make pages collide.
 *
 * Eight lanes take one word of each stripe of 64 bytes: with k = word ^ (key of the lane + stripe number * step),
 * lane += word + low half of k * high half of k. At the end the lanes are folded into one word by multiplication.
 * A multiplication of halves is what vector units have; the step makes the order of stripes count.
 */
#ifndef DWCP_HASH_H
#define DWCP_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { DWCP_HASH_LANES = 8, DWCP_HASH_STRIPE_BYTES = 64 };

/* 2^64 / golden ratio. */
#define DWCP_HASH_STEP UINT64_C(0x9e3779b97f4a7c15)
#define DWCP_HASH_FOLD UINT64_C(0xbe5466cf34e90c6d)
/* The digits of pi behind the point, 16 hexadecimal ones each, made odd. */
extern const uint64_t dwcp_hash_keys[DWCP_HASH_LANES];

typedef uint64_t (*dwcp_hash)(const uint8_t *bytes, size_t stripes);

uint64_t dwcp_fold_lanes(const uint64_t *lanes);

extern const dwcp_hash dwcp_scalar_hash;

#if defined(__x86_64__)
extern const dwcp_hash dwcp_avx2_hash;
extern const dwcp_hash dwcp_avx512_hash;
#endif

#endif
