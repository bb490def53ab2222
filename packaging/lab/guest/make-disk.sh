# shellcheck shell=sh
# Runs on a host, after real-files.sh: makes the image $1 of $2 MiB with ext4, six tenths filled with real files.
image=$1 mib=$2
cd /var/lib/libvirt/images || exit
rm -rf stage
mkdir stage
(cd / && real_files $((mib * 6 / 10)) | cpio --quiet -pdm /var/lib/libvirt/images/stage)
mke2fs -q -F -t ext4 -d stage raw.tmp "${mib}m"
rm -rf stage
qemu-img convert -f raw -O qcow2 raw.tmp "$image"
rm raw.tmp
