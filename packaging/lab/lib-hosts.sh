# shellcheck shell=bash
# Hosts: one process each (PID 1 of its namespaces), a LAN between them, libvirt answering on TCP 16509 and its socket.

LAN_NET=10.77.0
WAN_NET=10.88.0

cmd_up() {
  local wan=delay=20ms,rate=400mbit,loss=0,queue=50ms old='' kind=${DWCP_LAB_LINK:-auto} security=tls link='LAN only' host
  while [ $# -gt 0 ]; do
    case $1 in
      --wan) wan=$2; shift 2 ;;
      --old) old=$2; shift 2 ;;
      --by) kind=$2; shift 2 ;;
      --security) security=$2; shift 2 ;;
      *) die "up: unknown option $1" ;;
    esac
  done
  case $security in tls | none) ;; *) die "up: --security is tls or none" ;; esac
  need_tools ip hostname awk || exit 1
  if [ "$wan" != none ]; then kind=$(wan_kind "$kind"); link="WAN $wan, made by $(kind_in_words "$kind")"; fi
  [ ! -e "$LAB_DIR" ] || die "a lab is already up, or was left behind, in $LAB_DIR (lab down ends it)"
  case $old in '') cmd_roots new ;; both) cmd_roots old ;; *) number_of_host "$old" >/dev/null; cmd_roots new old ;; esac
  trap 'say "up did not succeed; taking everything down"; cmd_down' EXIT
  trap 'exit 130' INT TERM
  mkdir -p "$LAB_DIR/boot" "$LAB_DIR/guests"
  echo "$security" >"$LAB_DIR/security"
  local net=$WAN_NET
  [ "$wan" != none ] || net=$LAN_NET
  for host in $LAB_HOSTS; do
    if [ "$old" = both ] || [ "$old" = "$host" ]; then start_host "$host" old "$net"; else start_host "$host" new "$net"; fi
  done
  await 10 "the hosts' namespaces" hosts_pivoted
  connect_lan
  [ "$wan" = none ] || wan_start "$wan" "$kind"
  for host in $LAB_HOSTS; do await 20 "libvirt on host-$host" virsh_on "$host" version || up_failed "$host"; done
  trap - EXIT INT TERM
  say "up: host-a and host-b, $link"
}

up_failed() { tail -n 20 "$LAB_DIR/$1/out" "$LAB_DIR/$1/log/libvirt/libvirtd.log" >&2; exit 1; }

start_host() {
  local host=$1 kind=$2 net=$3 base=$LAB_DIR/$1 project=$LAB_TOP/packaging
  mkdir -p "$base"/{root,rw,run/lock,run/dwcp,run/libvirt,log/libvirt/qemu,images,etc/libvirt,etc/dwcp}
  echo "$kind" >"$base/kind"
  if [ -n "${DWCP_DIST:-}" ]; then project=$DWCP_DIST; echo /opt/dwcp-project; else echo /opt/dwcp-project/target/dwcp; fi >"$base/dist"
  host_etc "$host" "$net"
  daemon_config "$host" "$net" >"$base/etc/dwcp/dwcp.conf"
  detached "$base/pid" "$base/out" unshare --net --mount --uts --ipc --pid --fork --kill-child -- \
    bash "$LAB_HOME/host-enter.sh" "$LAB_DIR" "$host" "$(root_path "$kind")" "$project" "$(java_home)"
}

# The files that make a host distinct. libvirt refuses to migrate between two with one host_uuid or one name.
host_etc() {
  local host=$1 net=$2 etc=$LAB_DIR/$1/etc
  printf 'host-%s\n' "$host" >"$etc/hostname"
  { echo 127.0.0.1 localhost
    local h; for h in $LAB_HOSTS; do
      echo "$net.$(number_of_host "$h") host-$h"
      echo "$LAN_NET.$(number_of_host "$h") lan-$h"
      echo "$WAN_NET.$(number_of_host "$h") wan-$h"
    done; } >"$etc/hosts"
  printf '%s: files\n' hosts passwd group shadow services protocols networks >"$etc/nsswitch.conf" # no look-up that could wait
  cat >"$etc/libvirt/libvirtd.conf" <<C
listen_tls = 0
listen_tcp = 1
auth_tcp = "none"
auth_unix_rw = "none"
unix_sock_group = "root"
listen_addr = "0.0.0.0"
host_uuid = "$(cat /proc/sys/kernel/random/uuid)"
log_filters = "${DWCP_LAB_LIBVIRT_LOG:-3:qemu}"
log_outputs = "1:file:/var/log/libvirt/libvirtd.log"
C
  cat >"$etc/libvirt/qemu.conf" <<C
security_driver = "none"
user = "root"
group = "root"
remember_owner = 0
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
C
}

hosts_pivoted() {
  local host pid
  for host in $LAB_HOSTS; do
    pid=$(init_of "$host") && [ -d "/proc/$pid/root/opt/dwcp-project" ] && [ ! -e "/proc/$pid/root/mnt/etc" ] &&
      [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ] || return 1
  done
}

connect_lan() {
  on_net a ip link add lan0 type veth peer name lan0 netns "$(init_of b)"
  local host
  for host in $LAB_HOSTS; do
    on_net "$host" ip addr add "$LAN_NET.$(number_of_host "$host")/24" dev lan0
    on_net "$host" ip link set lan0 up
  done
}

# Killing PID 1 of a host ends all its processes and mounts; the network devices go with the namespace.
cmd_down() {
  local file pid
  for file in "$LAB_DIR"/*/pid "$LAB_DIR"/guests/*.pid; do
    [ -f "$file" ] || continue
    pid=$(pid_in "$file") || continue
    case $file in */a/pid | */b/pid) pid="$pid $(cut -d' ' -f1 "/proc/$pid/task/$pid/children" 2>/dev/null || true)" ;; esac
    # shellcheck disable=SC2086
    kill -9 $pid 2>/dev/null || true
  done
  await 10 "the lab's processes to end" nothing_runs || true
  rm -rf "$LAB_DIR"
}

nothing_runs() { local file; for file in "$LAB_DIR"/*/pid "$LAB_DIR"/guests/*.pid; do [ ! -f "$file" ] || ! pid_in "$file" >/dev/null || return 1; done; }

cmd_exec() { [ $# -ge 2 ] || die "exec: lab exec HOST COMMAND..."; on "$@"; }

cmd_status() {
  local host
  [ -d "$LAB_DIR" ] || die "no lab is up in $LAB_DIR"
  for host in $LAB_HOSTS; do
    printf 'host-%s  %s  ' "$host" "$(cat "$LAB_DIR/$host/kind")"
    if ! init_of "$host" >/dev/null; then echo 'DOWN'; continue; fi
    printf '%s  guests: %s\n' "$(virsh_on "$host" version | sed -n 's/^Running hypervisor: //p; s/^Using library: //p' | paste -sd, -)" \
      "$(virsh_on "$host" list --name | paste -sd' ' - | sed 's/ *$//')"
  done
  if [ -d "$LAB_DIR/wan" ]; then printf 'link    %s, made by %s\n' "$(cmd_wan show)" "$(kind_in_words "$(cat "$LAB_DIR/wan/kind")")"; else echo 'link    LAN'; fi
}
