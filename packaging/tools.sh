# shellcheck shell=bash
# What the commands here need of the machine they run on. Sourced by test, demo and lab/lab; TOOLS_FOR is who asks.
# What is missing comes from the distribution's own packages (apt-get, dnf); what they do not have is named, with the way to it.

tools_say() { printf '%s\n' "$TOOLS_FOR: $*" >&2; }

# Prints the feature release (25) of the JDK in directory $1, or nothing.
feature_of() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Prints the home of a JDK 25 or later.
find_jdk() {
  local candidate feature javac
  javac=$(readlink -f "$(command -v javac || true)")
  for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*25* "${javac%/bin/javac}"; do
    [ -n "$candidate" ] || continue
    feature=$(feature_of "$candidate")
    if [ "${feature:-0}" -ge 25 ]; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  tools_say "no JDK 25 in JAVA_HOME, under /usr/lib/jvm or in PATH. Get one, then set JAVA_HOME to it:"
  cat >&2 <<'TEXT'
  Debian, Ubuntu:  apt-get install temurin-25-jdk   (repository: https://adoptium.net/installation/linux)
                   or openjdk-25-jdk where the release has it
  EL:              dnf install java-25-openjdk-devel
TEXT
  return 1
}

links() { echo 'int main(void) { return 0; }' | gcc "$@" -x c -o /dev/null -; }

# Is that tool here, and does it do what we need of it? `root-builder` is either of two programs.
has_tool() {
  case $1 in
    gcc) command -v gcc && [ -e /usr/include/stdio.h ] ;;
    gcc-static) links -static ;;
    gcc-sanitizers) links -fsanitize=address,undefined ;;
    root-builder) command -v mmdebstrap || command -v debootstrap ;;
    *) command -v "$1" ;;
  esac >/dev/null 2>&1
}

# The packages that bring tool $2 with package manager $1.
packages_for() {
  case $1:$2 in
    *:mvn) echo maven ;;
    *:ninja) echo ninja-build ;;
    apt:gcc | apt:gcc-static | apt:gcc-sanitizers) echo gcc libc6-dev ;;
    dnf:gcc-static) echo gcc glibc-static ;;
    dnf:gcc-sanitizers) echo gcc libasan libubsan ;;
    apt:rpmbuild) echo rpm ;;
    dnf:rpmbuild) echo rpm-build ;;
    *:dpkg-deb) echo dpkg ;;
    apt:ip) echo iproute2 ;;
    dnf:ip) echo iproute ;;
    dnf:awk) echo gawk ;;
    apt:root-builder) echo mmdebstrap debian-archive-keyring ;;
    dnf:root-builder) echo debootstrap debian-keyring ;;
    *) echo "$2" ;;
  esac
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
    tools_say "needs root, and there is no sudo here: $*"
    return 1
  fi
}

install_with_apt() {
  as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# EL keeps ninja-build and glibc-static in a repository that is off by default, and debootstrap in EPEL.
install_with_dnf() {
  local off=() repository
  while read -r repository; do off+=("--enablerepo=$repository"); done < <(dnf -q repolist --all |
    awk '$1 ~ /^(crb|codeready-builder-for-.*-rpms)$/ { print $1 }')
  case " $* " in *' debootstrap '*) rpm -q epel-release fedora-release-common >/dev/null || as_root dnf install -y -q epel-release ||
    tools_say "debootstrap is in EPEL: https://docs.fedoraproject.org/en-US/epel says how to add it" ;; esac
  as_root dnf install -y -q ${off[@]+"${off[@]}"} "$@"
}

# Installs those of the tools that are missing. Fails unless all are there in the end.
need_tools() {
  local tool manager='' missing=() packages=()
  for tool in "$@"; do has_tool "$tool" || missing+=("$tool"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  if command -v apt-get >/dev/null; then manager=apt; elif command -v dnf >/dev/null; then manager=dnf; fi
  if [ -z "$manager" ]; then
    tools_say "neither apt-get nor dnf is here; please install: ${missing[*]}"
    return 1
  fi
  # shellcheck disable=SC2207 # names of packages have no spaces
  for tool in "${missing[@]}"; do packages+=($(packages_for $manager "$tool")); done
  mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
  tools_say "installing ${packages[*]}"
  "install_with_$manager" "${packages[@]}" >&2 || tools_say "not all of these could be installed: ${packages[*]}"
  for tool in "${missing[@]}"; do
    has_tool "$tool" || { tools_say "$tool is still missing ($(packages_for $manager "$tool")): install it by hand, then run this again"; return 1; }
  done
}

# The distribution's Maven may be older than the build accepts (pom.xml, requireMavenVersion).
need_maven() {
  local version
  need_tools mvn || return 1
  version=$(mvn --batch-mode --version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')
  [ "$(printf '%s\n' 3.8.7 "${version:-0}" | sort -V | head -n 1)" = 3.8.7 ] && return
  tools_say "Maven ${version:-of an unknown version} is too old, the build needs 3.8.7 or later. Put a newer one first in PATH:"
  tools_say "unpack it from https://maven.apache.org/download.cgi, or on EL 9: dnf module install maven:3.9"
  return 1
}
