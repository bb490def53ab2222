/* What happens to single TCP connections that cross the link, beside delay, rate and outages. IPv4. */
#ifndef DWCP_LAB_FAULTS_H
#define DWCP_LAB_FAULTS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fate {
	CARRIED,
	STALLED,   /* nothing of it gets through, until "restore" */
	FORGOTTEN, /* the same for ever: a box on the way lost its state */
	BROKEN,    /* each end gets a reset when it sends the next time */
	HALF_OPEN  /* only one end does; the other is never told */
};

/* Ports in host order; side 0 is host a, side 1 host b. */
struct flow {
	uint32_t address[2];
	uint16_t port[2];
	bool used, closed, heard[2];
	enum fate fate;
	int told; /* the end that is reset, if HALF_OPEN */
	uint64_t last_ns;
};

#define MOST_FLOWS 4096
struct faults { struct flow flows[MOST_FLOWS]; size_t next; uint64_t dropped, resets; };

/* Whether a packet that came from this side goes on; `length` counts its virtio header. If not, `reply` has the bytes that go back to
 * the side it came from: 0 for none. */
bool faults_pass(struct faults *faults, int side, const uint8_t *data, size_t length, uint64_t now, uint8_t reply[64], size_t *reply_length);

/* Gives so many connections that live this fate, in turn; all of them for a negative count. Returns how many. */
int faults_befall(struct faults *faults, enum fate fate, int told, int count, uint64_t now);
void faults_restore(struct faults *faults);
#endif
