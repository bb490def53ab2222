/* SHA-256 (FIPS 180-4) of many messages of one length at once. */
#ifndef DWCP_SHA256_H
#define DWCP_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum {
    DWCP_SHA256_BYTES = 32,
    DWCP_SHA256_WORDS = 8,
    DWCP_SHA256_BLOCK_BYTES = 64,
    DWCP_SHA256_ROUNDS = 64,
    DWCP_SHA256_MOST_LANES = 16
};

extern const uint32_t dwcp_sha256_constants[DWCP_SHA256_ROUNDS];

/* One way to hash `lanes` messages side by side; for fewer than `least` of them another way is faster. */
struct dwcp_sha256_lanes {
    const char *name;
    size_t lanes;
    size_t least;
    /* Adds `blocks` blocks of 64 bytes from messages[lane] to states[lane], for each lane. */
    void (*add_blocks)(uint32_t (*states)[DWCP_SHA256_WORDS], const uint8_t *const *messages, size_t blocks);
};

extern const struct dwcp_sha256_lanes dwcp_sha256_scalar;

#if defined(__x86_64__)
extern const struct dwcp_sha256_lanes dwcp_sha256_shani;
extern const struct dwcp_sha256_lanes dwcp_sha256_shani_pair;
extern const struct dwcp_sha256_lanes dwcp_sha256_avx512;
extern const struct dwcp_sha256_lanes dwcp_sha256_avx512_alone; /* where there are no SHA instructions */
#endif

/* Ways to hash, the widest first, up to and including one whose `lanes` and `least` are 1. */
typedef const struct dwcp_sha256_lanes *const *dwcp_sha256_ways;

/* digests[i] gets the 32 bytes of the SHA-256 of `bytes` bytes at messages[i]. */
void dwcp_sha256_messages(dwcp_sha256_ways ways, const uint8_t *const *messages, size_t bytes, size_t count,
                          uint8_t *const *digests);

/* A message that comes in pieces. */
struct dwcp_sha256_stream {
    const struct dwcp_sha256_lanes *way; /* with one lane */
    uint32_t state[1][DWCP_SHA256_WORDS];
    uint8_t rest[DWCP_SHA256_BLOCK_BYTES];
    size_t rest_bytes;
    uint64_t message_bytes;
};

void dwcp_sha256_begin(struct dwcp_sha256_stream *stream, const struct dwcp_sha256_lanes *way);
void dwcp_sha256_add(struct dwcp_sha256_stream *stream, const uint8_t *bytes, size_t length);
void dwcp_sha256_end(struct dwcp_sha256_stream *stream, uint8_t *digest);

#endif
