# shellcheck shell=bash
# Guests: Debian's cloud kernel, an initramfs with one program of ours (guest/), a serial console per host that is watched.

cmd_guest() {
  local verb=${1:-}
  shift || true
  [ $# -ge 1 ] || die "guest start|ticks|console|check|record|stop NAME"
  [ -d "$LAB_DIR" ] || die "no lab is up (lab up)"
  case $verb in
    start) guest_start "$@" ;;
    ticks) guest_known "$1"; guest_ticks "$1" "${2:-0}" ;;
    console) guest_known "$1"; cut -d' ' -f2- "$LAB_DIR/guests/$1.log" ;;
    check) guest_known "$1"; guest_check "$1" ;;
    record) guest_known "$1"; guest_record "$@" ;;
    stop) guest_stop "$1" ;;
    *) die "guest start|ticks|console|check|record|stop NAME" ;;
  esac
}

guest_known() { [ -f "$LAB_DIR/guests/$1.log" ] || die "no guest $1 (lab guest start $1)"; }

guest_start() {
  local name=$1 host=a memory=1024 workload=counters mib=64 rate='' files=0 disks=() vcpus=1 tick=20 disk_rate=512 disk_read=0 define=create sabotage=none backing='' runtime=0 seed=$((RANDOM * 32768 + RANDOM + 1))
  shift
  while [ $# -gt 0 ]; do
    [ "$1" = --persistent ] || [ "$1" = --backing ] || [ "$1" = --read-disks ] || [ $# -ge 2 ] || die "guest start: $1 needs a value"
    case $1 in
      --host) host=$2 ;; --memory) memory=$2 ;; --workload) workload=$2 ;; --mib) mib=$2 ;; --rate) rate=$2 ;;
      --files) files=$2 ;; --disk) disks+=("$2") ;; --disk-rate) disk_rate=$2 ;; --vcpus) vcpus=$2 ;; --tick) tick=$2 ;; --seed) seed=$2 ;; --sabotage) sabotage=$2 ;;
      --persistent) define=define; shift; continue ;;
      --backing) backing=1; shift; continue ;;
      --read-disks) disk_read=1; shift; continue ;;
      *) die "guest start: unknown option $1" ;;
    esac
    shift 2
  done
  case $workload in idle) mib=1 rate=0 ;; counters) rate=${rate:-20000} ;; rewrite) rate=${rate:-4096} ;;
    runtime) runtime=$mib mib=1 rate=${rate:-4} ;; *) die "guest start: no workload $workload" ;; esac
  [ ! -e "$LAB_DIR/guests/$name.log" ] || die "guest $name is already there (lab guest stop $name)"
  local initrd=$files
  [ "$runtime" = 0 ] || initrd=$files-runtime
  guest_boot_files "$host" "$files" "$initrd"
  local line="console=ttyS0 quiet nowatchdog dwcp.work=$workload dwcp.mib=$mib dwcp.rate=$rate dwcp.tick=$tick"
  line="$line dwcp.seed=$seed dwcp.disks=${#disks[@]} dwcp.diskrate=$disk_rate dwcp.diskread=$disk_read dwcp.sabotage=$sabotage dwcp.runtime=$runtime"
  guest_disks "$name" "$host" "$backing" ${disks[@]+"${disks[@]}"}
  guest_xml "$name" "$memory" "$vcpus" "$initrd" "$line" "${#disks[@]}" >"$LAB_DIR/boot/$name.xml"
  guest_watch "$name"
  echo "$tick" >"$LAB_DIR/guests/$name.tick"
  if [ "$define" = define ]; then
    virsh_on "$host" define "/var/lib/dwcp-lab/$name.xml" >&2 && virsh_on "$host" start "$name" >&2
  else
    virsh_on "$host" create "/var/lib/dwcp-lab/$name.xml" >&2
  fi
  await $((60 + memory / 50)) "guest $name to work" grep -q ' ready: ' "$LAB_DIR/guests/$name.log" ||
    { tail -n 20 "$LAB_DIR/guests/$name.log" >&2; die "guest $name did not come up"; }
}

# Runs one of the scripts under guest/ on a host.
guest_script() {
  local host=$1 script=$2
  shift 2
  cat "$LAB_HOME/guest/real-files.sh" "$LAB_HOME/guest/$script" | on "$host" sh -eus -- "$@"
}

# Kernel and initramfs lie in the directory that all hosts share: QEMU opens them on the destination too.
guest_boot_files() {
  local host=$1 files=$2 initrd=$3 boot=$LAB_DIR/boot runtime=''
  [ "$initrd" = "$files" ] || runtime=1
  [ ! -f "$boot/initrd-$initrd" ] || return 0
  cp "$LAB_HOME/guest/runtime.pl" "$boot/"
  if [ ! -f "$boot/base.cpio" ]; then mkdir -p "$boot/stage"; cp "$(tool guest -static)" "$boot/stage/init"; fi
  guest_script "$host" make-initrd.sh "$files" "$runtime"
}

# An image with ext4 and real files on the host where the guest starts; an empty one of the same size on the other, as the
# target of --copy-storage-all. With a backing file both have the same one, and an empty image on top.
guest_disks() {
  local name=$1 host=$2 backing=$3 number=0 mib base each other
  other=$(other_host "$host")
  shift 3
  for mib in "$@"; do
    number=$((number + 1))
    say "disk $number of $name: $mib MiB"
    if [ -z "$backing" ]; then
      guest_script "$host" make-disk.sh "$name-$number.qcow2" "$mib"
      on "$other" qemu-img create -q -f qcow2 "/var/lib/libvirt/images/$name-$number.qcow2" "${mib}M"
      continue
    fi
    base=$name-$number-base.qcow2
    guest_script "$host" make-disk.sh "$base" "$mib"
    cp "$LAB_DIR/$host/images/$base" "$LAB_DIR/$other/images/$base"
    for each in "$host" "$other"; do
      on "$each" qemu-img create -q -f qcow2 -b "$base" -F qcow2 "/var/lib/libvirt/images/$name-$number.qcow2"
    done
  done
}

guest_xml() {
  local name=$1 memory=$2 vcpus=$3 initrd=$4 line=$5 disk_count=$6 kind=qemu cpu number
  cpu="<cpu mode='custom' match='exact' check='none'><model fallback='allow'>qemu64</model></cpu>"
  [ "${DWCP_LAB_KVM:-0}" != 1 ] || { kind=kvm; cpu="<cpu mode='host-model'/>"; }
  cat <<X
<domain type='$kind'>
  <name>$name</name><memory unit='MiB'>$memory</memory><vcpu>$vcpus</vcpu>
  <os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type><kernel>/var/lib/dwcp-lab/vmlinuz</kernel>
    <initrd>/var/lib/dwcp-lab/initrd-$initrd</initrd><cmdline>$line</cmdline></os>
  <features><acpi/></features>$cpu<clock offset='utc'/>
  <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
X
  for ((number = 1; number <= disk_count; number++)); do
    printf "    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/var/lib/libvirt/images/%s-%d.qcow2'/>" "$name" "$number"
    printf "<target dev='vd%s' bus='virtio'/></disk>\n" "$(printf '%b' "\\x$(printf %x $((96 + number)))")"
  done
  cat <<X
    <serial type='file'><source path='/var/log/console/$name.log' append='on'/></serial>
    <controller type='usb' model='none'/><memballoon model='none'/></devices>
</domain>
X
}

guest_watch() {
  local name=$1 host
  for host in $LAB_HOSTS; do mkdir -p "$LAB_DIR/$host/log/console"; rm -f "$LAB_DIR/$host/log/console/$name.log"; done
  : >"$LAB_DIR/guests/$name.log"
  # shellcheck disable=SC2086
  detached "$LAB_DIR/guests/$name.pid" /dev/null "$(tool watch)" "$LAB_DIR" "$name" $LAB_HOSTS
}

# Saves a guest uncompressed, as an operator would for `dwcp replay`, and lets it go on from there.
guest_record() {
  local name=$1 file=${2:-} host saved=/var/lib/dwcp-lab/$1.save
  [ -n "$file" ] || die "guest record NAME FILE"
  host=$(guest_hosts "$name")
  case $host in [a-z]:running) host=${host%%:*} ;; *) die "$name does not run on exactly one host: ${host:-nowhere}" ;; esac
  virsh_on "$host" save "$name" "$saved" >&2
  virsh_on "$host" restore "$saved" >&2
  mv "$LAB_DIR/boot/$name.save" "$file"
  say "$name is in $file ($(du -m "$file" | cut -f1) MiB)"
}

guest_stop() {
  local name=$1 host pid
  for host in $LAB_HOSTS; do
    virsh_on "$host" destroy "$name" >/dev/null 2>&1 || true
    virsh_on "$host" undefine "$name" >/dev/null 2>&1 || true
    rm -f "$LAB_DIR/$host/images/$name"-[0-9].qcow2 "$LAB_DIR/$host/images/$name"-[0-9]-base.qcow2
  done
  if pid=$(pid_in "$LAB_DIR/guests/$name.pid"); then kill "$pid"; fi
  rm -f "$LAB_DIR/guests/$name".* "$LAB_DIR/boot/$name.xml"
}
