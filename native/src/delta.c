#include "delta.h"

#include <string.h>

#include "dwcp_kernels.h"

enum {
    WORD_BYTES = 8,
    CHANGED_WORDS = DWCP_DELTA_PAGE_BYTES / 64,

    /* So many equal bytes end a run: a pair costs 2 bytes, and zeroes inside a run are cheap. */
    MIN_EQUAL_BYTES = 4,

    /* Two varints of at most 14 bits. */
    MAX_PAIR_BYTES = 4,

    /* 28 bits, as everywhere in a batch. */
    MAX_VARINT_BYTES = 4
};

static size_t put_varint(uint8_t *out, size_t value)
{
    size_t length = 0;
    for (; value >= 0x80; value >>= 7) {
        out[length++] = (uint8_t)(value | 0x80);
    }
    out[length++] = (uint8_t)value;
    return length;
}

/* What a page adds while it is being written. */
struct page_writer {
    struct dwcp_delta *out;
    const uint8_t *bytes; /* old ^ current */
    size_t most_bytes;
    size_t written_end;
};

/* False if the page would get too long; an empty run is none. */
static bool put_run(struct page_writer *writer, size_t start, size_t end)
{
    struct dwcp_delta *const out = writer->out;
    const size_t length = end - start;
    if (out->runs_bytes + out->changes_bytes + length + MAX_PAIR_BYTES + 1 > writer->most_bytes) {
        return false;
    }
    if (length > 0) {
        out->runs_bytes += put_varint(out->runs + out->runs_bytes, length);
        out->runs_bytes += put_varint(out->runs + out->runs_bytes, start - writer->written_end);
        memcpy(out->changes + out->changes_bytes, writer->bytes + start, length);
        out->changes_bytes += length;
        writer->written_end = end;
    }
    return true;
}

/*
 * changed has one bit for each byte. A word of 8 bytes belongs to one run from its first to its last changed byte; runs
 * of different words are joined if fewer than MIN_EQUAL_BYTES lie between them.
 */
static bool put_runs(struct page_writer *writer, const uint64_t *changed)
{
    size_t start = 0;
    size_t end = 0;
    for (size_t at = 0; at < CHANGED_WORDS; at++) {
        for (uint64_t left = changed[at]; left != 0;) {
            const unsigned shift = (unsigned)__builtin_ctzll(left) / WORD_BYTES * WORD_BYTES;
            const unsigned bits = (unsigned)(left >> shift) & 0xffU;
            const size_t word = at * 64 + shift;
            const size_t first = word + (size_t)__builtin_ctz(bits);
            if (end == 0 || first - end >= MIN_EQUAL_BYTES) {
                if (!put_run(writer, start, end)) {
                    return false;
                }
                start = first;
            }
            end = word + 32 - (size_t)__builtin_clz(bits);
            left &= ~(UINT64_C(0xff) << shift);
        }
    }
    return put_run(writer, start, end);
}

/*
 * The old version is read once: in a ring it may be replaced meanwhile, which the caller finds out afterwards. What is
 * written then is of no use, but its lengths still fit what was written.
 */
bool dwcp_write_delta(dwcp_xor_page xor_page, const struct dwcp_page_versions *versions, struct dwcp_delta *delta)
{
    uint8_t bytes[DWCP_DELTA_PAGE_BYTES];
    uint64_t changed[CHANGED_WORDS];
    struct page_writer writer = {delta, bytes, versions->most_bytes, 0};
    delta->runs_bytes = 0;
    delta->changes_bytes = 0;
    xor_page(versions->old, versions->current, bytes, changed);
    if (!put_runs(&writer, changed)) {
        delta->runs_bytes = 0;
        delta->changes_bytes = 0;
        return false;
    }
    delta->runs[delta->runs_bytes++] = 0;
    return true;
}

/* Moves at behind the varint; false if it is longer than 4 bytes or than what is left. */
static bool take_varint(const uint8_t *bytes, size_t length, size_t *at, uint32_t *value)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < MAX_VARINT_BYTES && *at < length; i++) {
        const uint8_t next = bytes[(*at)++];
        sum |= (uint32_t)(next & 0x7fU) << (7 * i);
        if (next < 0x80) {
            *value = sum;
            return true;
        }
    }
    return false;
}

bool dwcp_measure_runs(const uint8_t *left, size_t left_bytes, struct dwcp_runs *runs)
{
    size_t at = 0;
    size_t end = 0;
    size_t changes_bytes = 0;
    uint32_t length = 0;
    uint32_t equal = 0;
    for (;;) {
        if (!take_varint(left, left_bytes, &at, &length)) {
            return false;
        }
        if (length == 0) {
            break;
        }
        /* 28 bits each on top of a page at most. */
        if (!take_varint(left, left_bytes, &at, &equal) || (end += equal + length) > DWCP_DELTA_PAGE_BYTES) {
            return false;
        }
        changes_bytes += length;
    }
    runs->bytes = left;
    runs->length = at;
    runs->changes_bytes = changes_bytes;
    return true;
}

static void xor_run(uint8_t *page, const uint8_t *changes, size_t length)
{
    size_t at = 0;
    for (; length - at >= WORD_BYTES; at += WORD_BYTES) {
        uint64_t word, change;
        memcpy(&word, page + at, sizeof word);
        memcpy(&change, changes + at, sizeof change);
        word ^= change;
        memcpy(page + at, &word, sizeof word);
    }
    for (; at < length; at++) {
        page[at] = (uint8_t)(page[at] ^ changes[at]);
    }
}

void dwcp_apply_runs(const struct dwcp_runs *runs, const uint8_t *changes, uint8_t *page)
{
    size_t at = 0;
    size_t end = 0;
    uint32_t length = 0;
    uint32_t equal = 0;
    while (take_varint(runs->bytes, runs->length, &at, &length) && length > 0 &&
           take_varint(runs->bytes, runs->length, &at, &equal)) {
        xor_run(page + end + equal, changes, length);
        end += equal + length;
        changes += length;
    }
}
