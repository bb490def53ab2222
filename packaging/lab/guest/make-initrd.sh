# shellcheck shell=sh
# Runs on a host, after real-files.sh: makes initrd-N of the guest's program, its modules and N MiB of real files; with a
# second argument also the Perl of the host and what it runs, as initrd-N-runtime.
files=$1 runtime=${2-}
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
[ -z "$runtime" ] || {
  (cd / && perl_files | cpio --quiet -o -H newc) >>initrd.tmp
  (cd /var/lib/dwcp-lab && echo runtime.pl | cpio --quiet -o -H newc) >>initrd.tmp
}
mv initrd.tmp "initrd-$files${runtime:+-runtime}"
