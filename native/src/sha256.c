#include "sha256.h"

#include <string.h>

/* FIPS 180-4, 4.2.2. */
const uint32_t dwcp_sha256_constants[DWCP_SHA256_ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* FIPS 180-4, 5.3.3. */
static const uint32_t initial_state[DWCP_SHA256_WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

enum { BIT_LENGTH_BYTES = 8, MOST_PADDED_BYTES = 2 * DWCP_SHA256_BLOCK_BYTES };

static uint32_t rotate(uint32_t word, unsigned bits)
{
    return word >> bits | word << (32 - bits);
}

static uint32_t load_big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

static void store_big_endian(uint8_t *bytes, uint32_t word)
{
    bytes[0] = (uint8_t)(word >> 24);
    bytes[1] = (uint8_t)(word >> 16);
    bytes[2] = (uint8_t)(word >> 8);
    bytes[3] = (uint8_t)word;
}

/* FIPS 180-4, 6.2.2, step 1. */
static void expand(const uint8_t *block, uint32_t *schedule)
{
    for (size_t t = 0; t < 16; t++) {
        schedule[t] = load_big_endian(block + 4 * t);
    }
    for (size_t t = 16; t < DWCP_SHA256_ROUNDS; t++) {
        const uint32_t w15 = schedule[t - 15];
        const uint32_t w2 = schedule[t - 2];
        const uint32_t s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ w15 >> 3;
        const uint32_t s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ w2 >> 10;
        schedule[t] = s1 + schedule[t - 7] + s0 + schedule[t - 16];
    }
}

/* Steps 2 to 4. */
static void add_block(uint32_t *state, const uint8_t *block)
{
    uint32_t schedule[DWCP_SHA256_ROUNDS];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    expand(block, schedule);
    for (size_t t = 0; t < DWCP_SHA256_ROUNDS; t++) {
        const uint32_t sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
        const uint32_t choice = (e & f) ^ (~e & g);
        const uint32_t t1 = h + sum1 + choice + dwcp_sha256_constants[t] + schedule[t];
        const uint32_t sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
        const uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + sum0 + majority;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

static void add_blocks(uint32_t (*states)[DWCP_SHA256_WORDS], const uint8_t *const *messages, size_t blocks)
{
    for (size_t block = 0; block < blocks; block++) {
        add_block(states[0], messages[0] + block * DWCP_SHA256_BLOCK_BYTES);
    }
}

const struct dwcp_sha256_lanes dwcp_sha256_scalar = {"scalar", 1, 1, add_blocks};

/* Puts the last message bytes, the one bit and the length into padded (FIPS 180-4, 5.1.1); returns its blocks. */
static size_t pad(uint8_t *padded, const uint8_t *rest, size_t rest_bytes, uint64_t message_bytes)
{
    const size_t blocks = rest_bytes + 1 + BIT_LENGTH_BYTES <= DWCP_SHA256_BLOCK_BYTES ? 1 : 2;
    const size_t padded_bytes = blocks * DWCP_SHA256_BLOCK_BYTES;
    memcpy(padded, rest, rest_bytes);
    memset(padded + rest_bytes, 0, padded_bytes - rest_bytes);
    padded[rest_bytes] = 0x80;
    store_big_endian(padded + padded_bytes - 8, (uint32_t)(message_bytes >> 29));
    store_big_endian(padded + padded_bytes - 4, (uint32_t)(message_bytes << 3));
    return blocks;
}

static void store_digest(const uint32_t *state, uint8_t *digest)
{
    for (size_t word = 0; word < DWCP_SHA256_WORDS; word++) {
        store_big_endian(digest + 4 * word, state[word]);
    }
}

/* Lanes for which there is no message hash the first one again. */
static void hash_group(const struct dwcp_sha256_lanes *way, const uint8_t *const *messages, size_t bytes, size_t count,
                       uint8_t *const *digests)
{
    uint32_t states[DWCP_SHA256_MOST_LANES][DWCP_SHA256_WORDS];
    uint8_t padded[DWCP_SHA256_MOST_LANES][MOST_PADDED_BYTES];
    const uint8_t *sources[DWCP_SHA256_MOST_LANES];
    const uint8_t *tails[DWCP_SHA256_MOST_LANES];
    const size_t rest_bytes = bytes % DWCP_SHA256_BLOCK_BYTES;
    size_t tail_blocks = 1;
    for (size_t lane = 0; lane < way->lanes; lane++) {
        sources[lane] = messages[lane < count ? lane : 0];
        memcpy(states[lane], initial_state, sizeof initial_state);
        tail_blocks = pad(padded[lane], sources[lane] + bytes - rest_bytes, rest_bytes, bytes);
        tails[lane] = padded[lane];
    }
    way->add_blocks(states, sources, bytes / DWCP_SHA256_BLOCK_BYTES);
    way->add_blocks(states, tails, tail_blocks);
    for (size_t lane = 0; lane < count; lane++) {
        store_digest(states[lane], digests[lane]);
    }
}

void dwcp_sha256_messages(dwcp_sha256_ways ways, const uint8_t *const *messages, size_t bytes, size_t count,
                          uint8_t *const *digests)
{
    size_t done = 0;
    while (done < count) {
        const size_t left = count - done;
        while (left < (*ways)->least) {
            ways++;
        }
        const size_t now = left < (*ways)->lanes ? left : (*ways)->lanes;
        hash_group(*ways, messages + done, bytes, now, digests + done);
        done += now;
    }
}

void dwcp_sha256_begin(struct dwcp_sha256_stream *stream, const struct dwcp_sha256_lanes *way)
{
    stream->way = way;
    memcpy(stream->state[0], initial_state, sizeof initial_state);
    stream->rest_bytes = 0;
    stream->message_bytes = 0;
}

static void add_whole_blocks(struct dwcp_sha256_stream *stream, const uint8_t *bytes, size_t blocks)
{
    const uint8_t *const message[1] = {bytes};
    stream->way->add_blocks(stream->state, message, blocks);
}

void dwcp_sha256_add(struct dwcp_sha256_stream *stream, const uint8_t *bytes, size_t length)
{
    size_t at = 0;
    stream->message_bytes += length;
    if (stream->rest_bytes > 0) {
        const size_t room = DWCP_SHA256_BLOCK_BYTES - stream->rest_bytes;
        at = length < room ? length : room;
        memcpy(stream->rest + stream->rest_bytes, bytes, at);
        stream->rest_bytes += at;
        if (stream->rest_bytes < DWCP_SHA256_BLOCK_BYTES) {
            return;
        }
        add_whole_blocks(stream, stream->rest, 1);
    }
    const size_t blocks = (length - at) / DWCP_SHA256_BLOCK_BYTES;
    add_whole_blocks(stream, bytes + at, blocks);
    at += blocks * DWCP_SHA256_BLOCK_BYTES;
    stream->rest_bytes = length - at;
    memcpy(stream->rest, bytes + at, stream->rest_bytes);
}

void dwcp_sha256_end(struct dwcp_sha256_stream *stream, uint8_t *digest)
{
    uint8_t padded[MOST_PADDED_BYTES];
    const size_t blocks = pad(padded, stream->rest, stream->rest_bytes, stream->message_bytes);
    add_whole_blocks(stream, padded, blocks);
    store_digest(stream->state[0], digest);
}
