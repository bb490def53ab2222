# shellcheck shell=sh
# Lists real files (programs, libraries) of the host up to $1 MiB, directories first, relative to /. Read by the scripts beside it.
real_files() {
  find usr/bin usr/sbin usr/lib usr/share ${JAVA_HOME:+"${JAVA_HOME#/}"} -type d
  find usr/bin usr/sbin usr/lib usr/share ${JAVA_HOME:+"${JAVA_HOME#/}"} -type f -size +0 -printf '%s %p\n' |
    awk -v most=$(($1 * 1048576)) '{ sum += $1; if (sum > most) exit; sub(/^[0-9]+ /, ""); print }'
}
