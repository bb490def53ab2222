# shellcheck shell=sh
# What bin/dwcpd and bin/dwcp share. Reads DWCP_HOME, sets:
#   java     the JVM: the bundled one, else that of JAVA_HOME, else one that the distribution installed
#   jars     the class path; sorted, since an AOT cache holds for one order only
#   natives  the directory of the native libraries. They are loaded from there and never unpacked, so
#            /tmp may be noexec.

# Prints the feature release (25) of the Java in directory $1; nothing if it cannot tell.
feature_of() {
  [ -r "$1/release" ] || return 0
  while IFS='=' read -r key value; do
    [ "$key" = JAVA_VERSION ] || continue
    value=${value#\"}
    printf '%s\n' "${value%%[!0-9]*}"
    return 0
  done <"$1/release"
}

no_java() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  printf '%s: DWCP needs Java 25 or later: set JAVA_HOME to one, or install it under /usr/lib/jvm.\n' "${0##*/}" >&2
  exit 1
}

java_home=${JAVA_HOME-}
if [ -x "$DWCP_HOME/runtime/bin/java" ]; then
  java_home=$DWCP_HOME/runtime
fi
if [ -z "$java_home" ]; then
  for candidate in /usr/lib/jvm/*25*; do
    if [ -x "$candidate/bin/java" ]; then
      java_home=$candidate
      break
    fi
  done
fi
[ -n "$java_home" ] || no_java "no Java found (no $DWCP_HOME/runtime, JAVA_HOME is not set, no /usr/lib/jvm/*25*)"

java=$java_home/bin/java
[ -x "$java" ] || no_java "JAVA_HOME is $java_home, but $java cannot be run"
feature=$(feature_of "$java_home")
if [ -n "$feature" ] && [ "$feature" -lt 25 ]; then
  no_java "JAVA_HOME is $java_home, which is Java $feature"
fi

jars=''
for jar in "$DWCP_HOME"/lib/*.jar; do jars=$jars${jars:+:}$jar; done

# Read by the scripts that source this file.
# shellcheck disable=SC2034
natives=$DWCP_HOME/lib/native
