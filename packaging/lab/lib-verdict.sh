# shellcheck shell=bash
# What a guest's console says about it. libvirt's word is not enough: a guest that panics on arrival is "running" too.

GUEST_TROUBLE='Kernel panic|BUG:|Oops|Call Trace|stack is corrupted|general protection|segfault|CORRUPT'

# One JSON object on the ticks since a time (microseconds since the epoch; 0: all).
guest_ticks() {
  local trouble
  trouble=$(grep -cE "$GUEST_TROUBLE" "$LAB_DIR/guests/$1.log" || true)
  awk -v since="$2" -v tick="$(cat "$LAB_DIR/guests/$1.tick")" -v now="$(now_ms)" -v trouble="$trouble" '
    $3 != "tick" || NF != 8 { next }
    n && $4 != number + 1 { if ($4 > number) missing += $4 - number - 1; else repeated++ }
    { if (last && $1 >= since && $1 - last > gap) { gap = $1 - last; at = number }
      n++; number = $4; last = $1; host = $2; clock = $5; work = $6; verified = $7; corrupt = $8 }
    END { felt = gap / 1000 - tick; if (felt < 0) felt = 0
      printf "{\"ticks\":%d,\"lastTick\":%d,\"lastAgeMs\":%d,\"host\":\"%s\",\"guestClockMs\":%d,\"largestGapMs\":%.1f,\"gapAfterTick\":%d,\"feltDowntimeMs\":%.1f,\"missingTicks\":%d,\"repeatedTicks\":%d,\"work\":%d,\"verifiedPages\":%d,\"corrupt\":%d,\"troubleLines\":%d}\n",
        n, number, now - last / 1000, host, clock, gap / 1000, at, felt, missing, repeated, work, verified, corrupt, trouble }' "$LAB_DIR/guests/$1.log"
}

json_number() { grep -o "\"$1\":[0-9.]*" | head -n 1 | cut -d: -f2; }

# The hosts where the guest is anything but gone or shut off.
guest_hosts() {
  local host state
  for host in $LAB_HOSTS; do
    state=$(virsh_on "$host" domstate "$1" 2>/dev/null) || continue
    case $state in 'shut off' | '') ;; *) echo "$host:${state// /-}" ;; esac
  done
}

# Fails with a reason unless the guest is one, alive and sound.
guest_check() {
  local name=$1 before after hosts
  hosts=$(guest_hosts "$name")
  case $hosts in [a-z]:running) ;; *) say "$name does not run on exactly one host: ${hosts:-nowhere}"; return 1 ;; esac
  if grep -m5 -E "$GUEST_TROUBLE" "$LAB_DIR/guests/$name.log" >&2; then say "$name is not sound: see its console above"; return 1; fi
  before=$(guest_ticks "$name" 0 | json_number lastTick)
  sleep 1
  after=$(guest_ticks "$name" 0)
  [ "$(json_number lastTick <<<"$after")" -gt "$before" ] || { say "$name does not tick any more (last tick $before)"; return 1; }
  [ "$(json_number repeatedTicks <<<"$after")" = 0 ] || { say "$name repeated ticks: it started again or went back"; return 1; }
  [ "$(json_number missingTicks <<<"$after")" -le 1 ] || { say "$name lost ticks: $after"; return 1; }
  echo "$name is sound on host-${hosts%%:*}"
}
