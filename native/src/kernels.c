#include "dwcp_kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "delta.h"
#include "hash.h"
#include "sha256.h"
#include "shuffle.h"
#include "variants.h"

/* How much of the processor may be used: each level includes those before it. */
enum level { SCALAR, AVX2, AVX512 };

static const struct dwcp_variant *chosen = &dwcp_scalar;

enum { MOST_WAYS = 3 };
static const struct dwcp_sha256_lanes *sha256_ways[MOST_WAYS] = {&dwcp_sha256_scalar};
static const struct dwcp_sha256_lanes *sha256_single = &dwcp_sha256_scalar;

static dwcp_xor_page chosen_xor_page;
static dwcp_hash chosen_hash;
static dwcp_compare chosen_compare;
static const char *wide_name; /* of the variant of those two */

static char description[192];

/*
 * What DWCP_KERNELS allows: "scalar" or "avx2" where a processor's wider units are to be left alone. Of another value only
 * the description tells, as there is nobody to complain to while a library is being loaded.
 */
static enum level allowed_level(const char **complaint)
{
    const char *const wanted = getenv("DWCP_KERNELS");
    *complaint = "";
    if (wanted == NULL || strcmp(wanted, "avx512") == 0) {
        return AVX512;
    }
    if (strcmp(wanted, "avx2") == 0) {
        return AVX2;
    }
    if (strcmp(wanted, "scalar") != 0) {
        *complaint = " (DWCP_KERNELS is none of scalar, avx2, avx512)";
    }
    return SCALAR;
}

#if defined(DWCP_HAS_AVX2)
static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

/* CPUID leaf 7, EBX bit 29; gcc 12 knows no name for it. The instructions need no state that a system must save. */
static bool has_sha_instructions(void)
{
    unsigned int eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ebx & 1U << 29) != 0 &&
           __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3");
}

static void choose_for_x86(enum level level)
{
    size_t ways = 0;
    __builtin_cpu_init();
    if (level >= AVX2 && __builtin_cpu_supports("avx2")) {
        chosen = &dwcp_avx2;
        chosen_xor_page = dwcp_avx2_xor_page;
        chosen_hash = dwcp_avx2_hash;
        chosen_compare = dwcp_avx2_compare;
        wide_name = dwcp_avx2.name;
    }
    const bool has_sha = level >= AVX2 && has_sha_instructions();
    if (level >= AVX512 && has_avx512()) {
        chosen_xor_page = dwcp_avx512_xor_page;
        chosen_hash = dwcp_avx512_hash;
        wide_name = "avx512";
        sha256_ways[ways++] = has_sha ? &dwcp_sha256_avx512 : &dwcp_sha256_avx512_alone;
    }
    if (has_sha) {
        sha256_ways[ways++] = &dwcp_sha256_shani_pair;
        sha256_single = &dwcp_sha256_shani;
    }
    sha256_ways[ways] = sha256_single;
}
#endif

/* Runs while the library is being loaded, before any thread can call in: what it sets needs no synchronisation. */
__attribute__((constructor)) static void choose_variants(void)
{
    const char *complaint;
    const enum level level = allowed_level(&complaint);
    chosen_xor_page = dwcp_scalar_xor_page;
    chosen_hash = dwcp_scalar_hash;
    chosen_compare = dwcp_scalar_compare;
    wide_name = dwcp_scalar.name;
#if defined(DWCP_HAS_AVX2)
    choose_for_x86(level);
#else
    (void)level;
#endif
    snprintf(description, sizeof description, "zero=%s xor=%s sha256=%s delta=%s hash=%s shuffle=%s%s", chosen->name,
             chosen->name, sha256_ways[0]->name, wide_name, wide_name, chosen->name, complaint);
}

int32_t dwcp_kernels_abi(void)
{
    return DWCP_KERNELS_ABI;
}

const char *dwcp_kernels_variant(void)
{
    return description;
}

static bool lie_within(int64_t base_bytes, const int32_t *offsets, int32_t count, int32_t page_bytes)
{
    for (int32_t i = 0; i < count; i++) {
        if (offsets[i] < 0 || (int64_t)offsets[i] + page_bytes > base_bytes) {
            return false;
        }
    }
    return true;
}

int32_t dwcp_zero_pages(const uint8_t *base, int64_t base_bytes, const int32_t *offsets, int32_t count,
                        int32_t page_bytes, uint8_t *zero)
{
    if (base == NULL || offsets == NULL || zero == NULL || base_bytes < 0 || count < 0 || page_bytes < 1) {
        return DWCP_BAD_ARGUMENT;
    }
    if (!lie_within(base_bytes, offsets, count, page_bytes)) {
        return DWCP_BAD_ARGUMENT;
    }
    for (int32_t i = 0; i < count; i++) {
        zero[i] = chosen->is_zero(base + offsets[i], (size_t)page_bytes) ? 1 : 0;
    }
    return DWCP_OK;
}

int32_t dwcp_xor_bytes(const uint8_t *old, const uint8_t *current, uint8_t *dst, int64_t bytes)
{
    if (old == NULL || current == NULL || dst == NULL || bytes < 0) {
        return DWCP_BAD_ARGUMENT;
    }
    chosen->xor_bytes(old, current, dst, (size_t)bytes);
    return DWCP_OK;
}

/* As many as one batch has pages: what is hashed side by side is looked for among so many. */
enum { MOST_AT_ONCE = 64 };

int32_t dwcp_digest_pages(const uint8_t *base, int64_t base_bytes, const int32_t *offsets, int32_t count,
                          int32_t page_bytes, uint8_t *zero, uint8_t *digests)
{
    if (base == NULL || offsets == NULL || digests == NULL || base_bytes < 0 || count < 0 || page_bytes < 1 ||
        !lie_within(base_bytes, offsets, count, page_bytes)) {
        return DWCP_BAD_ARGUMENT;
    }
    const uint8_t *pages[MOST_AT_ONCE];
    uint8_t *page_digests[MOST_AT_ONCE];
    size_t waiting = 0;
    for (int32_t i = 0; i < count; i++) {
        const uint8_t *const page = base + offsets[i];
        const bool is_zero = zero != NULL && chosen->is_zero(page, (size_t)page_bytes);
        if (zero != NULL) {
            zero[i] = is_zero ? 1 : 0;
        }
        if (!is_zero) {
            pages[waiting] = page;
            page_digests[waiting++] = digests + (size_t)i * DWCP_SHA256_BYTES;
        }
        if (waiting == MOST_AT_ONCE || (i == count - 1 && waiting > 0)) {
            dwcp_sha256_messages(sha256_ways, pages, (size_t)page_bytes, waiting, page_digests);
            waiting = 0;
        }
    }
    return DWCP_OK;
}

int32_t dwcp_sha256(const uint8_t *base, int64_t base_bytes, const int32_t *offsets, const int32_t *lengths,
                    int32_t count, uint8_t *digest)
{
    if (base == NULL || offsets == NULL || lengths == NULL || digest == NULL || base_bytes < 0 || count < 0) {
        return DWCP_BAD_ARGUMENT;
    }
    for (int32_t i = 0; i < count; i++) {
        if (offsets[i] < 0 || lengths[i] < 0 || (int64_t)offsets[i] + lengths[i] > base_bytes) {
            return DWCP_BAD_ARGUMENT;
        }
    }
    struct dwcp_sha256_stream stream;
    dwcp_sha256_begin(&stream, sha256_single);
    for (int32_t i = 0; i < count; i++) {
        dwcp_sha256_add(&stream, base + offsets[i], (size_t)lengths[i]);
    }
    dwcp_sha256_end(&stream, digest);
    return DWCP_OK;
}

int32_t dwcp_write_deltas(const uint8_t *current, int64_t current_bytes, const int32_t *offsets, const int64_t *bases,
                          int32_t count, int32_t most_bytes, uint8_t *runs, uint8_t *changes, int64_t room_bytes,
                          int32_t *runs_bytes, int32_t *changes_bytes)
{
    if (current == NULL || offsets == NULL || bases == NULL || runs == NULL || changes == NULL || runs_bytes == NULL ||
        changes_bytes == NULL || current_bytes < 0 || count < 0 || most_bytes < 0 ||
        most_bytes > DWCP_DELTA_PAGE_BYTES || (int64_t)count * most_bytes > room_bytes ||
        !lie_within(current_bytes, offsets, count, DWCP_DELTA_PAGE_BYTES)) {
        return DWCP_BAD_ARGUMENT;
    }
    struct dwcp_delta delta = {runs, changes, 0, 0};
    for (int32_t i = 0; i < count; i++) {
        const uint8_t *const old = (const uint8_t *)(uintptr_t)bases[i];
        const struct dwcp_page_versions versions = {old, current + offsets[i], (size_t)most_bytes};
        dwcp_write_delta(chosen_xor_page, &versions, &delta);
        runs_bytes[i] = (int32_t)delta.runs_bytes;
        changes_bytes[i] = (int32_t)delta.changes_bytes;
        delta.runs += delta.runs_bytes;
        delta.changes += delta.changes_bytes;
    }
    return DWCP_OK;
}

static bool have_their_changes(const uint8_t *runs, int64_t runs_bytes, int32_t count, int64_t changes_bytes)
{
    struct dwcp_runs page;
    for (int32_t i = 0; i < count; i++) {
        if (!dwcp_measure_runs(runs, (size_t)runs_bytes, &page) || (int64_t)page.changes_bytes > changes_bytes) {
            return false;
        }
        runs += page.length;
        runs_bytes -= (int64_t)page.length;
        changes_bytes -= (int64_t)page.changes_bytes;
    }
    return true;
}

int32_t dwcp_measure_deltas(const uint8_t *runs, int64_t bytes, int32_t count, int32_t *runs_bytes,
                            int32_t *changes_bytes)
{
    if (runs == NULL || runs_bytes == NULL || changes_bytes == NULL || bytes < 0 || count < 0) {
        return DWCP_BAD_ARGUMENT;
    }
    if (!have_their_changes(runs, bytes, count, INT64_MAX)) {
        return DWCP_BAD_RUNS;
    }
    struct dwcp_runs page;
    for (int32_t i = 0; i < count && dwcp_measure_runs(runs, (size_t)bytes, &page); i++) {
        runs += page.length;
        bytes -= (int64_t)page.length;
        runs_bytes[i] = (int32_t)page.length;
        changes_bytes[i] = (int32_t)page.changes_bytes;
    }
    return DWCP_OK;
}

int32_t dwcp_apply_deltas(uint8_t *pages, int64_t pages_bytes, int32_t count, const uint8_t *runs, int64_t runs_bytes,
                          const uint8_t *changes, int64_t changes_bytes)
{
    if (pages == NULL || runs == NULL || changes == NULL || count < 0 || runs_bytes < 0 || changes_bytes < 0 ||
        (int64_t)count * DWCP_DELTA_PAGE_BYTES > pages_bytes) {
        return DWCP_BAD_ARGUMENT;
    }
    if (!have_their_changes(runs, runs_bytes, count, changes_bytes)) {
        return DWCP_BAD_RUNS;
    }
    struct dwcp_runs page;
    for (int32_t i = 0; i < count && dwcp_measure_runs(runs, (size_t)runs_bytes, &page); i++) {
        dwcp_apply_runs(&page, changes, pages + (size_t)i * DWCP_DELTA_PAGE_BYTES);
        runs += page.length;
        runs_bytes -= (int64_t)page.length;
        changes += page.changes_bytes;
    }
    return DWCP_OK;
}

static bool are_good_to_hash(const uint8_t *base, int64_t base_bytes, const int32_t *offsets, int32_t count,
                             int32_t page_bytes, const uint64_t *hashes)
{
    return base != NULL && offsets != NULL && hashes != NULL && base_bytes >= 0 && count >= 0 && page_bytes > 0 &&
           page_bytes % (2 * DWCP_HASH_WINDOWS * DWCP_HASH_STRIPE_BYTES) == 0 &&
           lie_within(base_bytes, offsets, count, page_bytes);
}

int32_t dwcp_hash_pages(const uint8_t *base, int64_t base_bytes, const int32_t *offsets, int32_t count,
                        int32_t page_bytes, uint64_t *hashes)
{
    if (!are_good_to_hash(base, base_bytes, offsets, count, page_bytes, hashes)) {
        return DWCP_BAD_ARGUMENT;
    }
    for (int32_t i = 0; i < count; i++) {
        hashes[i] = chosen_hash(base + offsets[i], (size_t)page_bytes / DWCP_HASH_STRIPE_BYTES);
    }
    return DWCP_OK;
}

int32_t dwcp_hash_windows(const uint8_t *base, int64_t base_bytes, const int32_t *offsets, int32_t count,
                          int32_t page_bytes, uint64_t *hashes)
{
    if (!are_good_to_hash(base, base_bytes, offsets, count, page_bytes, hashes)) {
        return DWCP_BAD_ARGUMENT;
    }
    const size_t quarter = (size_t)page_bytes / DWCP_HASH_WINDOWS;
    for (int32_t i = 0; i < count; i++) {
        for (size_t window = 0; window < DWCP_HASH_WINDOWS; window++) {
            const uint8_t *const bytes = base + offsets[i] + window * quarter + quarter / 2;
            hashes[(size_t)i * DWCP_HASH_WINDOWS + window] = chosen_hash(bytes, 1);
        }
    }
    return DWCP_OK;
}

int32_t dwcp_shuffle_widths(const uint8_t *base, int64_t base_bytes, const int32_t *offsets, int32_t count,
                            uint8_t *widths)
{
    if (base == NULL || offsets == NULL || widths == NULL || base_bytes < 0 || count < 0 ||
        !lie_within(base_bytes, offsets, count, DWCP_DELTA_PAGE_BYTES)) {
        return DWCP_BAD_ARGUMENT;
    }
    for (int32_t i = 0; i < count; i++) {
        widths[i] = dwcp_shuffle_width(base + offsets[i], chosen_compare);
    }
    return DWCP_OK;
}

static bool are_good_to_shuffle(const uint8_t *pages, int64_t pages_bytes, int32_t count, const uint8_t *widths)
{
    if (pages == NULL || widths == NULL || count < 0 || (int64_t)count * DWCP_DELTA_PAGE_BYTES > pages_bytes) {
        return false;
    }
    for (int32_t i = 0; i < count; i++) {
        if (widths[i] != 0 && widths[i] != 4 && widths[i] != 8) {
            return false;
        }
    }
    return true;
}

int32_t dwcp_shuffle_pages(uint8_t *pages, int64_t pages_bytes, int32_t count, const uint8_t *widths)
{
    if (!are_good_to_shuffle(pages, pages_bytes, count, widths)) {
        return DWCP_BAD_ARGUMENT;
    }
    for (int32_t i = 0; i < count; i++) {
        if (widths[i] != 0) {
            dwcp_shuffle_page(pages + (size_t)i * DWCP_DELTA_PAGE_BYTES, widths[i]);
        }
    }
    return DWCP_OK;
}

int32_t dwcp_unshuffle_pages(uint8_t *pages, int64_t pages_bytes, int32_t count, const uint8_t *widths)
{
    if (!are_good_to_shuffle(pages, pages_bytes, count, widths)) {
        return DWCP_BAD_ARGUMENT;
    }
    for (int32_t i = 0; i < count; i++) {
        if (widths[i] != 0) {
            dwcp_unshuffle_page(pages + (size_t)i * DWCP_DELTA_PAGE_BYTES, widths[i]);
        }
    }
    return DWCP_OK;
}
