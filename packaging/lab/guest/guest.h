/* What the two halves of the guest share: its parameters, from the kernel's command line. */
#ifndef DWCP_LAB_GUEST_H
#define DWCP_LAB_GUEST_H
#include <stdint.h>

enum workload { IDLE, COUNTERS, REWRITE };

struct settings {
	enum workload workload;
	uint64_t mib;  /* memory that the workload changes */
	uint64_t rate; /* counters: records a second; rewrite: KiB a second */
	uint64_t seed;
	unsigned disks;     /* /dev/vda, /dev/vdb, ...: ext4, mounted on /disk0, /disk1, ... */
	uint64_t disk_rate; /* KiB a second written to each */
	uint64_t disk_read; /* 1: every file on them is read once, so that the page cache is full of them */
};

/* One page shared between worker and ticker. Written by one, read by the other, torn reads are harmless. */
struct progress {
	volatile uint64_t work;     /* records or pages changed */
	volatile uint64_t verified; /* pages verified */
	volatile uint64_t corrupt;  /* pages or blocks that did not verify */
	volatile uint64_t ready;    /* 1 once the memory is filled */
	volatile uint64_t sabotage; /* 1: the worker flips one bit, as a lost page would */
};

uint64_t monotonic_ns(void);
void work_forever(const struct settings *settings, struct progress *progress);
void disk_open(const struct settings *settings);
void disk_step(const struct settings *settings, struct progress *progress, uint64_t now_ns);
#endif
