/*
 * Runs each variant over exact-size heap blocks, so that AddressSanitizer sees a read or write of one byte too many.
 * Prints the first difference with its seed and exits 1; exits 0 when all hold. Argument: a seed (default 1).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/variants.h"
#include "dwcp_kernels.h"

enum { PAGE_BYTES = 4096, ROUNDS = 10000, LONGEST = 600 };

static uint64_t state;

/* xorshift64*: the same sequence everywhere for a seed. */
static uint64_t next_random(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static uint8_t *block(size_t bytes)
{
    uint8_t *const memory = malloc(bytes == 0 ? 1 : bytes);
    if (memory == NULL) {
        fprintf(stderr, "no memory for %zu bytes\n", bytes);
        exit(2);
    }
    return memory;
}

static void expect(bool holds, const char *what, const char *variant, size_t detail)
{
    if (!holds) {
        fprintf(stderr, "FAILED: %s, variant %s, at %zu\n", what, variant, detail);
        exit(1);
    }
}

static void finds_one_byte_anywhere(const struct dwcp_variant *variant)
{
    uint8_t *const page = block(PAGE_BYTES);
    memset(page, 0, PAGE_BYTES);
    expect(variant->is_zero(page, PAGE_BYTES), "zero page", variant->name, 0);
    for (size_t at = 0; at < PAGE_BYTES; at++) {
        page[at] = (uint8_t)(1U << (at % 8));
        expect(!variant->is_zero(page, PAGE_BYTES), "one byte set", variant->name, at);
        page[at] = 0;
    }
    free(page);
}

static void keeps_to_every_length(const struct dwcp_variant *variant)
{
    for (size_t length = 0; length <= LONGEST; length++) {
        uint8_t *const bytes = block(length);
        memset(bytes, 0, length);
        expect(variant->is_zero(bytes, length), "zero bytes of this length", variant->name, length);
        free(bytes);
    }
}

static void undoes_its_own_xor(const struct dwcp_variant *variant)
{
    for (int round = 0; round < ROUNDS; round++) {
        const size_t length = (size_t)(next_random() % LONGEST);
        uint8_t *const old = block(length);
        uint8_t *const current = block(length);
        uint8_t *const delta = block(length);
        for (size_t at = 0; at < length; at++) {
            old[at] = (uint8_t)next_random();
            current[at] = (uint8_t)next_random();
        }
        variant->xor_bytes(old, current, delta, length);
        for (size_t at = 0; at < length; at++) {
            expect(delta[at] == (uint8_t)(old[at] ^ current[at]), "xor byte", variant->name, at);
        }
        variant->xor_bytes(old, delta, delta, length);
        expect(memcmp(delta, current, length) == 0, "xor in place", variant->name, length);
        free(delta);
        free(current);
        free(old);
    }
}

static void refuses_pages_out_of_range(void)
{
    uint8_t *const base = block(2 * PAGE_BYTES);
    uint8_t zero[2] = {7, 7};
    memset(base, 0, 2 * PAGE_BYTES);
    const int32_t good[2] = {0, PAGE_BYTES};
    const int32_t beyond[2] = {0, PAGE_BYTES + 1};
    const int32_t before[2] = {0, -1};
    expect(dwcp_zero_pages(base, 2 * PAGE_BYTES, beyond, 2, PAGE_BYTES, zero) == DWCP_BAD_ARGUMENT, "beyond", "entry", 0);
    expect(dwcp_zero_pages(base, 2 * PAGE_BYTES, before, 2, PAGE_BYTES, zero) == DWCP_BAD_ARGUMENT, "before", "entry", 0);
    expect(dwcp_zero_pages(base, 2 * PAGE_BYTES, good, -1, PAGE_BYTES, zero) == DWCP_BAD_ARGUMENT, "count", "entry", 0);
    expect(dwcp_zero_pages(base, 2 * PAGE_BYTES, good, 2, 0, zero) == DWCP_BAD_ARGUMENT, "page bytes", "entry", 0);
    expect(dwcp_zero_pages(NULL, 2 * PAGE_BYTES, good, 2, PAGE_BYTES, zero) == DWCP_BAD_ARGUMENT, "null", "entry", 0);
    expect(dwcp_xor_bytes(base, base, base, -1) == DWCP_BAD_ARGUMENT, "negative length", "entry", 0);
    expect(zero[0] == 7 && zero[1] == 7, "refused call touched its output", "entry", 0);
    base[PAGE_BYTES] = 1;
    expect(dwcp_zero_pages(base, 2 * PAGE_BYTES, good, 2, PAGE_BYTES, zero) == DWCP_OK, "good call", "entry", 0);
    expect(zero[0] == 1 && zero[1] == 0, "flags", "entry", 0);
    free(base);
}

static void run(const struct dwcp_variant *variant)
{
    finds_one_byte_anywhere(variant);
    keeps_to_every_length(variant);
    undoes_its_own_xor(variant);
    printf("variant %s: all hold\n", variant->name);
}

int main(int argc, char **argv)
{
    const uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    state = seed == 0 ? 1 : seed;
    printf("seed %" PRIu64 ", the library would choose %s\n", state, dwcp_kernels_variant());
    run(&dwcp_scalar);
#if defined(DWCP_HAS_AVX2)
    if (__builtin_cpu_supports("avx2")) {
        run(&dwcp_avx2);
    } else {
        printf("variant avx2: skipped, this CPU has none\n");
    }
#endif
    refuses_pages_out_of_range();
    return 0;
}
