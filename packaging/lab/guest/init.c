/*
 * PID 1 of a lab guest. Mounts what it needs, loads the virtio modules, starts the worker, and prints one line every
 * tick on the serial console:
 *
 *     tick NUMBER GUEST_CLOCK_MS WORK VERIFIED CORRUPT
 *
 * NUMBER has no gaps as long as the guest is the same guest; CORRUPT counts pages whose content is not what was written.
 * Parameters come from the kernel's command line as dwcp.NAME=VALUE: work, mib, rate, seed, tick (ms), disks, diskrate, diskread,
 * sabotage, runtime (MiB that runtime.pl, a Perl program beside the worker, holds; 0: none).
 */
#include "guest.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char command_line[4096];

uint64_t monotonic_ns(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static const char *parameter(const char *name) {
	char key[64];
	snprintf(key, sizeof key, "dwcp.%s=", name);
	const char *found = strstr(command_line, key);
	return found ? found + strlen(key) : NULL;
}

static uint64_t number(const char *name, uint64_t otherwise) {
	const char *text = parameter(name);
	return text ? strtoull(text, NULL, 10) : otherwise;
}

static enum workload workload(void) {
	const char *text = parameter("work");
	if (text && !strncmp(text, "counters", 8)) return COUNTERS;
	if (text && !strncmp(text, "rewrite", 7)) return REWRITE;
	return IDLE;
}

/* Breaks the guest on purpose, so that it can be shown that whoever reads its console notices. */
static void sabotage(struct progress *progress) {
	const char *what = parameter("sabotage");
	if (what && !strncmp(what, "memory", 6)) progress->sabotage = 1;
	if (!what || strncmp(what, "panic", 5)) return;
	int fd = open("/proc/sysrq-trigger", O_WRONLY);
	if (fd >= 0 && write(fd, "c", 1) != 1) printf("no sysrq here\n");
}

/* Tries each module in every pass until a pass loads none: that is their order, without depmod. */
static void load_modules(void) {
	for (int pass = 0, loaded = 1; loaded && pass < 10; pass++) {
		DIR *dir = opendir("/modules");
		if (!dir) return;
		loaded = 0;
		for (struct dirent *entry; (entry = readdir(dir));) {
			char path[300];
			snprintf(path, sizeof path, "/modules/%s", entry->d_name);
			int fd = open(path, O_RDONLY | O_CLOEXEC);
			if (fd >= 0 && entry->d_name[0] != '.' && !syscall(SYS_finit_module, fd, "", 0)) loaded = 1;
			if (fd >= 0) close(fd);
		}
		closedir(dir);
	}
}

/* What unpacking left in free memory is no content of a guest: one that boots from a disk has zeroes there. */
static void zero_free_memory(void) {
	char line[128];
	unsigned long long free_kib = 0, spared_kib = 48 << 10;
	FILE *file = fopen("/proc/meminfo", "r");
	while (file && fgets(line, sizeof line, file) && sscanf(line, "MemFree: %llu", &free_kib) != 1) continue;
	if (file) fclose(file);
	if (free_kib <= spared_kib) return;
	size_t bytes = (size_t)(free_kib - spared_kib) << 10;
	void *zeroes = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (zeroes != MAP_FAILED) munmap(zeroes, bytes);
}

static void set_up(void) {
	mkdir("/proc", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	int console = open("/dev/console", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		if (console >= 0 && console != fd) dup2(console, fd);
	FILE *file = fopen("/proc/cmdline", "r");
	if (file && !fgets(command_line, sizeof command_line, file)) command_line[0] = 0;
	if (file) fclose(file);
	setvbuf(stdout, NULL, _IOLBF, 0);
	load_modules();
	zero_free_memory();
}

/* A language runtime at work; PID 1 says so when it ends, which it never should. */
static void start_runtime(uint64_t seed) {
	char mib[24], rate[24], start[24];
	uint64_t held = number("runtime", 0);
	if (!held) return;
	snprintf(mib, sizeof mib, "%llu", (unsigned long long)held);
	snprintf(rate, sizeof rate, "%llu", (unsigned long long)number("rate", 4));
	snprintf(start, sizeof start, "%llu", (unsigned long long)seed);
	if (fork()) return;
	execl("/usr/bin/perl", "perl", "/runtime.pl", mib, rate, start, (char *)NULL);
	_exit(127);
}

int main(void) {
	set_up();
	struct settings settings = {workload(), number("mib", 64), number("rate", 0), number("seed", 1),
		(unsigned)number("disks", 0), number("diskrate", 512), number("diskread", 0)};
	struct progress *progress = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (progress == MAP_FAILED) return 1;
	pid_t worker = fork();
	if (!worker) work_forever(&settings, progress);
	start_runtime(settings.seed);
	uint64_t tick_ns = number("tick", 20) * 1000000u, next = monotonic_ns();
	for (uint64_t n = 0, ready = 0;; n++) {
		if (!ready && progress->ready) printf("ready: the workload runs\n"), ready = 1;
		printf("tick %llu %llu %llu %llu %llu\n", (unsigned long long)n, (unsigned long long)(monotonic_ns() / 1000000u),
			(unsigned long long)progress->work, (unsigned long long)progress->verified, (unsigned long long)progress->corrupt);
		if (n == 500) sabotage(progress);
		int status;
		if (waitpid(-1, &status, WNOHANG) > 0) printf("CORRUPT: a process of the guest ended with status %d\n", status);
		next += tick_ns;
		uint64_t now = monotonic_ns();
		if (next < now) next = now; /* late: no burst to catch up */
		struct timespec until = {(time_t)(next / 1000000000u), (long)(next % 1000000000u)};
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	}
}
