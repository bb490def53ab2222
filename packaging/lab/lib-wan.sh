# shellcheck shell=bash
# The link between the hosts: wanlink (wan/wanlink.c), in user space, so that it is the same on a kernel without sch_netem.

wan_start() {
  local spec=$1 wanlink
  mkdir -p "$LAB_DIR/wan"
  wanlink=$(tool wan)
  detached "$LAB_DIR/wan/pid" "$LAB_DIR/wan/out" "$wanlink" run "$LAB_DIR/wan/control" "/proc/$(init_of a)/ns/net" "$WAN_NET.1" "/proc/$(init_of b)/ns/net" "$WAN_NET.2" \
    "$spec"
  await 5 "the WAN" grep -q ready "$LAB_DIR/wan/out" || { cat "$LAB_DIR/wan/out" >&2; return 1; }
}

cmd_wan() {
  [ -S "$LAB_DIR/wan/control" ] || die "no WAN here (lab up --wan ...)"
  case ${1:-} in
    show | stats | cut | restore) [ $# = 1 ] || die "wan $1 takes no argument" ;;
    set) [ $# = 2 ] || die "wan set PARAMETERS, e.g. lab wan set delay=80ms,rate=100mbit" ;;
    *) die "wan show|stats|set|cut|restore" ;;
  esac
  "$(tool wan)" ask "$LAB_DIR/wan/control" "$*"
}

# Bytes that the link carried so far, both ways.
wan_bytes() {
  local host total=0
  if [ -d "$LAB_DIR/wan" ]; then cmd_wan stats | grep -o '"bytes":[0-9]*' | awk -F: '{ s += $2 } END { print s }'; return; fi
  for host in $LAB_HOSTS; do total=$((total + $(on_net "$host" cat /proc/net/dev | awk '$1 == "lan0:" { print $10 }'))); done
  echo "$total"
}
