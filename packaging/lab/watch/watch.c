/*
 * watch: writes down when each line of a guest's console arrived, as seen from outside the guest.
 *
 *   watch LAB_DIR NAME HOST...     follows LAB_DIR/HOST/log/console/NAME.log, writes LAB_DIR/guests/NAME.log
 *
 * One output line per console line: MICROSECONDS HOST TEXT (CLOCK_REALTIME). A migration moves the console from one file to
 * another in mid-line; the halves are joined. Sleeps in inotify between lines.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define HOSTS 8
struct console { const char *host; char path[PATH_MAX]; int fd; };

static struct console consoles[HOSTS];
static int count, current;
static char line[4096];
static size_t held;
static FILE *out;

static void emit(const char *host) {
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	while (held && line[held - 1] == '\r') held--;
	fprintf(out, "%lld %s %.*s\n", (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000, host, (int)held, line);
	held = 0;
}

static void drain(struct console *c) {
	char bytes[65536];
	if (c->fd < 0) c->fd = open(c->path, O_RDONLY | O_CLOEXEC);
	if (c->fd < 0) return;
	for (ssize_t n; (n = read(c->fd, bytes, sizeof bytes)) > 0;) {
		current = (int)(c - consoles);
		for (ssize_t i = 0; i < n; i++) {
			if (bytes[i] == '\n') emit(c->host);
			else if (held < sizeof line) line[held++] = bytes[i];
		}
	}
	fflush(out);
}

int main(int argc, char **argv) {
	if (argc < 4 || argc > HOSTS + 3) { fprintf(stderr, "usage: watch LAB_DIR NAME HOST...\n"); return 2; }
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/guests/%s.log", argv[1], argv[2]);
	out = fopen(path, "ae");
	int notify = inotify_init1(IN_CLOEXEC);
	if (!out || notify < 0) { perror(path); return 1; }
	for (count = 0; count < argc - 3; count++) {
		struct console *c = &consoles[count];
		c->host = argv[3 + count];
		c->fd = -1;
		snprintf(path, sizeof path, "%s/%s/log/console", argv[1], c->host);
		if (inotify_add_watch(notify, path, IN_MODIFY | IN_CREATE) < 0) { perror(path); return 1; }
		if (snprintf(c->path, sizeof c->path, "%s/%s/log/console/%s.log", argv[1], c->host, argv[2]) >= PATH_MAX) return 1;
	}
	setpriority(PRIO_PROCESS, 0, -20); /* its clock readings are the measurement */
	for (;;) {
		char events[8192];
		drain(&consoles[current]); /* what is left on the host it ran on comes before the first from the next */
		for (int i = 0, was = current; i < count; i++)
			if (i != was) drain(&consoles[i]);
		if (read(notify, events, sizeof events) <= 0) return 1;
	}
}
