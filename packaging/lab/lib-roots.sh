# shellcheck shell=bash
# The hosts' root file systems: Debian 12 with its own libvirt and QEMU (old) or those of its backports suite (new).
# libvirt and QEMU are never installed into the machine itself.

ROOT_PACKAGES="libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86 qemu-utils
  iproute2 iptables e2fsprogs kmod procps mount cpio socat tcpdump"
ROOT_RECIPE=1 # count up when build_root changes what is in a root
# The storage driver became a package of its own after libvirt 9.0.
ROOT_PACKAGES_NEW="libvirt-daemon-driver-storage"

cmd_roots() {
  local which
  for which in "${@:-new}"; do
    case $which in new | old) build_root "$which" ;; *) die "roots: $which is neither new nor old" ;; esac
  done
}

packages_of() { local all=$ROOT_PACKAGES; [ "$1" = old ] || all="$all $ROOT_PACKAGES_NEW"; echo "$all" | tr -s ' \n' ',' | sed 's/,$//'; }

# The cached root; its name carries a hash of what it is made of, so a changed list makes a new one.
root_path() {
  local key
  key=$( { echo "$ROOT_RECIPE"; packages_of "$1"; fetch_kernel; } | sha256sum | cut -c1-12)
  echo "$LAB_CACHE/$1-$key"
}

# This machine's Debian mirror, from either form of apt's sources.
mirror() {
  local found
  if [ -n "${DWCP_LAB_MIRROR:-}" ]; then echo "$DWCP_LAB_MIRROR"; return; fi
  found=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk '
      /^URIs:/ { uri = $2 } /^Suites:/ { suites = $0 } /^$/ { if (suites ~ /bookworm|trixie|stable/ && uri !~ /security/) print uri; suites = uri = "" }
      END { if (suites ~ /bookworm|trixie|stable/ && uri !~ /security/) print uri }' | grep -m1 '/debian/*$') ||
    found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) print $i }' |
      grep -v security | grep -m1 '/debian/*$') ||
    die "no Debian mirror among apt's sources here: set DWCP_LAB_MIRROR to one that carries bookworm and bookworm-backports"
  echo "$found"
}

# Sets `builder` to the command that stands for mmdebstrap, `place` to the directory $2 as that command sees it, and `trust` to
# what a line of apt's sources needs. Where the machine has no mmdebstrap (EL), debootstrap makes a Debian once that has it.
set_builder() {
  local mirror=$1 debian=$LAB_CACHE/debian-with-mmdebstrap
  need_tools root-builder || exit 1
  builder=(mmdebstrap) place=$2 trust=''
  if command -v mmdebstrap >/dev/null; then
    grep -q '^ID=debian' /etc/os-release || trust="[signed-by=$(keyring)] " # on Debian apt trusts what the machine trusts
    return
  fi
  [ -d "$debian" ] || build_builder "$mirror" "$2/debian" "$debian"
  builder=(sh "$LAB_HOME/mmdebstrap-in.sh" "$debian" "$place")
  place=/mnt
}

build_builder() {
  local mirror=$1 temp=$2 debian=$3 keys log=$LAB_CACHE/build-debian.log
  keys=$(keyring) || exit 1
  say "no mmdebstrap here: debootstrap makes a Debian that has it (about a minute)"
  debootstrap --variant=minbase --include=mmdebstrap --force-check-gpg --keyring="$keys" bookworm "$temp" "$mirror" \
    </dev/null >"$log" 2>&1 8>&- || { tail -n 20 "$log" >&2; die "debootstrap failed; the whole log: $log"; }
  cp -L /etc/resolv.conf "$temp/etc/resolv.conf"
  mv -T "$temp" "$debian"
}

# The keys that Debian signs with.
keyring() {
  local file=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -f "$file" ] || die "no $file: install debian-archive-keyring (Ubuntu) or debian-keyring (EL, from EPEL)"
  echo "$file"
}

build_root() {
  local which=$1 target temp place mirror trust suites=() builder=() release=bookworm
  target=$(root_path "$which")
  [ ! -d "$target" ] || return 0
  mkdir -p "$LAB_CACHE"
  exec 8>"$LAB_CACHE/build.lock"
  flock 8 # two labs may start at once
  [ ! -d "$target" ] || { exec 8>&-; return; }
  mirror=$(mirror)
  temp=$(mktemp -d "$LAB_CACHE/building.XXXXXX")
  # shellcheck disable=SC2064 # this directory
  trap "rm -rf '$temp'" EXIT
  set_builder "$mirror" "$temp"
  suites=("deb $trust$mirror bookworm main")
  [ "$which" = old ] || { release=bookworm-backports; suites+=("deb $trust$mirror bookworm-backports main"); }
  say "building root $which from $mirror (about 40 s)"
  # In namespaces of its own: killed at any moment it leaves neither processes nor mounts.
  unshare --mount --pid --fork --mount-proc --kill-child -- \
    "${builder[@]}" --quiet --mode=root --variant=essential --format=directory \
    --aptopt='APT::Install-Recommends "false"' --aptopt="APT::Default-Release \"$release\"" \
    --aptopt='APT::Sandbox::User "root"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --include="$(packages_of "$which")" --customize-hook="$(fetch_kernel)" \
    bookworm "$place/root" "${suites[@]}" </dev/null >"$LAB_CACHE/build-$which.log" 2>&1 8>&- &
  # shellcheck disable=SC2064 # this builder and this directory
  trap "kill -9 $! 2>/dev/null; wait; rm -rf '$temp'" EXIT
  trap 'exit 130' INT TERM
  wait $! || { tail -n 20 "$LAB_CACHE/build-$which.log" >&2; die "root $which did not build; the whole log: $LAB_CACHE/build-$which.log"; }
  mkdir -p "$temp/root/opt/dwcp-project" "$temp/root/var/lib/dwcp-lab"
  mv -T "$temp/root" "$target"
  rm -rf "$temp"
  trap - EXIT INT TERM
  exec 8>&-
  say "root $which is built: $target ($(du -sh "$target" | cut -f1))"
}

# A hook for mmdebstrap: the guests' kernel (Debian's cloud kernel of bookworm) unpacked into /guest of the root.
fetch_kernel() {
  cat <<'HOOK'
set -eu; export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"; mkdir "$1/guest" "$1/guest/deb"; cd "$1/guest/deb"
apt-get download -q -t bookworm linux-image-cloud-amd64
apt-get download -q -t bookworm "$(dpkg-deb -f linux-image-cloud-amd64*.deb Depends | cut -d' ' -f1)"
dpkg-deb -x linux-image-6*.deb ..; cd ..; rm -rf deb
mv boot/vmlinuz-* vmlinuz; mkdir modules; find lib/modules -name 'virtio*.ko' -exec mv {} modules ';'; rm -rf boot lib usr
HOOK
}
