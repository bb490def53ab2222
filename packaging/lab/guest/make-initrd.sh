# shellcheck shell=sh
# Runs on a host, after real-files.sh: makes initrd-N of the guest's program, its modules and N MiB of real files.
files=$1
cd /var/lib/dwcp-lab || exit
if [ ! -f base.cpio ]; then
  cp -r /guest/modules stage/
  cp /guest/vmlinuz vmlinuz
  (cd stage && find . | cpio --quiet -o -H newc) >base.tmp
  rm -r stage
  mv base.tmp base.cpio
fi
cp base.cpio initrd.tmp
[ "$files" = 0 ] || (cd / && real_files "$files" | cpio --quiet -o -H newc) >>initrd.tmp
mv initrd.tmp "initrd-$files"
