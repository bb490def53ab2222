/*
 * The guest's disks: ext4 made from real files, mounted, perhaps read once, and written all the time. Each step overwrites a block of a ring
 * file with numbered content, and now and then syncs and reads one back past the page cache.
 */
#include "guest.h"
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 65536
#define RING 128 /* blocks: 8 MiB */

static int files[8];
static uint64_t written[8], last_ns, last_sync_ns;

static uint64_t read_pages;

/* Through the page cache, where it stays; pages of zeroes are not counted. */
static int read_file(const char *path, const struct stat *file, int kind, struct FTW *place) {
	static char bytes[262144];
	(void)place;
	if (kind != FTW_F || !S_ISREG(file->st_mode)) return 0;
	int fd = open(path, O_RDONLY);
	for (ssize_t got; fd >= 0 && (got = read(fd, bytes, sizeof bytes)) > 0;) {
		for (ssize_t page = 0; page < got; page += 4096) {
			size_t length = got - page < 4096 ? (size_t)(got - page) : 4096;
			read_pages += bytes[page] || memcmp(bytes + page, bytes + page + 1, length - 1);
		}
	}
	if (fd >= 0) close(fd);
	return 0;
}

static void read_files(const char *place) {
	nftw(place, read_file, 16, FTW_PHYS | FTW_MOUNT);
	printf("read %llu pages of files that are not all zero\n", (unsigned long long)read_pages);
}

void disk_open(const struct settings *s) {
	for (unsigned d = 0; d < s->disks && d < 8; d++) {
		char device[] = "/dev/vda", place[] = "/disk0", file[32];
		device[7] = (char)('a' + d);
		place[5] = (char)('0' + d);
		mkdir(place, 0755);
		snprintf(file, sizeof file, "%s/ring", place);
		for (int tries = 0; access(device, F_OK) && tries < 100; tries++) usleep(50000);
		if (mount(device, place, "ext4", 0, NULL)) printf("CORRUPT: disk %s does not mount\n", device);
		if (s->disk_read) read_files(place);
		files[d] = open(file, O_RDWR | O_CREAT, 0644);
		if (files[d] < 0) printf("CORRUPT: %s does not open\n", file);
	}
}

/* Block number n holds its own number and a pattern of it: a block of another number, or of none, is seen. */
static void fill_block(uint64_t *block, uint64_t n, uint64_t seed) {
	for (uint64_t i = 0; i < BLOCK / 8; i++) block[i] = (n * 0x9e3779b97f4a7c15u ^ seed) + i / 16 * 16;
	block[0] = n;
}

static void read_back(unsigned d, const struct settings *s, struct progress *progress) {
	static uint64_t expected[BLOCK / 8];
	static void *buffer;
	char path[64];
	if (!written[d] || (!buffer && posix_memalign(&buffer, 4096, BLOCK))) return;
	uint64_t newest = written[d] - 1, back = newest < RING - 1 ? newest : RING - 1, n = newest - (newest * 7 % (back + 1));
	snprintf(path, sizeof path, "/disk%u/ring", d);
	int fd = open(path, O_RDONLY | O_DIRECT);
	if (fd < 0) return;
	ssize_t got = pread(fd, buffer, BLOCK, (off_t)(n % RING) * BLOCK);
	close(fd);
	fill_block(expected, n, s->seed + d);
	if (got == BLOCK && !memcmp(buffer, expected, BLOCK)) return;
	progress->corrupt++;
	printf("CORRUPT disk %u block %llu: read %lld bytes, first word %llu\n", d, (unsigned long long)n, (long long)got,
		(unsigned long long)*(uint64_t *)buffer);
}

void disk_step(const struct settings *s, struct progress *progress, uint64_t now_ns) {
	static uint64_t block[BLOCK / 8];
	uint64_t interval = s->disk_rate ? BLOCK / 1024 * 1000000000u / s->disk_rate : 0;
	if (!s->disks || !interval || now_ns - last_ns < interval) return;
	last_ns = now_ns;
	for (unsigned d = 0; d < s->disks && d < 8; d++) {
		fill_block(block, written[d], s->seed + d);
		if (pwrite(files[d], block, BLOCK, (off_t)(written[d] % RING) * BLOCK) != BLOCK) {
			progress->corrupt++;
			printf("CORRUPT disk %u: a write failed\n", d);
		}
		written[d]++;
	}
	if (now_ns - last_sync_ns < 1000000000u) return;
	last_sync_ns = now_ns;
	for (unsigned d = 0; d < s->disks && d < 8; d++) {
		fsync(files[d]);
		read_back(d, s, progress);
	}
}
