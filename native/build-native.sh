#!/bin/sh
# Builds libdwcp and its sanitized test program for the machine it runs on. Called by Maven (pom.xml).
#   build-native.sh TARGET_DIRECTORY
# Leaves TARGET/classes/linux-ARCH/libdwcp.so, where JNA looks for it in the jar, and TARGET/sanitized/dwcp-kernels-test.
# Without cmake or a C compiler it warns, leaves a reason in TARGET/sanitized/skipped and succeeds: the JVM has its own
# kernels. With both, a failed compilation fails the build.
set -eu

source_directory=$(cd "$(dirname "$0")" && pwd)
target=$1
sanitized="$target/sanitized"
mkdir -p "$target/classes" "$sanitized"
rm -f "$sanitized/skipped"

without_native() {
    echo "[WARNING] libdwcp is not built: $1. DWCP will run with its Java page kernels."
    echo "$1" > "$sanitized/skipped"
    exit 0
}

[ "$(uname -s)" = Linux ] || without_native "the system is $(uname -s), not Linux"
command -v cmake > /dev/null || without_native "cmake is missing"
command -v "${CC:-cc}" > /dev/null || without_native "a C compiler (${CC:-cc}) is missing"
if command -v ninja > /dev/null; then
    generator=Ninja
elif command -v make > /dev/null; then
    generator='Unix Makefiles'
else
    without_native "ninja and make are missing"
fi

# JNA's names for the processors (com.sun.jna.Platform): x86-64, aarch64, ...
case $(uname -m) in
    x86_64) architecture=x86-64 ;;
    *) architecture=$(uname -m) ;;
esac
library_directory="$target/classes/linux-$architecture"

cmake -S "$source_directory" -B "$target/cmake" -G "$generator" -DCMAKE_BUILD_TYPE=Release > "$target/cmake.log" 2>&1 \
    && cmake --build "$target/cmake" >> "$target/cmake.log" 2>&1 \
    || { cat "$target/cmake.log"; exit 1; }
mkdir -p "$library_directory"
cp "$target/cmake/libdwcp.so" "$library_directory/"

if ! echo 'int main(void) { return 0; }' \
    | "${CC:-cc}" -fsanitize=address,undefined -x c - -o "$sanitized/probe" 2> /dev/null; then
    echo "[WARNING] The C tests are skipped: ${CC:-cc} has no address and undefined sanitizers."
    echo "${CC:-cc} has no address and undefined sanitizers" > "$sanitized/skipped"
    exit 0
fi
rm -f "$sanitized/probe"
cmake -S "$source_directory" -B "$sanitized" -G "$generator" -DDWCP_SANITIZE=ON > "$target/sanitized.log" 2>&1 \
    && cmake --build "$sanitized" >> "$target/sanitized.log" 2>&1 \
    || { cat "$target/sanitized.log"; exit 1; }
