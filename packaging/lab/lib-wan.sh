# shellcheck shell=bash
# The link between the hosts, one of two kinds with the same words: the kernel's netem (lib-netem.sh), or wanlink
# (wan/wanlink.c) in user space, for kernels without sch_netem. $LAB_DIR/wan/kind says which one runs.

# Which kind it is to be, of what was asked for: auto, netem, user.
wan_kind() {
  local refusal
  case $1 in
    user) echo user ;;
    netem) refusal=$(netem_refusal) || die "no netem here, it needs tc and the kernel's sch_netem: $refusal"; echo netem ;;
    auto) if netem_refusal >/dev/null; then echo netem; else echo user; fi ;;
    *) die "--by takes auto, netem or user, not $1" ;;
  esac
}

kind_in_words() { case $1 in netem) echo "the kernel's netem" ;; *) echo 'a link in user space' ;; esac; }

wan_start() {
  local spec=$1 kind=$2
  mkdir -p "$LAB_DIR/wan"
  echo "$kind" >"$LAB_DIR/wan/kind"
  if [ "$kind" = netem ]; then netem_start "$spec"; else wanlink_start "$spec"; fi
}

wanlink_start() {
  local wanlink
  wanlink=$(tool wan) || die "the link does not compile: see above"
  detached "$LAB_DIR/wan/pid" "$LAB_DIR/wan/out" "$wanlink" run "$LAB_DIR/wan/control" "/proc/$(init_of a)/ns/net" "$WAN_NET.1" "/proc/$(init_of b)/ns/net" "$WAN_NET.2" \
    "$1"
  await 5 "the WAN" grep -q ready "$LAB_DIR/wan/out" || { cat "$LAB_DIR/wan/out" >&2; return 1; }
}

cmd_wan() {
  [ -f "$LAB_DIR/wan/kind" ] || die "no WAN here (lab up --wan ...)"
  case ${1:-} in
    show | stats | restore | forget) [ $# = 1 ] || die "wan $1 takes no argument" ;;
    cut) [ $# -le 2 ] || die "wan cut [a|b]" ;;
    set) [ $# = 2 ] || die "wan set PARAMETERS, e.g. lab wan set delay=80ms,rate=100mbit" ;;
    stall | reset) [ $# = 2 ] || die "wan $1 N: how many connections" ;;
    half-open) [ $# = 3 ] || die "wan half-open a|b N: which end of how many connections is told" ;;
    move) [ $# = 2 ] || die "wan move a|b"; wan_move "$2"; return ;;
    *) die "wan show|stats|set|cut|restore|stall|reset|half-open|forget|move" ;;
  esac
  if [ "$(cat "$LAB_DIR/wan/kind")" = netem ] && { [ $# -gt 1 ] && [ "$1" != set ] || [ "$1" = forget ]; }; then
    die "wan $*: only a link in user space does that (lab up --by user)"
  fi
  if [ "$(cat "$LAB_DIR/wan/kind")" = netem ]; then netem_"$1" "${2:-}"; else "$(tool wan)" ask "$LAB_DIR/wan/control" "$*"; fi
}

# The host gets another address on the WAN, to which its names resolve from now on, and loses the one it had.
wan_move() {
  local host=$1 peer old new each
  peer=$(other_host "$host")
  old=$(on_net "$host" ip -4 -o addr show dev wan0 | awk '{ split($4, a, "/"); print a[1] }')
  new=$WAN_NET.$((${old##*.} + 10))
  on_net "$host" ip -4 addr flush dev wan0
  on_net "$host" ip addr add "$new" dev wan0
  on_net "$peer" ip route replace "$new" dev wan0
  on_net "$host" ip route replace "$WAN_NET.$(number_of_host "$peer")" dev wan0 src "$new"
  for each in $LAB_HOSTS; do on "$each" sed -i "s/^${old//./\\.} /$new /" /etc/hosts; done
  echo "host-$host is at $new"
}

# Bytes that the link carried so far, both ways.
wan_bytes() {
  local host total=0
  if [ -d "$LAB_DIR/wan" ]; then cmd_wan stats | grep -o '"bytes":[0-9]*' | awk -F: '{ s += $2 } END { print s }'; return; fi
  for host in $LAB_HOSTS; do total=$((total + $(on_net "$host" cat /proc/net/dev | awk '$1 == "lan0:" { print $10 }'))); done
  echo "$total"
}
