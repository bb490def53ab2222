# shellcheck shell=bash
# shellcheck disable=SC2034 # what is not used here is used by the other parts
# What every part of the lab uses: places, words to the user, and the way into a host.

LAB_DIR=${DWCP_LAB_DIR:-/tmp/dwcp-lab}
LAB_CACHE=${DWCP_LAB_CACHE:-/var/cache/dwcp-lab}
LAB_TOP=$(cd "$LAB_HOME/../.." && pwd)
LAB_HOSTS="a b"
TOOLS_FOR=lab
# shellcheck source=packaging/tools.sh
. "$LAB_HOME/../tools.sh"

say() { [ -n "${LAB_QUIET:-}" ] || printf '%s\n' "lab: $*" >&2; }
die() { printf '%s\n' "lab: $*" >&2; exit 1; }

number_of_host() { case $1 in a) echo 1 ;; b) echo 2 ;; *) die "no such host: $1 (there are: $LAB_HOSTS)" ;; esac; }
other_host() { case $1 in a) echo b ;; *) echo a ;; esac; }

# A pid file is believed only while the process still carries the lab's directory on its command line.
pid_in() {
  local pid
  pid=$(cat "$1" 2>/dev/null) || return 1
  [ -n "$pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$LAB_DIR" && echo "$pid"
}

# PID 1 of a host, as this machine numbers it.
init_of() {
  local outer
  outer=$(pid_in "$LAB_DIR/$1/pid") || return 1
  cut -d' ' -f1 "/proc/$outer/task/$outer/children" 2>/dev/null | grep .
}

# A process that outlives its caller must not keep the caller's descriptors: a lock among them would stay locked.
close_inherited() { local fd; for fd in "/proc/$BASHPID/fd"/*; do [ "${fd##*/}" -le 2 ] || eval "exec ${fd##*/}>&-"; done; }

# Runs a command on a host. Standard input passes through.
on() {
  local pid java
  pid=$(init_of "$1") || die "host $1 is not up (lab up)"
  java=$(java_home)
  shift
  (
    close_inherited
    exec nsenter -t "$pid" -m -n -u -p -r -w -- /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM="${TERM:-dumb}" \
      JAVA_HOME="$java" LC_ALL=C.UTF-8 "$@"
  )
}

# The network namespace only: the machine's own `ip` and `tc` acting on a host's devices.
on_net() {
  local pid
  pid=$(init_of "$1") || die "host $1 is not up (lab up)"
  shift
  nsenter -t "$pid" -n -- "$@"
}

java_home() {
  local home
  if [ -n "${JAVA_HOME:-}" ]; then echo "$JAVA_HOME"; return; fi
  for home in /usr/lib/jvm/*25*; do [ -x "$home/bin/java" ] && { echo "$home"; return; }; done
  true
}

virsh_on() { local host=$1; shift; on "$host" virsh -q -c qemu:///system "$@"; }

# Waits until a command succeeds; $1 = seconds, $2 = what is awaited, rest = the command.
await() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || { say "gave up waiting for $what"; return 1; }
    sleep 0.1
  done
}

now_ms() { local t=$EPOCHREALTIME; t=${t/[.,]/}; echo $((t / 1000)); }

# Starts a process that outlives this command; $1 = its pid file, $2 = where its output goes.
detached() {
  local file=$1 out=$2
  shift 2
  (
    close_inherited
    exec setsid "$@" </dev/null >"$out" 2>&1
  ) &
  echo $! >"$file"
  disown
}

# Compiles one of the lab's C programs into the cache, named by the hash of its sources; prints the path.
tool() {
  local name=$1 hash binary
  shift
  hash=$(cat "$LAB_HOME/$name"/*.[ch] | sha256sum | cut -c1-12)
  binary=$LAB_CACHE/tools/$name-$hash
  if [ ! -x "$binary" ]; then
    need_tools gcc "${@/#-static/gcc-static}" || exit 1
    mkdir -p "$LAB_CACHE/tools"
    gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wconversion -Werror "$@" -o "$binary.$$" "$LAB_HOME/$name"/*.c
    mv "$binary.$$" "$binary"
  fi
  echo "$binary"
}
