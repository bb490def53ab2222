# shellcheck shell=sh
# Lists real files (programs, libraries) of the host up to $1 MiB, directories first, relative to /. Read by the scripts beside it.
real_files() {
  echo usr # the kernel makes no parent directories
  find usr/bin usr/sbin usr/lib usr/share ${JAVA_HOME:+"${JAVA_HOME#/}"} -type d
  find usr/bin usr/sbin usr/lib usr/share ${JAVA_HOME:+"${JAVA_HOME#/}"} -type f -size +0 -printf '%s %p\n' |
    awk -v most=$(($1 * 1048576)) '{ sum += $1; if (sum > most) exit; sub(/^[0-9]+ /, ""); print }'
}

# Lists the interpreter, its libraries and the modules of perl-base, parents first, relative to /.
perl_files() {
  base=$(perl -e 'print grep { m{/perl-base$} } @INC')
  printf '%s\n' usr usr/bin usr/lib usr/lib/x86_64-linux-gnu usr/lib64 lib lib64 usr/bin/perl
  for library in $(ldd /usr/bin/perl | grep -o '/[^ ]*'); do
    realpath -s --relative-to=/ "/usr$library"
    realpath --relative-to=/ "$library"
  done
  (cd / && find "${base#/}" -type d && find "${base#/}" -type f)
}
