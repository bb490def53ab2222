#!/bin/bash
# Becomes PID 1 of a host. Runs inside fresh mount, PID, UTS and network namespaces:
#   host-enter.sh LAB_DIR HOST ROOT PROJECT JAVA_HOME
# Every mount made here dies with the namespace, so nothing is left on the machine, however the host ends.
set -eu
lab=$1 host=$2 lower=$3 project=$4 java=$5
base=$lab/$host root=$lab/$host/root
mount --make-rprivate /
hostname "host-$host"

# The cached root stays as built: what the host writes goes to memory, or to the directories bound below.
mount -t tmpfs -o mode=755 dwcp-lab "$base/rw"
mkdir "$base/rw/upper" "$base/rw/work"
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$base/rw/upper,workdir=$base/rw/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 dev "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/net"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs shm "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
for pair in fd: stdin:/0 stdout:/1 stderr:/2; do ln -s "/proc/self/fd${pair#*:}" "$root/dev/${pair%%:*}"; done
for node in null zero full random urandom tty net/tun kvm; do
  [ -c "/dev/$node" ] || continue
  touch "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
for pair in run:run log:var/log images:var/lib/libvirt/images; do
  mkdir -p "$root/${pair#*:}"
  mount --bind "$base/${pair%%:*}" "$root/${pair#*:}"
done
mkdir -p "$root/var/lib/dwcp-lab"
mount --bind "$lab/boot" "$root/var/lib/dwcp-lab" # kernels and consoles: the same path on every host
if [ -n "$java" ]; then mkdir -p "$root$java"; mount --bind "$java" "$root$java"; fi
mkdir -p "$root/opt/dwcp-project"
mount --bind "$project" "$root/opt/dwcp-project"
cp -r "$base/etc/." "$root/etc/"
rm -f "$root/usr/bin/pkttyagent" # else virsh on a terminal complains that no polkit runs here
# libvirt 9.0 insists on its default user, which a package that the lab does without would make.
if ! grep -q '^libvirt-qemu:' "$root/etc/passwd"; then
  echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin' >>"$root/etc/passwd"
  echo 'libvirt-qemu:x:64055:' >>"$root/etc/group"
fi
ln -sfn "$(cat "$base/dist")" "$root/opt/dwcp"

cd "$root"
mkdir -p mnt
pivot_root . mnt
umount -l /mnt
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
ip link set lo up
# bash as PID 1 reaps orphans while it waits. Without a reaper every QEMU exit costs libvirt 40 s.
# libvirtd is started again when it dies, as systemd would do.
virtlogd -d
while :; do libvirtd --listen || true; sleep 1; done
