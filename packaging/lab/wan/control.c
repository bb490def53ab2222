#include "link.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers with the unit that a person writes: 20ms, 0.5s, 400mbit, 1gbit, 1%, or a bare number in the parameter's own unit. */
static bool number_with_unit(const char *text, const char *base, const char *large, double *value) {
	char *end;
	double v = strtod(text, &end);
	if (end == text || v < 0) return false;
	if (*end && !strcmp(end, large)) v *= 1000;
	else if (*end && strcmp(end, base)) return false;
	*value = v;
	return true;
}

static bool parse_one(struct parameters *p, const char *key, const char *value) {
	if (!strcmp(key, "delay")) return number_with_unit(value, "ms", "s", &p->delay_ms);
	if (!strcmp(key, "queue")) return number_with_unit(value, "ms", "s", &p->queue_ms);
	if (!strcmp(key, "loss")) return number_with_unit(value, "%", "", &p->loss_percent) && p->loss_percent <= 100;
	if (!strcmp(key, "offload")) {
		p->single = !strcmp(value, "off");
		return p->single || !strcmp(value, "auto");
	}
	if (strcmp(key, "rate")) return false;
	if (!strcmp(value, "unlimited")) { p->rate_mbit = 0; return true; }
	return number_with_unit(value, "mbit", "gbit", &p->rate_mbit) && p->rate_mbit > 0;
}

bool parse_parameters(struct parameters *p, const char *text, char *error, size_t size) {
	struct parameters changed = *p;
	char copy[256], *rest = copy;
	snprintf(copy, sizeof copy, "%s", text);
	for (char *item; (item = strsep(&rest, ","));) {
		if (!*item) continue;
		char *value = strchr(item, '=');
		if (value) *value++ = 0;
		if (!value || !parse_one(&changed, item, value)) {
			snprintf(error, size, "bad '%s%s%s'; known: delay=20ms queue=50ms rate=400mbit|unlimited loss=1 (percent) offload=auto|off", item,
				value ? "=" : "", value ? value : "");
			return false;
		}
	}
	*p = changed;
	return true;
}

static int counters_json(char *out, size_t size, const char *name, const struct counters *c) {
	return snprintf(out, size, "\"%s\":{\"bytes\":%llu,\"packets\":%llu,\"droppedAtQueue\":%llu,\"droppedByLoss\":%llu,\"droppedInOutage\":%llu}",
		name, (unsigned long long)c->bytes, (unsigned long long)c->packets, (unsigned long long)c->dropped_queue,
		(unsigned long long)c->dropped_loss, (unsigned long long)c->dropped_cut);
}

/* -1 for neither. */
static int side_of(const char *text) { return !strcmp(text, "a") ? 0 : !strcmp(text, "b") ? 1 : -1; }

static bool cut_from(struct parameters *p, const char *from) {
	int side = side_of(from);
	if (side < 0) return false;
	p->cut |= 1u << side;
	return true;
}

/* "stall 1", "reset 3", "half-open a 2", "forget": returns how many connections it befell, -1 for another command. */
static int befall(struct faults *faults, const char *command) {
	int count;
	char side[2], end;
	if (sscanf(command, "stall %d%c", &count, &end) == 1 && count > 0) return faults_befall(faults, STALLED, 0, count, now_ns());
	if (sscanf(command, "reset %d%c", &count, &end) == 1 && count > 0) return faults_befall(faults, BROKEN, 0, count, now_ns());
	if (sscanf(command, "half-open %1s %d%c", side, &count, &end) == 2 && count > 0 && side_of(side) >= 0)
		return faults_befall(faults, HALF_OPEN, side_of(side), count, now_ns());
	return strcmp(command, "forget") ? -1 : faults_befall(faults, FORGOTTEN, 0, -1, now_ns());
}

void control(struct parameters *p, struct faults *faults, const struct direction directions[2], const char *command, char *reply, size_t size) {
	char error[160];
	int befallen = befall(faults, command);
	if (befallen >= 0) {
		snprintf(reply, size, "%d connections\n", befallen);
		return;
	}
	if (!strncmp(command, "set ", 4)) {
		if (!parse_parameters(p, command + 4, error, sizeof error)) { snprintf(reply, size, "error: %s\n", error); return; }
	} else if (!strcmp(command, "cut") || (!strncmp(command, "cut ", 4) && cut_from(p, command + 4))) {
		if (!command[3]) p->cut = CUT_BOTH;
	} else if (!strcmp(command, "restore")) {
		p->cut = 0;
		faults_restore(faults);
	} else if (!strcmp(command, "stats")) {
		char ab[400], ba[400];
		counters_json(ab, sizeof ab, "aToB", &directions[0].counters);
		counters_json(ba, sizeof ba, "bToA", &directions[1].counters);
		snprintf(reply, size, "{%s,%s}\n", ab, ba);
		return;
	} else if (strcmp(command, "show")) {
		snprintf(reply, size, "error: unknown command '%s'; known: set, cut [a|b], restore, stall N, reset N, half-open a|b N, forget, show, stats\n", command);
		return;
	}
	char rate[40] = "unlimited";
	if (p->rate_mbit > 0) snprintf(rate, sizeof rate, "%gmbit", p->rate_mbit);
	snprintf(reply, size, "delay=%gms,rate=%s,loss=%g,queue=%gms%s%s\n", p->delay_ms, rate, p->loss_percent, p->queue_ms, p->single ? ",offload=off" : "",
		p->cut == CUT_BOTH ? " CUT" : p->cut == 1 ? " CUT from a" : p->cut ? " CUT from b" : "");
}
