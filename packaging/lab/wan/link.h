/* One simulated line in each of two directions: queue, rate, delay, loss. Times are CLOCK_MONOTONIC nanoseconds. */
#ifndef DWCP_LAB_LINK_H
#define DWCP_LAB_LINK_H
#include "faults.h"
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

struct parameters {
	double delay_ms;  /* one way */
	double rate_mbit; /* 0: unlimited */
	double queue_ms;  /* drop-tail, at the current rate */
	double loss_percent;
	bool single; /* packets one by one whatever the rate: what a host without segmentation offload sees */
	unsigned cut; /* an outage: every packet from these sides is dropped, also those under way; bit 0: from a, bit 1: from b */
};

/* Bytes are those of IP packets as a wire would carry them: a segmentation-offload packet counts with all its headers. */
struct counters { uint64_t packets, bytes, dropped_queue, dropped_loss, dropped_cut; };

#define CUT_BOTH 3u

struct packet;
struct direction {
	int side;     /* 0: from a, 1: from b */
	int from, to; /* TUN descriptors */
	uint64_t line_free_ns;
	struct packet *head, *tail, *spare;
	uint64_t queued;
	uint64_t random;
	struct counters counters;
};

uint64_t now_ns(void);
/* Reads what the sender has ready, at most a burst, and queues or drops it. Returns false when nothing was there. */
bool link_read(struct direction *direction, const struct parameters *parameters, struct faults *faults);
/* Writes what is due. Returns when the next packet is due, 0 when none is queued. */
uint64_t link_deliver(struct direction *direction, const struct parameters *parameters, uint64_t now);
/* Super-packets where single ones would be too dear for this machine, and never where single packets must be lost. */
bool wants_offload(const struct parameters *parameters);

/* One command in, one line out: "set delay=20ms,rate=400mbit", "cut", "restore", "show", "stats", and the faults of faults.h. */
void control(struct parameters *parameters, struct faults *faults, const struct direction directions[2], const char *command, char *reply, size_t size);
bool parse_parameters(struct parameters *parameters, const char *text, char *error, size_t size);
#endif
