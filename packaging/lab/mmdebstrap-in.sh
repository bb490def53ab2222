#!/bin/sh
# mmdebstrap of another Debian: mmdebstrap-in.sh DEBIAN DIRECTORY ARGUMENTS... runs it with DIRECTORY as its /mnt.
# For build_root, which calls it in mount and PID namespaces of its own: what is mounted here goes with them.
set -eu
debian=$1 directory=$2
shift 2
mount --bind "$directory" "$debian/mnt"
mount -t proc proc "$debian/proc"
mount --rbind /dev "$debian/dev"
mount --rbind /sys "$debian/sys"
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
exec chroot "$debian" mmdebstrap "$@"
