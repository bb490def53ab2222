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
			snprintf(error, size, "bad '%s%s%s'; known: delay=20ms queue=50ms rate=400mbit|unlimited loss=1 (percent)", item,
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

void control(struct parameters *p, const struct direction directions[2], const char *command, char *reply, size_t size) {
	char error[160];
	if (!strncmp(command, "set ", 4)) {
		if (!parse_parameters(p, command + 4, error, sizeof error)) { snprintf(reply, size, "error: %s\n", error); return; }
	} else if (!strcmp(command, "cut")) {
		p->cut = true;
	} else if (!strcmp(command, "restore")) {
		p->cut = false;
	} else if (!strcmp(command, "stats")) {
		char ab[400], ba[400];
		counters_json(ab, sizeof ab, "aToB", &directions[0].counters);
		counters_json(ba, sizeof ba, "bToA", &directions[1].counters);
		snprintf(reply, size, "{%s,%s}\n", ab, ba);
		return;
	} else if (strcmp(command, "show")) {
		snprintf(reply, size, "error: unknown command '%s'; known: set, cut, restore, show, stats\n", command);
		return;
	}
	char rate[40] = "unlimited";
	if (p->rate_mbit > 0) snprintf(rate, sizeof rate, "%gmbit", p->rate_mbit);
	snprintf(reply, size, "delay=%gms,rate=%s,loss=%g,queue=%gms%s\n", p->delay_ms, rate, p->loss_percent, p->queue_ms,
		p->cut ? " CUT" : "");
}
