/*
 * Runs each variant over exact-size heap blocks, so that AddressSanitizer sees a read or write of one byte too many.
 * Prints the first difference with its seed and exits 1; exits 0 when all hold. Argument: a seed (default 1).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/delta.h"
#include "../src/hash.h"
#include "../src/shuffle.h"
#include "../src/sha256.h"
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

static void expect_digest(const uint8_t *digest, const char *hex, const char *way)
{
    char seen[2 * DWCP_SHA256_BYTES + 1];
    for (size_t at = 0; at < DWCP_SHA256_BYTES; at++) {
        snprintf(seen + 2 * at, 3, "%02x", digest[at]);
    }
    expect(strcmp(seen, hex) == 0, "digest of a published message", way, 0);
}

/* The examples that NIST publishes beside FIPS 180-4: "abc", 56 bytes, nothing, a million times "a". */
static void gives_the_published_digests(const struct dwcp_sha256_lanes *way)
{
    static const char *const text[3] = {"abc", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", ""};
    static const char *const digests[4] = {"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                                           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
                                           "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                           "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"};
    const struct dwcp_sha256_lanes all = {way->name, way->lanes, 1, way->add_blocks};
    const struct dwcp_sha256_lanes *const ways[1] = {&all};
    uint8_t digest[DWCP_SHA256_BYTES];
    uint8_t *const out[1] = {digest};
    uint8_t *const million = block(1000000);
    memset(million, 'a', 1000000);
    for (size_t i = 0; i < 4; i++) {
        const size_t bytes = i < 3 ? strlen(text[i]) : 1000000;
        uint8_t *const exact = block(bytes);
        memcpy(exact, i < 3 ? (const uint8_t *)text[i] : million, bytes);
        const uint8_t *const message[1] = {exact};
        dwcp_sha256_messages(ways, message, bytes, 1, out);
        expect_digest(digest, digests[i], way->name);
        free(exact);
    }
    free(million);
}

/* Any count of messages of any length, against one message at a time in scalar code. */
static void agrees_with_scalar_digests(const struct dwcp_sha256_lanes *way)
{
    enum { MOST_MESSAGES = 40 };
    const struct dwcp_sha256_lanes *const ways[2] = {way, &dwcp_sha256_scalar};
    for (int round = 0; round < ROUNDS / 50; round++) {
        const size_t bytes = (size_t)(next_random() % LONGEST);
        const size_t count = (size_t)(next_random() % MOST_MESSAGES);
        uint8_t *messages[MOST_MESSAGES], *digests[MOST_MESSAGES];
        for (size_t i = 0; i < count; i++) {
            messages[i] = block(bytes);
            digests[i] = block(DWCP_SHA256_BYTES);
            for (size_t at = 0; at < bytes; at++) {
                messages[i][at] = (uint8_t)next_random();
            }
        }
        dwcp_sha256_messages(ways, (const uint8_t *const *)messages, bytes, count, digests);
        for (size_t i = 0; i < count; i++) {
            uint8_t wanted[DWCP_SHA256_BYTES];
            struct dwcp_sha256_stream stream;
            dwcp_sha256_begin(&stream, &dwcp_sha256_scalar);
            for (size_t at = 0; at < bytes;) {
                const size_t piece = 1 + (size_t)(next_random() % 200);
                const size_t now = piece < bytes - at ? piece : bytes - at;
                dwcp_sha256_add(&stream, messages[i] + at, now);
                at += now;
            }
            dwcp_sha256_end(&stream, wanted);
            expect(memcmp(wanted, digests[i], DWCP_SHA256_BYTES) == 0, "digest", way->name, i);
            free(messages[i]);
            free(digests[i]);
        }
    }
}

static void digests_pages_that_are_not_zero(void)
{
    enum { PAGES = 70 };
    uint8_t *const base = block((size_t)PAGES * PAGE_BYTES);
    uint8_t *const digests = block((size_t)PAGES * DWCP_SHA256_BYTES);
    uint8_t zero[PAGES], wanted[DWCP_SHA256_BYTES];
    int32_t offsets[PAGES];
    const int32_t length = PAGE_BYTES;
    memset(base, 0, (size_t)PAGES * PAGE_BYTES);
    memset(digests, 7, (size_t)PAGES * DWCP_SHA256_BYTES);
    for (int32_t i = 0; i < PAGES; i++) {
        offsets[i] = i * PAGE_BYTES;
        base[(size_t)offsets[i] + 99] = (uint8_t)(i % 3);
    }
    const int64_t base_bytes = (int64_t)PAGES * PAGE_BYTES;
    expect(dwcp_digest_pages(base, base_bytes, offsets, PAGES, PAGE_BYTES, zero, digests) == DWCP_OK, "digest", "entry", 0);
    for (int32_t i = 0; i < PAGES; i++) {
        memset(wanted, 7, sizeof wanted);
        expect(zero[i] == (i % 3 == 0 ? 1 : 0), "zero flag", "entry", (size_t)i);
        if (zero[i] == 0) {
            expect(dwcp_sha256(base, base_bytes, offsets + i, &length, 1, wanted) == DWCP_OK, "sha256", "entry", 0);
        }
        expect(memcmp(wanted, digests + i * DWCP_SHA256_BYTES, sizeof wanted) == 0, "page digest", "entry", (size_t)i);
    }
    expect(dwcp_digest_pages(base, base_bytes, offsets, PAGES, PAGE_BYTES, NULL, digests) == DWCP_OK, "all", "entry", 0);
    expect(dwcp_sha256(base, base_bytes, offsets, &length, 1, wanted) == DWCP_OK, "sha256", "entry", 0);
    expect(memcmp(wanted, digests, sizeof wanted) == 0, "digest of a zero page", "entry", 0);
    expect(dwcp_digest_pages(base, base_bytes - 1, offsets, PAGES, PAGE_BYTES, zero, digests) == DWCP_BAD_ARGUMENT, "beyond", "entry", 0);
    const int32_t negative = -1;
    expect(dwcp_sha256(base, base_bytes, offsets, &negative, 1, wanted) == DWCP_BAD_ARGUMENT, "negative", "entry", 0);
    expect(dwcp_sha256(base, PAGE_BYTES - 1, offsets, &length, 1, wanted) == DWCP_BAD_ARGUMENT, "beyond", "entry", 0);
    free(digests);
    free(base);
}

static void run_sha256(const struct dwcp_sha256_lanes *way)
{
    gives_the_published_digests(way);
    agrees_with_scalar_digests(way);
    printf("sha256 %s: all hold\n", way->name);
}

/* What the processor has is asked here once more, in another way than the library does. */
static void run_sha256_of_this_processor(void)
{
    run_sha256(&dwcp_sha256_scalar);
#if defined(DWCP_HAS_AVX2)
    uint32_t features = 7, subleaf = 0, registers = 0, unused = 0;
    __asm__ volatile("cpuid" : "+a"(features), "=b"(registers), "+c"(subleaf), "=d"(unused));
    if ((registers & 1U << 29) != 0) {
        run_sha256(&dwcp_sha256_shani);
        run_sha256(&dwcp_sha256_shani_pair);
    } else {
        printf("sha256 sha-ni: skipped, this CPU has none\n");
    }
    if (__builtin_cpu_supports("avx512bw")) {
        run_sha256(&dwcp_sha256_avx512);
    } else {
        printf("sha256 avx512: skipped, this CPU has none\n");
    }
#endif
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

/* A page of the kinds that guests write: a few bytes, dense places, all of it. */
static void change_page(uint8_t *page)
{
    const uint64_t places = next_random() % 5 == 0 ? next_random() % 900 : next_random() % 12;
    for (uint64_t place = 0; place < places; place++) {
        const size_t at = (size_t)(next_random() % PAGE_BYTES);
        const size_t length = (size_t)(next_random() % 24);
        for (size_t i = at; i < at + length && i < PAGE_BYTES; i++) {
            page[i] = (uint8_t)(next_random() % 3 == 0 ? page[i] : next_random());
        }
    }
}

static void write_one(dwcp_xor_page xor_page, const uint8_t *old, const uint8_t *current, struct dwcp_delta *delta)
{
    const struct dwcp_page_versions versions = {old, current, PAGE_BYTES / 2};
    dwcp_write_delta(xor_page, &versions, delta);
}

/* Every way to compare gives the scalar's runs and changes, and applying them gives the page. */
static void undoes_its_deltas(dwcp_xor_page xor_page, const char *name)
{
    uint8_t *const old = block(PAGE_BYTES), *const current = block(PAGE_BYTES), *const page = block(PAGE_BYTES);
    uint8_t *const room[4] = {block(PAGE_BYTES / 2), block(PAGE_BYTES / 2), block(PAGE_BYTES / 2), block(PAGE_BYTES / 2)};
    for (int round = 0; round < ROUNDS / 4; round++) {
        for (size_t at = 0; at < PAGE_BYTES; at++) {
            old[at] = current[at] = (uint8_t)next_random();
        }
        change_page(current);
        struct dwcp_delta delta = {room[0], room[1], 0, 0}, wanted = {room[2], room[3], 0, 0};
        write_one(xor_page, old, current, &delta);
        write_one(dwcp_scalar_xor_page, old, current, &wanted);
        expect(delta.runs_bytes == wanted.runs_bytes && delta.changes_bytes == wanted.changes_bytes, "delta lengths", name,
               delta.runs_bytes);
        expect(memcmp(room[0], room[2], delta.runs_bytes) == 0, "runs", name, 0);
        expect(memcmp(room[1], room[3], delta.changes_bytes) == 0, "changes", name, 0);
        if (delta.runs_bytes > 0) {
            uint8_t *const exact_runs = block(delta.runs_bytes), *const exact_changes = block(delta.changes_bytes);
            memcpy(exact_runs, room[0], delta.runs_bytes);
            memcpy(exact_changes, room[1], delta.changes_bytes);
            memcpy(page, old, PAGE_BYTES);
            expect(dwcp_apply_deltas(page, PAGE_BYTES, 1, exact_runs, (int64_t)delta.runs_bytes, exact_changes,
                                     (int64_t)delta.changes_bytes) == DWCP_OK, "apply", name, 0);
            expect(memcmp(page, current, PAGE_BYTES) == 0, "page again", name, 0);
            free(exact_changes);
            free(exact_runs);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        free(room[i]);
    }
    free(page);
    free(current);
    free(old);
    printf("delta %s: all hold\n", name);
}

/* Any bytes at all as runs: what they name outside the page or the changes is refused and nothing is touched. */
static void refuses_hostile_runs(void)
{
    uint8_t *const page = block(PAGE_BYTES), *const untouched = block(PAGE_BYTES);
    memset(page, 5, PAGE_BYTES);
    memset(untouched, 5, PAGE_BYTES);
    size_t applied = 0;
    for (int round = 0; round < 20 * ROUNDS; round++) {
        const size_t runs_bytes = (size_t)(next_random() % 12), changes_bytes = (size_t)(next_random() % 40);
        uint8_t *const runs = block(runs_bytes), *const changes = block(changes_bytes);
        int32_t lengths[2] = {-7, -7}, changed[2] = {-7, -7};
        const int32_t count = (int32_t)(next_random() % 3);
        for (size_t at = 0; at < runs_bytes; at++) {
            runs[at] = (uint8_t)(next_random() % 2 == 0 ? next_random() % 9 : next_random());
        }
        memset(changes, 1, changes_bytes);
        const int32_t measured = dwcp_measure_deltas(runs, (int64_t)runs_bytes, count, lengths, changed);
        const int32_t status = dwcp_apply_deltas(page, PAGE_BYTES, count == 2 ? 1 : count, runs, (int64_t)runs_bytes, changes,
                                                 (int64_t)changes_bytes);
        expect(measured == DWCP_OK || lengths[0] == -7, "refused measure touched its output", "runs", 0);
        if (status == DWCP_OK) {
            applied++;
            memset(page, 5, PAGE_BYTES);
        } else {
            expect(memcmp(page, untouched, PAGE_BYTES) == 0, "refused runs touched the page", "runs", 0);
        }
        free(changes);
        free(runs);
    }
    expect(applied > 0, "some runs are sound", "runs", applied);
    expect(dwcp_apply_deltas(page, PAGE_BYTES - 1, 1, page, 1, page, 1) == DWCP_BAD_ARGUMENT, "short page", "runs", 0);
    free(untouched);
    free(page);
}

static void hashes_like_scalar(dwcp_hash hash, const char *name)
{
    for (int round = 0; round < ROUNDS / 4; round++) {
        const size_t stripes = (size_t)(next_random() % 70), length = stripes * DWCP_HASH_STRIPE_BYTES;
        uint8_t *const bytes = block(length);
        for (size_t at = 0; at < length; at++) {
            bytes[at] = (uint8_t)next_random();
        }
        const uint64_t wanted = dwcp_scalar_hash(bytes, stripes);
        expect(hash(bytes, stripes) == wanted, "hash", name, stripes);
        if (length > 0) {
            bytes[next_random() % length] ^= (uint8_t)(1U << (next_random() % 8));
            expect(hash(bytes, stripes) != wanted, "hash of a changed page", name, stripes);
        }
        free(bytes);
    }
    printf("hash %s: all hold\n", name);
}

static void run_hashes(void)
{
    uint8_t *const page = block(PAGE_BYTES);
    memset(page, 3, PAGE_BYTES);
    const int32_t offset = 0;
    uint64_t hashes[DWCP_HASH_WINDOWS];
    expect(dwcp_hash_windows(page, PAGE_BYTES, &offset, 1, PAGE_BYTES, hashes) == DWCP_OK, "windows", "hash", 0);
    expect(hashes[3] == dwcp_scalar_hash(page, 1), "hash of a window", "hash", 3);
    expect(dwcp_hash_pages(page, PAGE_BYTES, &offset, 1, PAGE_BYTES, hashes) == DWCP_OK, "pages", "hash", 0);
    expect(hashes[0] == dwcp_scalar_hash(page, PAGE_BYTES / 64), "hash of a page", "hash", 0);
    expect(dwcp_hash_pages(page, PAGE_BYTES, &offset, 1, 300, hashes) == DWCP_BAD_ARGUMENT, "page bytes", "hash", 0);
    expect(dwcp_hash_pages(page, PAGE_BYTES - 1, &offset, 1, PAGE_BYTES, hashes) == DWCP_BAD_ARGUMENT, "beyond", "hash", 0);
    free(page);
    hashes_like_scalar(dwcp_scalar_hash, "scalar");
#if defined(DWCP_HAS_AVX2)
    if (__builtin_cpu_supports("avx2")) {
        hashes_like_scalar(dwcp_avx2_hash, "avx2");
    }
    if (__builtin_cpu_supports("avx512f")) {
        hashes_like_scalar(dwcp_avx512_hash, "avx512");
    }
#endif
}

static void run_deltas(void)
{
    undoes_its_deltas(dwcp_scalar_xor_page, "scalar");
#if defined(DWCP_HAS_AVX2)
    if (__builtin_cpu_supports("avx2")) {
        undoes_its_deltas(dwcp_avx2_xor_page, "avx2");
    }
    if (__builtin_cpu_supports("avx512bw")) {
        undoes_its_deltas(dwcp_avx512_xor_page, "avx512");
    }
#endif
    refuses_hostile_runs();
}

static void run(const struct dwcp_variant *variant)
{
    finds_one_byte_anywhere(variant);
    keeps_to_every_length(variant);
    undoes_its_own_xor(variant);
    printf("variant %s: all hold\n", variant->name);
}

static void maps_memory_that_is_zero_and_aligned(void)
{
    static const int64_t sizes[] = {1, 4096, 4097, (2 << 20) - 1, 2 << 20, (5 << 20) + 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const int64_t address = dwcp_map_memory(sizes[i]);
        uint8_t *const bytes = (uint8_t *)(uintptr_t)address;
        expect(bytes != NULL && address % (2 << 20) == 0, "mapped memory is aligned", "kernel", (size_t)sizes[i]);
        expect(bytes[0] == 0 && bytes[sizes[i] - 1] == 0, "mapped memory is zero", "kernel", (size_t)sizes[i]);
        memset(bytes, 0xa5, (size_t)sizes[i]);
        expect(dwcp_unmap_memory(address, sizes[i]) == DWCP_OK, "mapped memory is given back", "kernel", i);
    }
    expect(dwcp_map_memory(0) == 0 && dwcp_map_memory(-1) == 0, "refuses to map nothing", "kernel", 0);
    expect(dwcp_map_memory(INT64_MAX) == 0, "refuses what no kernel has", "kernel", 0);
    expect(dwcp_unmap_memory(0, 4096) == DWCP_BAD_ARGUMENT, "refuses to unmap nothing", "kernel", 0);
}

static void steps_back(void)
{
    expect(dwcp_step_back() == DWCP_OK, "a thread may step back", "kernel", 0);
}

/* Words that count up, of 4 or 8 bytes, with some noise and a stretch of one value. */
static void fill_table(uint8_t *page)
{
    const size_t width = next_random() % 2 == 0 ? 4 : 8;
    const uint64_t step = next_random() % 70000;
    for (size_t at = 0; at < PAGE_BYTES; at += width) {
        const uint64_t word = at / width * step + (next_random() % 16 == 0 ? next_random() : 0);
        memcpy(page + at, &word, width);
    }
    memset(page + next_random() % 2048, (int)(next_random() % 256), (size_t)(next_random() % 2048));
}

static void run_shuffles(void)
{
    uint8_t *const page = block(PAGE_BYTES), *const before = block(PAGE_BYTES);
    size_t widths_seen[9] = {0};
    for (int round = 0; round < ROUNDS / 4; round++) {
        fill_table(page);
        memcpy(before, page, PAGE_BYTES);
        uint8_t width = dwcp_shuffle_width(page, dwcp_scalar_compare);
#if defined(DWCP_HAS_AVX2)
        if (__builtin_cpu_supports("avx2")) {
            expect(dwcp_shuffle_width(page, dwcp_avx2_compare) == width, "width", "shuffle avx2", (size_t)round);
        }
#endif
        widths_seen[width]++;
        width = width == 0 ? 4 : width;
        expect(dwcp_shuffle_pages(page, PAGE_BYTES, 1, &width) == DWCP_OK, "shuffle", "shuffle", width);
        expect(page[1] == before[width] && page[PAGE_BYTES / width] == before[1], "planes", "shuffle", width);
        expect(dwcp_unshuffle_pages(page, PAGE_BYTES, 1, &width) == DWCP_OK, "unshuffle", "shuffle", width);
        expect(memcmp(page, before, PAGE_BYTES) == 0, "comes back", "shuffle", width);
    }
    expect(widths_seen[0] > 0 && widths_seen[4] > 0 && widths_seen[8] > 0, "every width occurs", "shuffle", 0);
    const uint8_t odd = 2, four = 4;
    const int32_t beyond = 1;
    uint8_t got;
    expect(dwcp_shuffle_pages(page, PAGE_BYTES, 1, &odd) == DWCP_BAD_ARGUMENT, "odd width", "shuffle", 2);
    expect(dwcp_unshuffle_pages(page, PAGE_BYTES - 1, 1, &four) == DWCP_BAD_ARGUMENT, "short page", "shuffle", 0);
    expect(dwcp_shuffle_widths(page, PAGE_BYTES, &beyond, 1, &got) == DWCP_BAD_ARGUMENT, "beyond", "shuffle", 0);
    free(before);
    free(page);
    printf("shuffle: all hold\n");
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
    run_sha256_of_this_processor();
    digests_pages_that_are_not_zero();
    run_deltas();
    run_hashes();
    run_shuffles();
    refuses_pages_out_of_range();
    maps_memory_that_is_zero_and_aligned();
    steps_back();
    return 0;
}
