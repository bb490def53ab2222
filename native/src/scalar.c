#include <string.h>

#include "variants.h"

/* memcpy is the one way to read a word at any alignment that the language allows; it becomes a single load. */
static uint64_t load_word(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static bool is_zero(const uint8_t *bytes, size_t length)
{
    size_t at = 0;
    for (; length - at >= 4 * sizeof(uint64_t); at += 4 * sizeof(uint64_t)) {
        const uint64_t seen =
            load_word(bytes + at) | load_word(bytes + at + 8) | load_word(bytes + at + 16) | load_word(bytes + at + 24);
        if (seen != 0) {
            return false;
        }
    }
    for (; at < length; at++) {
        if (bytes[at] != 0) {
            return false;
        }
    }
    return true;
}

static void xor_bytes(const uint8_t *old, const uint8_t *current, uint8_t *dst, size_t length)
{
    size_t at = 0;
    for (; length - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        const uint64_t word = load_word(old + at) ^ load_word(current + at);
        memcpy(dst + at, &word, sizeof word);
    }
    for (; at < length; at++) {
        dst[at] = (uint8_t)(old[at] ^ current[at]);
    }
}

/* One bit for each byte of the word that is not zero, that of the lowest byte lowest. */
static uint64_t changed_bytes(uint64_t word)
{
    const uint64_t low_bits = UINT64_C(0x7f7f7f7f7f7f7f7f);
    /* The high bit of each byte: set if a low bit was (the sum carries into it, not further) or it was itself. */
    const uint64_t high = (((word & low_bits) + low_bits) | word) & ~low_bits;
    /* The eight bits at 7, 15, ... 63 are multiplied into the top byte, in their order. */
    return ((high >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

static void xor_page(const uint8_t *old, const uint8_t *current, uint8_t *delta, uint64_t *changed)
{
    for (size_t block = 0; block < DWCP_DELTA_PAGE_BYTES / 64; block++) {
        uint64_t bits = 0;
        for (size_t at = 0; at < 64; at += sizeof(uint64_t)) {
            const uint64_t word = load_word(old + block * 64 + at) ^ load_word(current + block * 64 + at);
            memcpy(delta + block * 64 + at, &word, sizeof word);
            bits |= word == 0 ? 0 : changed_bytes(word) << at;
        }
        changed[block] = bits;
    }
}

const dwcp_xor_page dwcp_scalar_xor_page = xor_page;

const struct dwcp_variant dwcp_scalar = {"scalar", is_zero, xor_bytes};
