#!/bin/sh
# Links the Java runtime that the distribution brings along: runtime.sh JDK DISTRIBUTION. Called by Maven.
# Where the JDK cannot link one (it has neither jmods nor a linkable image of itself), the distribution goes without and
# takes the Java that it finds.
set -eu
jdk=$1 runtime=$2/runtime

# What the jars need at run time. Not what jdeps adds for classes that never load here: java.sql (Gson), java.desktop (Guava, JNA).
# jdk.jfr: Netty's classes name it. jdk.unsupported: Netty, Guava. java.naming, java.xml: Logback.
modules=java.base,java.logging,java.management,java.naming,java.xml,jdk.jfr,jdk.unsupported

# One that is newer than the JDK and this file is kept: linking takes five seconds.
if [ -n "$(find "$runtime/release" -newer "$jdk/release" -newer "$0" 2>/dev/null)" ]; then exit; fi
rm -rf "$runtime"
if ! "$jdk/bin/jlink" --add-modules "$modules" --strip-java-debug-attributes --no-header-files --no-man-pages --output "$runtime"; then
  rm -rf "$runtime"
  echo "WARNING: $jdk cannot link a runtime; the distribution will need a Java 25 on the host" >&2
fi
