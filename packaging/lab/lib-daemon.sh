# shellcheck shell=bash
# The daemon under test, run inside a host's namespaces from the distribution at /opt/dwcp.

daemon_config() {
  local host=$1 net=$2 peer number
  peer=$(other_host "$host")
  number=$(number_of_host "$peer")
  cat <<C
dwcp {
  listen = "0.0.0.0:16590"
  runtime-dir = /run/dwcp
  state-dir = /var/lib/dwcp
  peers { host-$peer { address = "$net.$number:16590", libvirt = "qemu+tcp://$net.$number/system" } }
  security { mode = $(cat "$LAB_DIR/security") }
}
C
  [ -z "${DWCP_LAB_CONF:-}" ] || cat "$DWCP_LAB_CONF" # later keys win
}

# Certificates of an authority of the lab's own, for the first daemon that is started: only they need a distribution.
daemon_certificates() {
  local pki=$LAB_DIR/pki dwcp=${DWCP_DIST:-$LAB_TOP/packaging/target/dwcp}/bin/dwcp host
  if [ -d "$pki" ] || [ "$(cat "$LAB_DIR/security")" = none ]; then return; fi
  need_tools openssl || exit 1
  JAVA_HOME=$(java_home) "$dwcp" tls init --dir "$pki" --days 2 >/dev/null
  for host in $LAB_HOSTS; do
    JAVA_HOME=$(java_home) "$dwcp" tls issue "host-$host" --dir "$pki" --days 2 --out "$pki/$host" >/dev/null
    on "$host" sh -c 'umask 077; mkdir -p /etc/dwcp/pki; tar x -C /etc/dwcp/pki' < <(tar c -C "$pki/$host" .)
  done
}

cmd_daemon() {
  local verb=${1:-} host=${2:-}
  [ $# = 2 ] || die "daemon start|stop|kill|log a|b"
  number_of_host "$host" >/dev/null
  case $verb in
    start) daemon_start "$host" ;;
    stop) daemon_end "$host" TERM 60 ;;
    kill) daemon_end "$host" KILL 5 ;;
    log) on "$host" cat /var/log/dwcpd.log ;;
    *) die "daemon start|stop|kill|log HOST" ;;
  esac
}

# shellcheck disable=SC2016 # expands on the host
daemon_alive() { on "$1" sh -c 'kill -0 "$(cat /run/dwcpd.pid)"' 2>/dev/null; }

daemon_start() {
  local host=$1
  if daemon_alive "$host"; then die "dwcpd runs already on host-$host"; fi
  on "$host" test -x /opt/dwcp/bin/dwcpd || die "no distribution at ${DWCP_DIST:-packaging/target/dwcp} (mvn -B -DskipTests package)"
  daemon_certificates
  on "$host" DWCPD_JAVA_OPTS="${DWCPD_JAVA_OPTS-}" sh -euc 'rm -f /run/dwcp/control.sock; mkdir -p /run/dwcp /var/lib/dwcp
    setsid /opt/dwcp/bin/dwcpd --config /etc/dwcp/dwcp.conf </dev/null >>/var/log/dwcpd.log 2>&1 & echo $! >/run/dwcpd.pid'
  await 30 "dwcpd on host-$host" daemon_answers_or_died "$host" || true
  if daemon_answers "$host"; then return; fi
  tail -n 20 "$LAB_DIR/$host/log/dwcpd.log" >&2
  die "dwcpd did not start on host-$host (its log above)"
}

daemon_answers() { [ -S "$LAB_DIR/$1/run/dwcp/control.sock" ] && daemon_alive "$1"; }
daemon_answers_or_died() { daemon_answers "$1" || ! daemon_alive "$1"; }

# shellcheck disable=SC2016 # expands on the host
daemon_end() {
  local host=$1 signal=$2 seconds=$3
  daemon_alive "$host" || die "dwcpd does not run on host-$host"
  on "$host" sh -c 'kill "-$1" "$(cat /run/dwcpd.pid)"' sh "$signal"
  await "$seconds" "dwcpd on host-$host to end" daemon_gone "$host"
}

daemon_gone() { ! daemon_alive "$1"; }
