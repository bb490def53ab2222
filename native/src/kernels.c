#include "dwcp_kernels.h"

#include "variants.h"

static const struct dwcp_variant *chosen = &dwcp_scalar;

/* Runs while the library is being loaded, before any thread can call in: `chosen` needs no synchronisation. */
__attribute__((constructor)) static void choose_variant(void)
{
#if defined(DWCP_HAS_AVX2)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2")) {
        chosen = &dwcp_avx2;
    }
#endif
}

int32_t dwcp_kernels_abi(void)
{
    return DWCP_KERNELS_ABI;
}

const char *dwcp_kernels_variant(void)
{
    return chosen->name;
}

int32_t dwcp_zero_pages(const uint8_t *base, int64_t base_bytes, const int32_t *offsets, int32_t count,
                        int32_t page_bytes, uint8_t *zero)
{
    if (base == NULL || offsets == NULL || zero == NULL || base_bytes < 0 || count < 0 || page_bytes < 1) {
        return DWCP_BAD_ARGUMENT;
    }
    for (int32_t i = 0; i < count; i++) {
        if (offsets[i] < 0 || (int64_t)offsets[i] + page_bytes > base_bytes) {
            return DWCP_BAD_ARGUMENT;
        }
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
