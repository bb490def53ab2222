# shellcheck shell=bash
# One migration, measured from outside: the clock, the link's counters, the guest's ticks, and libvirt's own figures.

cmd_migrate() {
  local name=${1:-} via=dwcp from='' to='' limit=0 flags=()
  [ -n "$name" ] || die "migrate NAME [--via dwcp|plain|parallel-zstd] [--from a] [--to b] [--limit SECONDS] [virsh flags...]"
  guest_known "$name"
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --via) via=$2; shift 2 ;; --from) from=$2; shift 2 ;; --to) to=$2; shift 2 ;; --limit) limit=$2; shift 2 ;;
      *) flags+=("$1"); shift ;;
    esac
  done
  [ -n "$from" ] || { from=$(guest_hosts "$name"); from=${from%%:*}; }
  [ -n "$from" ] || die "$name runs nowhere"
  to=${to:-$(other_host "$from")}
  case $via in
    dwcp) uri="qemu+unix:///system?socket=/run/dwcp/host-$to.sock" ;;
    plain) uri="qemu+tcp://host-$to/system" ;;
    parallel-zstd)
      uri="qemu+tcp://host-$to/system"
      flags=(--parallel --parallel-connections 4 --comp-methods zstd --comp-zstd-level 1 ${flags[@]+"${flags[@]}"}) ;;
    *) die "migrate: --via dwcp, plain or parallel-zstd" ;;
  esac
  migrate_and_measure "$name" "$via" "$from" "$to" "$limit" "$uri" ${flags[@]+"${flags[@]}"}
}

migrate_and_measure() {
  local name=$1 via=$2 from=$3 to=$4 limit=$5 uri=$6 outcome=completed sound=true
  local bytes started ended ticks stats error=$LAB_DIR/guests/$1.error
  shift 6
  bytes=$(wan_bytes)
  started=$(now_ms)
  on "$from" virsh -q -c qemu:///system migrate --live --p2p "$@" "$name" "$uri" >"$error" 2>&1 &
  follow_job $! "$name" "$from" "$limit" || outcome=failed
  ended=$(now_ms)
  [ ! -e "$LAB_DIR/guests/$name.stopped" ] || { outcome=stopped; rm -f "$LAB_DIR/guests/$name.stopped"; }
  bytes=$(($(wan_bytes) - bytes))
  if [ "$outcome" = failed ]; then cat "$error" >&2; fi
  guest_check "$name" >&2 || sound=false
  ticks=$(guest_ticks "$name" $((started * 1000)))
  stats=null
  [ "$outcome" != completed ] || stats=$(completed_stats "$to" "$name")
  printf '{"guest":"%s","via":"%s","from":"%s","to":"%s","outcome":"%s","seconds":%s,"wireBytes":%d,"feltDowntimeMs":%s,"sound":%s,"hosts":"%s","libvirt":%s,"ticks":%s}\n' \
    "$name" "$via" "$from" "$to" "$outcome" "$(awk -v ms=$((ended - started)) 'BEGIN { printf "%.3f", ms / 1000 }')" "$bytes" \
    "$(json_number feltDowntimeMs <<<"$ticks")" "$sound" "$(guest_hosts "$name" | paste -sd' ' -)" "$stats" "$ticks"
  [ "$outcome" = completed ] && [ "$sound" = true ]
}

# Waits for virsh; past the limit it aborts the job, so that a migration that never converges ends. On a terminal it shows how far.
follow_job() {
  local pid=$1 name=$2 from=$3 limit=$4 began=$SECONDS left
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$limit" -gt 0 ] && [ $((SECONDS - began)) -ge "$limit" ] && [ ! -e "$LAB_DIR/guests/$name.stopped" ]; then
      touch "$LAB_DIR/guests/$name.stopped"
      virsh_on "$from" domjobabort "$name" >/dev/null 2>&1 || rm -f "$LAB_DIR/guests/$name.stopped"
    fi
    if [ -t 2 ] && [ -z "${LAB_QUIET:-}" ] && [ $(((SECONDS - began) % 2)) = 0 ]; then
      left=$(virsh_on "$from" domjobinfo "$name" 2>/dev/null | awk -F: '/^Data remaining/ { gsub(/ +/, " ", $2); r = $2 } /^Iteration/ { i = $2 + 0 } END { if (r) printf "round %d,%s left", i, r }') || left=
      printf '\r\033[K   %3d s  %s' $((SECONDS - began)) "$left" >&2
    fi
    sleep 0.2
  done
  if [ -t 2 ] && [ -z "${LAB_QUIET:-}" ]; then printf '\r\033[K' >&2; fi
  wait "$pid"
}

# libvirt's figures of the last completed job, as the destination tells them; keys are libvirt's own.
completed_stats() {
  virsh_on "$1" domjobinfo "$2" --completed --rawstats | awk -F': *' '
    NF == 2 && $2 ~ /^-?[0-9]+(\.[0-9]+)?$/ { gsub(/^ +| +$/, "", $1); printf "%s\"%s\":%s", n++ ? "," : "{", $1, $2 } END { print n ? "}" : "null" }'
}
