# shellcheck shell=bash
# The link made of the kernel's netem: a network namespace of its own between the hosts, in it a bridge and one port to each
# host, on each port a netem for what leaves by it. Not on the hosts themselves: there a full queue would push back into the
# sender's TCP, as no path does.

NETEM_HEADER_BYTES=14 # Ethernet: the rate and the counters are those of IP packets, as wanlink's
NETEM_PACKET_BYTES=1500
NETEM_MOST_PACKETS=262144 # as wanlink's; netem's own default of 1000 would be the bottleneck
NETEM_DEFAULTS='delay=20 rate=400 loss=0 queue=50 cut=0'

# Can a netem be set? Succeeds, or prints why not. Asked in a namespace that goes away with the question.
netem_refusal() { unshare --net -- tc qdisc add dev lo root netem delay 1ms 2>&1; }

netem_start() {
  local number host
  netem_parameters "$NETEM_DEFAULTS" "$1" >"$LAB_DIR/wan/parameters" || return 1
  # shellcheck disable=SC2016 # expands in there
  detached "$LAB_DIR/wan/pid" "$LAB_DIR/wan/out" unshare --net -- bash -c 'echo ready; exec -a "wan of $0" sleep infinity' "$LAB_DIR"
  await 5 "the WAN" grep -q ready "$LAB_DIR/wan/out" || return 1
  on_wan ip link add wan type bridge
  for host in $LAB_HOSTS; do
    number=$(number_of_host "$host")
    on_wan ip link add "to-$host" type veth peer name wan0 netns "$(init_of "$host")"
    on_wan ip link set "to-$host" master wan up
    # Packets one by one, as on a wire: netem would delay, lose and count 64 KiB as one.
    on_net "$host" ip link set wan0 mtu 1500 gso_max_segs 1
    on_net "$host" ip addr add "$WAN_NET.$number/24" dev wan0
    on_net "$host" ip link set wan0 up
  done
  on_wan ip link set wan up
  netem_apply
}

on_wan() { nsenter -t "$(cat "$LAB_DIR/wan/pid")" -n -- "$@"; }

# $1 = parameters as they are (delay=MS rate=MBIT|0 loss=PERCENT queue=MS cut=0|1), $2 = changes as a person writes them; prints
# the parameters as they are to be. The words are wanlink's (wan/control.c).
netem_parameters() {
  awk -v now="$1" -v changes="$2" '
    function bad(item) { printf "error: bad '\''%s'\''; known: delay=20ms queue=50ms rate=400mbit|unlimited loss=1 (percent) offload=auto|off\n", item >"/dev/stderr"; failed = 1; exit 1 }
    function number(item, value, base, large,   digits, unit) {
      if (!match(value, /^([0-9]+\.?[0-9]*|\.[0-9]+)/)) bad(item)
      digits = substr(value, 1, RLENGTH); unit = substr(value, RLENGTH + 1)
      if (large != "" && unit == large) return digits * 1000
      if (unit != "" && unit != base) bad(item)
      return digits + 0
    }
    BEGIN {
      split(now, pairs, " "); for (i in pairs) { split(pairs[i], one, "="); is[one[1]] = one[2] }
      n = split(changes, items, ",")
      for (i = 1; i <= n; i++) {
        if (items[i] == "") continue
        at = index(items[i], "="); key = substr(items[i], 1, at - 1); value = substr(items[i], at + 1)
        if (at < 2) bad(items[i])
        else if (key == "delay" || key == "queue") is[key] = number(items[i], value, "ms", "s")
        else if (key == "loss") { is[key] = number(items[i], value, "%", ""); if (is[key] > 100) bad(items[i]) }
        else if (key == "offload" && (value == "auto" || value == "off")) continue # packet by packet in any case
        else if (key == "rate" && value == "unlimited") is[key] = 0
        else if (key == "rate") { is[key] = number(items[i], value, "mbit", "gbit"); if (is[key] <= 0) bad(items[i]) }
        else bad(items[i])
      }
      printf "delay=%g rate=%g loss=%g queue=%g cut=%d\n", is["delay"], is["rate"], is["loss"], is["queue"], is["cut"]
    }'
}

# The arguments of `netem` for parameters. Its limit counts all packets that it holds, those under way among them. All of
# them are given each time: a change leaves alone what it does not name.
netem_arguments() {
  awk -v now="$1" -v header=$NETEM_HEADER_BYTES -v packet=$NETEM_PACKET_BYTES -v most=$NETEM_MOST_PACKETS 'BEGIN {
    split(now, pairs, " "); for (i in pairs) { split(pairs[i], one, "="); is[one[1]] = one[2] }
    limit = most
    if (is["rate"] > 0) { limit = int((is["delay"] + is["queue"]) * is["rate"] * 1000 / 8 / packet) + 1; if (limit > most) limit = most }
    printf "limit %d delay %gms loss %g%%", limit, is["delay"], is["cut"] ? 100 : is["loss"]
    if (is["rate"] > 0) printf " rate %gmbit -%d\n", is["rate"], header; else printf " rate 0\n"
  }'
}

netem_apply() {
  local host arguments
  read -ra arguments < <(netem_arguments "$(cat "$LAB_DIR/wan/parameters")")
  for host in $LAB_HOSTS; do on_wan tc qdisc replace dev "to-$host" root netem "${arguments[@]}"; done
}

netem_change() {
  local changed
  changed=$(netem_parameters "$(cat "$LAB_DIR/wan/parameters")" "$1") || return 1
  echo "${changed/cut=?/cut=$2}" >"$LAB_DIR/wan/parameters"
  netem_apply
  netem_show
}

netem_cut_now() { sed 's/.*cut=//' "$LAB_DIR/wan/parameters"; }
netem_set() { netem_change "$1" "$(netem_cut_now)"; }
netem_cut() { netem_change '' 1; }
netem_restore() { netem_change '' 0; }

netem_show() {
  tr ' ' '\n' <"$LAB_DIR/wan/parameters" | awk -F= '{ is[$1] = $2 } END {
    printf "delay=%sms,rate=%s,loss=%s,queue=%sms%s\n", is["delay"], (is["rate"] > 0 ? is["rate"] "mbit" : "unlimited"), is["loss"], is["queue"], (is["cut"] > 0 ? " CUT" : "") }'
}

# What left the bridge towards each host, from the counters of its ports: bytes of IP packets. netem does not tell apart what it
# dropped at the queue, by loss and in an outage.
netem_stats() {
  local dropped_a dropped_b
  dropped_b=$(netem_dropped b) dropped_a=$(netem_dropped a)
  on_wan cat /proc/net/dev | tr ':' ' ' | awk -v header=$NETEM_HEADER_BYTES -v b="${dropped_b:-0}" -v a="${dropped_a:-0}" '
    function one(name, bytes, packets, dropped) { return sprintf("\"%s\":{\"bytes\":%.0f,\"packets\":%.0f,\"dropped\":%d}", name, bytes - packets * header, packets, dropped) }
    $1 == "to-b" { ab = one("aToB", $10, $11, b) } $1 == "to-a" { ba = one("bToA", $10, $11, a) } END { printf "{%s,%s}\n", ab, ba }'
}

netem_dropped() { on_wan tc -s qdisc show dev "to-$1" | sed -n 's/.*(dropped \([0-9]*\),.*/\1/p' | head -n 1; }
