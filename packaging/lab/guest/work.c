/*
 * The guest's worker: changes memory at the rate asked for and keeps verifying all of it.
 *
 * Each page starts with a header (seed, page number, generation) and a sum over the rest. Whoever loses, doubles or mixes
 * up a page on the way between two hosts leaves a page whose header or sum does not fit, and that is printed as CORRUPT.
 * The body is a deterministic mixture: text-like, half random, sparse and random pages, as real memory is one.
 */
#include "guest.h"
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define WORDS 512 /* 64-bit words of a 4 KiB page */
enum { SEED, NUMBER, GENERATION, SUM, HEADER };

static uint64_t *memory;
static uint64_t pages, random_state;

static uint64_t next_random(void) {
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Each place has its own odd weight: equal words in other places give another sum, and one word's change is one addition. */
static uint64_t weight(uint64_t place) { return (2 * place + 1) * 0x9e3779b97f4a7c15u; }

static uint64_t sum_of(const uint64_t *page) {
	uint64_t sum = 0;
	for (uint64_t i = 0; i < WORDS; i++)
		if (i != SUM) sum += page[i] * weight(i);
	return sum;
}

static void change(uint64_t *page, uint64_t place, uint64_t value) {
	page[SUM] += (value - page[place]) * weight(place);
	page[place] = value;
}

static void fill_text(uint64_t *page) {
	static const char words[16][9] = {"migrate ", "the page", " counter", "memory; ", "\nstatus=", "running\n", "user_id:", "00000000",
		"<domain>", " of the ", "libvirt ", "request ", "response", "\tvalue\t", "12:30:59", " and in "};
	for (int i = HEADER; i < WORDS; i++) {
		uint64_t r = next_random();
		if (r % 5) memcpy(&page[i], words[(r >> 8) % 16], 8);
		else page[i] = 0x3030303030303030u + (r >> 16 & 0x0707070707070707u); /* digits */
	}
}

static void fill(uint64_t number, uint64_t seed) {
	uint64_t *page = memory + number * WORDS, generation = page[GENERATION] + 1;
	switch (number % 8) {
	case 0: /* sparse: 1 word in 64 */
		memset(page, 0, 4096);
		for (int i = HEADER; i < WORDS; i += 64) page[i] = next_random();
		break;
	case 1: /* random: nothing to gain */
		for (int i = HEADER; i < WORDS; i++) page[i] = next_random();
		break;
	case 2: /* pointer-like: high halves equal */
		for (int i = HEADER; i < WORDS; i++) page[i] = 0x00007f3a00000000u | (next_random() & 0xfffffff8u);
		break;
	default: fill_text(page);
	}
	page[SEED] = seed;
	page[NUMBER] = number;
	page[GENERATION] = generation;
	page[SUM] = sum_of(page);
}

/* One record is 32 bytes: the update of a key-value store, a counter and a time, with the page's sum kept right. */
static void update_record(uint64_t index, uint64_t now_ns) {
	uint64_t *page = memory + (index / 127) * WORDS, at = HEADER + index % 127 * 4;
	change(page, at, page[at] + 1);
	change(page, at + 1, now_ns);
	change(page, GENERATION, page[GENERATION] + 1);
}

static void verify(uint64_t number, uint64_t seed, struct progress *progress) {
	const uint64_t *page = memory + number * WORDS;
	progress->verified++;
	if (page[SEED] == seed && page[NUMBER] == number && page[SUM] == sum_of(page)) return;
	progress->corrupt++;
	printf("CORRUPT page %llu: seed %llx number %llu generation %llu\n", (unsigned long long)number,
		(unsigned long long)page[SEED], (unsigned long long)page[NUMBER], (unsigned long long)page[GENERATION]);
}

static void step(const struct settings *s, struct progress *progress, uint64_t amount, uint64_t now_ns) {
	for (uint64_t i = 0; i < amount; i++) {
		if (s->workload == COUNTERS) update_record(next_random() % (pages * 127), now_ns);
		else fill(next_random() % pages, s->seed);
		progress->work++;
	}
}

void work_forever(const struct settings *s, struct progress *progress) {
	const uint64_t slice_ns = 10000000, verified_a_slice = 8; /* 800 pages a second: 64 MiB in 20 s, some 2 % of a TCG core */
	random_state = s->seed * 0x9e3779b97f4a7c15u | 1;
	pages = s->mib * 256;
	memory = mmap(NULL, (size_t)pages * 4096 + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) { printf("CORRUPT: no memory for the workload\n"); _exit(1); }
	for (uint64_t n = 0; n < pages; n++) fill(n, s->seed);
	disk_open(s);
	progress->ready = 1;
	uint64_t per_second = s->workload == COUNTERS ? s->rate : s->workload == REWRITE ? s->rate / 4 : 0;
	uint64_t last = monotonic_ns(), owed = 0, at = 0;
	for (;;) {
		struct timespec pause = {0, (long)slice_ns};
		nanosleep(&pause, NULL);
		uint64_t now = monotonic_ns(), passed = now - last;
		if (passed > 200000000u) passed = 200000000u; /* a stopped guest does not work off what it missed */
		last = now;
		owed += passed * per_second;
		step(s, progress, owed / 1000000000u, now);
		owed %= 1000000000u;
		for (uint64_t i = 0; i < verified_a_slice && pages; i++, at = (at + 1) % pages) verify(at, s->seed, progress);
		if (progress->sabotage && pages) memory[(at + 1) % pages * WORDS + HEADER] ^= 1u << 7, progress->sabotage = 0;
		disk_step(s, progress, now);
	}
}
