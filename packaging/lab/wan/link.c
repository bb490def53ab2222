#include "link.h"
#include <linux/virtio_net.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LARGEST (65536 + sizeof(struct virtio_net_hdr))
#define SINGLE (2048)          /* room for a packet of MTU size, the usual case */
#define MOST_QUEUED 262144     /* packets a direction: 390 MB of MTU-sized ones, more than any link here holds */
#define BURST 64               /* packets read in a row before what is due is delivered */
#define EARLY_NS 30000         /* delivered together: saves wake-ups, below what a kernel's timers resolve anyway */

struct packet { struct packet *next; uint64_t due_ns; uint32_t length, capacity; uint8_t data[]; };

uint64_t now_ns(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/*
 * A super-packet is delivered whole when its last byte is there: 64 KiB at most, 2.6 ms at this rate, less on a faster one
 * or where TCP has many streams. A host's card does that work in hardware; here it takes the processors that the hosts work
 * with: at 400 Mbit/s a seventh of two cores packet by packet, a fifteenth so (and as much again in the hosts' TCP).
 */
#define OFFLOAD_FROM_MBIT 200

bool wants_offload(const struct parameters *p) {
	return !p->single && p->loss_percent <= 0 && (p->rate_mbit <= 0 || p->rate_mbit >= OFFLOAD_FROM_MBIT);
}

static double uniform(struct direction *d) {
	d->random ^= d->random << 13;
	d->random ^= d->random >> 7;
	d->random ^= d->random << 17;
	return (double)(d->random >> 11) * (1.0 / 9007199254740992.0);
}

static uint64_t wire_bytes(const uint8_t *data, uint32_t length) {
	struct virtio_net_hdr header;
	memcpy(&header, data, sizeof header);
	uint64_t ip = length - sizeof header;
	if (header.gso_type == VIRTIO_NET_HDR_GSO_NONE || !header.gso_size || ip <= header.hdr_len) return ip;
	uint64_t segments = (ip - header.hdr_len + header.gso_size - 1u) / header.gso_size;
	return ip + (segments - 1) * header.hdr_len;
}

/* Spare packets are used last in, first out, so that a short queue stays in the processor's cache. */
static struct packet *packet_for(struct direction *d, uint32_t length) {
	if (length <= SINGLE && d->spare) {
		struct packet *p = d->spare;
		d->spare = p->next;
		return p;
	}
	uint32_t capacity = length <= SINGLE ? SINGLE : length;
	struct packet *p = malloc(sizeof *p + capacity);
	if (p) p->capacity = capacity;
	return p;
}

static void release(struct direction *d, struct packet *p) {
	if (p->capacity != SINGLE) { free(p); return; }
	p->next = d->spare;
	d->spare = p;
}

static void enqueue(struct direction *d, const struct parameters *p, const uint8_t *data, uint32_t length) {
	uint64_t now = now_ns(), start = d->line_free_ns > now ? d->line_free_ns : now;
	if (p->cut >> d->side & 1) { d->counters.dropped_cut++; return; }
	if (p->loss_percent > 0 && uniform(d) * 100 < p->loss_percent) { d->counters.dropped_loss++; return; }
	if (p->rate_mbit > 0 && (double)(start - now) > p->queue_ms * 1e6) { d->counters.dropped_queue++; return; }
	struct packet *packet = d->queued < MOST_QUEUED ? packet_for(d, length) : NULL;
	if (!packet) { d->counters.dropped_queue++; return; }
	d->line_free_ns = start + (p->rate_mbit > 0 ? (uint64_t)((double)wire_bytes(data, length) * 8000.0 / p->rate_mbit) : 0);
	memcpy(packet->data, data, length);
	packet->length = length;
	packet->next = NULL;
	packet->due_ns = d->line_free_ns + (uint64_t)(p->delay_ms * 1e6);
	if (d->tail) d->tail->next = packet; else d->head = packet;
	d->tail = packet;
	d->queued++;
}

/* What is no packet any more when the faults are done with it, or the answer to it. */
static bool passes(struct direction *d, struct faults *faults, const uint8_t *data, size_t length) {
	uint8_t reply[64];
	size_t reply_length;
	bool goes_on = faults_pass(faults, d->side, data, length, now_ns(), reply, &reply_length);
	if (reply_length) (void)!write(d->from, reply, reply_length);
	return goes_on;
}

bool link_read(struct direction *d, const struct parameters *p, struct faults *faults) {
	static uint8_t buffer[LARGEST];
	for (int i = 0; i < BURST; i++) {
		ssize_t n = read(d->from, buffer, sizeof buffer);
		if (n <= (ssize_t)sizeof(struct virtio_net_hdr)) return i > 0;
		if (passes(d, faults, buffer, (size_t)n)) enqueue(d, p, buffer, (uint32_t)n);
	}
	return true;
}

uint64_t link_deliver(struct direction *d, const struct parameters *p, uint64_t now) {
	bool cut = p->cut >> d->side & 1;
	while (d->head && (cut || d->head->due_ns <= now + EARLY_NS)) {
		struct packet *packet = d->head;
		d->head = packet->next;
		if (!d->head) d->tail = NULL;
		d->queued--;
		if (cut) {
			d->counters.dropped_cut++;
		} else if (write(d->to, packet->data, packet->length) == (ssize_t)packet->length) {
			d->counters.packets++;
			d->counters.bytes += wire_bytes(packet->data, packet->length);
		} else {
			d->counters.dropped_queue++;
		}
		release(d, packet);
	}
	return d->head ? d->head->due_ns : 0;
}
