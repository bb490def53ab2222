#include "faults.h"
#include <arpa/inet.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#define __FAVOR_BSD
#include <netinet/tcp.h>
#include <string.h>

#define LIVES_NS 3000000000u /* daemons ping each second: what was silent for longer is over */

struct packet_view { struct iphdr ip; struct tcphdr tcp; };

static bool read_tcp(const uint8_t *data, size_t length, struct packet_view *view) {
	const uint8_t *start = data + sizeof(struct virtio_net_hdr);
	size_t left = length - sizeof(struct virtio_net_hdr);
	if (left < sizeof view->ip) return false;
	memcpy(&view->ip, start, sizeof view->ip);
	size_t header = view->ip.ihl * 4u;
	if (view->ip.version != 4 || view->ip.protocol != IPPROTO_TCP || left < header + sizeof view->tcp) return false;
	memcpy(&view->tcp, start + header, sizeof view->tcp);
	return true;
}

/* Open addressing; an old entry gives way when the table is full of them. */
static struct flow *flow_of(struct faults *f, int side, const struct packet_view *v) {
	struct flow wanted = {.used = true};
	wanted.address[side] = v->ip.saddr;
	wanted.address[!side] = v->ip.daddr;
	wanted.port[side] = ntohs(v->tcp.th_sport);
	wanted.port[!side] = ntohs(v->tcp.th_dport);
	size_t at = (wanted.port[0] * 31u + wanted.port[1] * 17u + wanted.address[0] + wanted.address[1] * 7u) % MOST_FLOWS;
	for (size_t i = 0; i < 64; i++) {
		struct flow *one = &f->flows[(at + i) % MOST_FLOWS];
		if (!one->used) { *one = wanted; return one; }
		if (!memcmp(one->address, wanted.address, sizeof wanted.address) && !memcmp(one->port, wanted.port, sizeof wanted.port)) return one;
	}
	f->flows[at] = wanted;
	return &f->flows[at];
}

static uint16_t checksum(const uint8_t *bytes, size_t length, uint32_t sum) {
	for (size_t i = 0; i + 1 < length; i += 2) sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* A reset is believed only with the very next sequence number (RFC 5961): that which the sender itself acknowledges. */
static size_t reset_for(const struct packet_view *v, uint8_t reply[64]) {
	struct virtio_net_hdr none = {0};
	struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP, .saddr = v->ip.daddr, .daddr = v->ip.saddr,
		.tot_len = htons(sizeof ip + sizeof(struct tcphdr))};
	struct tcphdr tcp = {0};
	tcp.th_sport = v->tcp.th_dport;
	tcp.th_dport = v->tcp.th_sport;
	tcp.th_seq = v->tcp.th_ack;
	tcp.th_off = 5;
	tcp.th_flags = TH_RST;
	ip.check = checksum((uint8_t *)&ip, sizeof ip, 0);
	uint32_t pseudo = IPPROTO_TCP + sizeof tcp;
	pseudo += (ntohl(ip.saddr) >> 16) + (ntohl(ip.saddr) & 0xffff) + (ntohl(ip.daddr) >> 16) + (ntohl(ip.daddr) & 0xffff);
	tcp.th_sum = checksum((uint8_t *)&tcp, sizeof tcp, pseudo);
	memcpy(reply, &none, sizeof none);
	memcpy(reply + sizeof none, &ip, sizeof ip);
	memcpy(reply + sizeof none + sizeof ip, &tcp, sizeof tcp);
	return sizeof none + sizeof ip + sizeof tcp;
}

bool faults_pass(struct faults *f, int side, const uint8_t *data, size_t length, uint64_t now, uint8_t reply[64], size_t *reply_length) {
	struct packet_view v;
	*reply_length = 0;
	if (!read_tcp(data, length, &v)) return true;
	struct flow *flow = flow_of(f, side, &v);
	bool is_first = (v.tcp.th_flags & (TH_SYN | TH_ACK)) == TH_SYN;
	if (is_first && flow->fate != STALLED) { flow->fate = CARRIED; flow->closed = false; flow->heard[0] = flow->heard[1] = false; }
	flow->last_ns = now;
	flow->heard[side] = true;
	if (v.tcp.th_flags & (TH_FIN | TH_RST)) flow->closed = true;
	if (flow->fate == CARRIED) return true;
	f->dropped++;
	bool resets = flow->fate == BROKEN || (flow->fate == HALF_OPEN && flow->told == side);
	if (resets && !(v.tcp.th_flags & TH_RST) && (v.tcp.th_flags & TH_ACK)) {
		*reply_length = reset_for(&v, reply);
		f->resets++;
	}
	return false;
}

int faults_befall(struct faults *f, enum fate fate, int told, int count, uint64_t now) {
	int done = 0;
	for (size_t i = 0; i < MOST_FLOWS && done != count; i++) {
		struct flow *flow = &f->flows[f->next = (f->next + 1) % MOST_FLOWS];
		bool lives = flow->used && !flow->closed && flow->heard[0] && flow->heard[1] && now - flow->last_ns < LIVES_NS;
		if (!lives || flow->fate != CARRIED) continue;
		flow->fate = fate;
		flow->told = told;
		done++;
	}
	return done;
}

void faults_restore(struct faults *f) {
	for (size_t i = 0; i < MOST_FLOWS; i++)
		if (f->flows[i].fate == STALLED) f->flows[i].fate = CARRIED;
}
