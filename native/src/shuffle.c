#include "shuffle.h"

#include <string.h>

#include "variants.h"

enum {
    WORDS = DWCP_DELTA_PAGE_BYTES / 4,
    TABLE_BITS = 12,
    NEVER_SEEN = UINT16_MAX,
    /*
     * A sixteenth of the page: so many bytes more must stay in their plane than zstd finds in repeated words. Half and
     * twice as much change what is gained on real guests (3.0, 3.4 and 9.8 %) by less than a twentieth.
     */
    LEAST_GAIN_BYTES = 256,
    /* Words of 8 must be this much better: where both do, zstd takes the longer planes of words of 4 better. */
    WIDER_GAIN_BYTES = 64
};

static uint32_t load_word(const uint8_t *page, size_t index)
{
    uint32_t word;
    memcpy(&word, page + index * sizeof word, sizeof word);
    return word;
}

static struct dwcp_likeness compare(const uint8_t *page)
{
    struct dwcp_likeness seen = {0, 0, 0};
    for (size_t i = 8; i < DWCP_DELTA_PAGE_BYTES; i++) {
        seen.bytes_like_8_before += page[i] == page[i - 8];
    }
    for (size_t i = 4; i < DWCP_DELTA_PAGE_BYTES; i++) {
        seen.bytes_like_4_before += page[i] == page[i - 4];
    }
    for (size_t i = 1; i < WORDS; i++) {
        seen.words_like_1_before += load_word(page, i) == load_word(page, i - 1);
    }
    return seen;
}

const dwcp_compare dwcp_scalar_compare = compare;

/* Words of 4 that came before in the page, but for those that another one drove out of the table. */
static uint32_t repeated_words(const uint8_t *page)
{
    uint16_t newest[1 << TABLE_BITS];
    memset(newest, 0xff, sizeof newest);
    uint32_t repeated = 0;
    for (size_t i = 0; i < WORDS; i++) {
        const uint32_t word = load_word(page, i);
        /* 2^32 / golden ratio: the high bits of the product depend on all of the word. */
        uint16_t *const place = &newest[(word * UINT32_C(2654435761)) >> (32 - TABLE_BITS)];
        repeated += *place != NEVER_SEEN && load_word(page, *place) == word;
        *place = (uint16_t)i;
    }
    return repeated;
}

/* The first question is the cheap one, and never says no where the second says yes: a word like its neighbour repeats. */
uint8_t dwcp_shuffle_width(const uint8_t *page, dwcp_compare compare_page)
{
    const struct dwcp_likeness seen = compare_page(page);
    if (seen.bytes_like_8_before <= 4 * seen.words_like_1_before + LEAST_GAIN_BYTES ||
        seen.bytes_like_8_before <= 4 * repeated_words(page) + LEAST_GAIN_BYTES) {
        return 0;
    }
    return seen.bytes_like_8_before < seen.bytes_like_4_before + WIDER_GAIN_BYTES ? 4 : 8;
}

void dwcp_shuffle_page(uint8_t *page, size_t width)
{
    uint8_t words[DWCP_DELTA_PAGE_BYTES];
    memcpy(words, page, sizeof words);
    for (size_t plane = 0; plane < width; plane++) {
        for (size_t i = plane; i < sizeof words; i += width) {
            *page++ = words[i];
        }
    }
}

void dwcp_unshuffle_page(uint8_t *page, size_t width)
{
    uint8_t planes[DWCP_DELTA_PAGE_BYTES];
    memcpy(planes, page, sizeof planes);
    const uint8_t *next = planes;
    for (size_t plane = 0; plane < width; plane++) {
        for (size_t i = plane; i < sizeof planes; i += width) {
            page[i] = *next++;
        }
    }
}
