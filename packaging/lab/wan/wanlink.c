/*
 * wanlink: a WAN between two network namespaces, for kernels without sch_netem.
 *
 *   wanlink run SOCKET NETNS_A ADDRESS_A NETNS_B ADDRESS_B PARAMETERS    carries packets until SIGTERM
 *   wanlink ask SOCKET COMMAND                                          asks a running one (see control.c)
 *
 * One TUN device, wan0, in each namespace; IP packets go from one to the other with delay, rate, a drop-tail queue and
 * loss. TCP on both ends is the kernel's own, so congestion control behaves as on a real path. A NETNS is a path such as
 * /proc/PID/ns/net. The devices go when the process ends. "ready" is printed once both are up.
 */
#include "link.h"
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

static volatile sig_atomic_t done;
static void on_end(int signal_number) { (void)signal_number; done = 1; }
static void die(const char *what) { perror(what); exit(1); }

static int open_tun(const char *netns, const char *address, const char *peer) {
	char command[300];
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), other = open(netns, O_RDONLY | O_CLOEXEC);
	if (own < 0 || other < 0 || setns(other, CLONE_NEWNET)) die(netns);
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct ifreq request = {0};
	request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
	strcpy(request.ifr_name, "wan0");
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request)) die("/dev/net/tun");
	snprintf(command, sizeof command, "ip addr add %s peer %s dev wan0 && ip link set wan0 mtu 1500 txqueuelen 2000 up", address, peer);
	if (system(command)) exit(1);
	if (setns(own, CLONE_NEWNET)) die("setns");
	close(own);
	close(other);
	return fd;
}

static struct sockaddr_un address_of(const char *path) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	return address;
}

static int listen_on(const char *path) {
	struct sockaddr_un address = address_of(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 8)) die(path);
	return fd;
}

/* Whoever asks sends its command at once; the link stands still for that moment only. */
static void answer(int listener, struct parameters *parameters, struct faults *faults, const struct direction directions[2]) {
	char command[300], reply[1200];
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0) return;
	struct timeval limit = {0, 20000};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	ssize_t n = read(fd, command, sizeof command - 1);
	if (n > 0) {
		command[n] = 0;
		control(parameters, faults, directions, command, reply, sizeof reply);
		(void)!write(fd, reply, strlen(reply));
	}
	close(fd);
}

static int ask(const char *path, const char *command) {
	char reply[1200];
	struct sockaddr_un address = address_of(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) die(path);
	if (write(fd, command, strlen(command)) < 0) die(path);
	ssize_t n = read(fd, reply, sizeof reply);
	if (n <= 0) die(path);
	bool bad = !strncmp(reply, "error", 5);
	(void)!write(bad ? 2 : 1, reply, (size_t)n);
	return bad;
}

static void set_offload(struct direction directions[2], bool on) {
	unsigned flags = on ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 : 0;
	for (int i = 0; i < 2; i++)
		if (ioctl(directions[i].from, TUNSETOFFLOAD, flags)) die("TUNSETOFFLOAD");
}

static void carry(struct direction directions[2], struct parameters *parameters, struct faults *faults, int listener, int timer) {
	bool offload = false;
	while (!done) {
		if (wants_offload(parameters) != offload) set_offload(directions, offload = !offload);
		uint64_t next = 0;
		bool busy = false;
		for (int i = 0; i < 2; i++) {
			busy |= link_read(&directions[i], parameters, faults);
			uint64_t due = link_deliver(&directions[i], parameters, now_ns());
			if (due && (!next || due < next)) next = due;
		}
		if (!busy) {
			struct itimerspec at = {.it_value = {(time_t)(next / 1000000000u), (long)(next % 1000000000u)}};
			timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
		}
		struct pollfd fds[4] = {{directions[0].from, POLLIN, 0}, {directions[1].from, POLLIN, 0}, {timer, POLLIN, 0}, {listener, POLLIN, 0}};
		if (poll(fds, 4, busy ? 0 : -1) < 0 && errno != EINTR) die("poll");
		uint64_t expirations;
		if (fds[2].revents & POLLIN) (void)!read(timer, &expirations, sizeof expirations);
		if (fds[3].revents & POLLIN) answer(listener, parameters, faults, directions);
	}
}

int main(int argc, char **argv) {
	if (argc == 4 && !strcmp(argv[1], "ask")) return ask(argv[2], argv[3]);
	if (argc != 8 || strcmp(argv[1], "run")) { fprintf(stderr, "usage: see the head of wanlink.c\n"); return 2; }
	static struct faults faults;
	struct parameters parameters = {.delay_ms = 20, .rate_mbit = 400, .queue_ms = 50};
	char error[160];
	if (!parse_parameters(&parameters, argv[7], error, sizeof error)) { fprintf(stderr, "%s\n", error); return 2; }
	prctl(PR_SET_TIMERSLACK, 1000);
	setpriority(PRIO_PROCESS, 0, -20); /* a wire does not wait for the hosts' processors */
	signal(SIGTERM, on_end);
	signal(SIGINT, on_end);
	signal(SIGPIPE, SIG_IGN);
	int a = open_tun(argv[3], argv[4], argv[6]), b = open_tun(argv[5], argv[6], argv[4]);
	struct direction directions[2] = {{.side = 0, .from = a, .to = b, .random = 88172645463325252u}, {.side = 1, .from = b, .to = a, .random = 0x2545f4914f6cdd1du}};
	int listener = listen_on(argv[2]), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timer < 0) die("timerfd");
	printf("ready\n");
	fflush(stdout);
	carry(directions, &parameters, &faults, listener, timer);
	unlink(argv[2]);
	return 0;
}
