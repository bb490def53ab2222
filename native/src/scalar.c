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

const struct dwcp_variant dwcp_scalar = {"scalar", is_zero, xor_bytes};
