/* What the JVM cannot ask the kernel. madvise and MAP_ANONYMOUS are no part of C11 or POSIX. */
#define _DEFAULT_SOURCE

#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "dwcp_kernels.h"

/* Of a huge page on x86-64 and on aarch64 with pages of 4 KiB. */
#define HUGE_PAGE_BYTES ((size_t)2 << 20)

/* A mapping starts where the kernel likes: take a huge page more, and give back what lies around the aligned part. */
int64_t dwcp_map_memory(int64_t bytes)
{
    if (bytes <= 0 || (uint64_t)bytes > SIZE_MAX / 2) {
        return 0;
    }
    const size_t wanted = (size_t)bytes;
    uint8_t *const mapped = mmap(NULL, wanted + HUGE_PAGE_BYTES, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
        return 0;
    }
    const size_t before = (HUGE_PAGE_BYTES - (uintptr_t)mapped % HUGE_PAGE_BYTES) % HUGE_PAGE_BYTES;
    const size_t kept = (wanted + 4095) / 4096 * 4096;
    if (before > 0) {
        munmap(mapped, before);
    }
    const size_t end = before + kept;
    munmap(mapped + end, wanted + HUGE_PAGE_BYTES - end);
    /* Refused where the kernel has no huge pages: then it is memory all the same. */
    (void)madvise(mapped + before, kept, MADV_HUGEPAGE);
    return (int64_t)(uintptr_t)(mapped + before);
}

/* On Linux a thread's nice value is its own; 0 names the calling one. */
int32_t dwcp_step_back(void)
{
    return setpriority(PRIO_PROCESS, 0, 19) == 0 ? DWCP_OK : DWCP_BAD_ARGUMENT;
}

int32_t dwcp_unmap_memory(int64_t address, int64_t bytes)
{
    if (address == 0 || bytes <= 0 || munmap((void *)(uintptr_t)address, (size_t)bytes) != 0) {
        return DWCP_BAD_ARGUMENT;
    }
    return DWCP_OK;
}
