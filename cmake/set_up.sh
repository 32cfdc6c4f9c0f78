#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cmake/set_up.sh PRESET…: installs the Debian packages that are missing, fetches DuckDB, then configures and builds each
# preset in build/<preset>; says each step. Called by ./otomo and ./test. It may be interrupted at any point: what is done
# is marked only afterwards (build/<preset>/built), and the next call goes on from there. Exit code 3 when the machine
# lacks something that cannot be had.
# DUCKDB_ROOT=folder in the environment takes DuckDB from there (lib/libduckdb.so, include/duckdb.hpp).
set -euo pipefail
if [[ -n ${DUCKDB_ROOT-} ]]; then DUCKDB_ROOT=$(realpath "$DUCKDB_ROOT"); fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A Debian package and what shows that it is there when it was not installed by apt: a command, or a header.
packages_to_build=(
  g++:g++ cmake:cmake ninja-build:ninja pkg-config:pkg-config
  libfmt-dev:fmt/core.h libsimdjson-dev:simdjson.h libcli11-dev:CLI/CLI.hpp
  libtomlplusplus-dev:toml++/toml.h libre2-dev:re2/re2.h libcctz-dev:cctz/time_zone.h tzdata:/usr/share/zoneinfo/UTC
  libisal-dev:isa-l.h libdeflate-dev:libdeflate.h libzstd-dev:zstd.h libbz2-dev:bzlib.h
  libcurl4-openssl-dev:curl/curl.h libssl-dev:openssl/sha.h libpugixml-dev:pugixml.hpp)
packages_to_test=(
  libgtest-dev:gtest/gtest.h python3:python3 clang-format-19:clang-format-19 clang-19:clang++-19
  git:git
  libclang-rt-19-dev:/usr/lib/llvm-19/lib/clang/19/include/fuzzer/FuzzedDataProvider.h)
packages_to_fetch=(npm:npm python3-pip:pip3 ca-certificates:/etc/ssl/certs/ca-certificates.crt)

say() { echo "otomo: $*" >&2; }

# fail MESSAGE [LOG]: the log's end tells why.
fail() {
  if [[ -n ${2-} && -s $2 ]]; then
    say "the last lines of $2:"
    tail -n 15 "$2" >&2
  fi
  say "$1"
  exit 3
}

is_there() {
  case $1 in
    /*) [[ -e $1 ]] ;;
    *.h | *.hpp) [[ -e /usr/include/$1 || -e /usr/local/include/$1 ]] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# Installs those of its arguments (package:sign) that are missing. A package that dpkg left half installed is missing.
install_packages() {
  local entry package known="" missing=()
  if command -v dpkg-query >/dev/null; then
    known=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${@%%:*}" 2>/dev/null || true)
  fi
  for entry in "$@"; do
    package=${entry%%:*}
    case $'\n'$known$'\n' in
      *$'\n'"$package installed"$'\n'*) continue ;;
      *$'\n'"$package half-"* | *$'\n'"$package unpacked"* | *$'\n'"$package triggers-"*) ;;
      *) if is_there "${entry#*:}"; then continue; fi ;;
    esac
    missing+=("$package")
  done
  if [[ ${#missing[@]} -eq 0 ]]; then return; fi

  local by_hand="apt-get install --no-install-recommends ${missing[*]}"
  if ! command -v apt-get >/dev/null; then
    fail "missing: ${missing[*]} (Debian's names). There is no apt-get here; install them your system's way and run again."
  fi
  local as_root=()
  if [[ $EUID -ne 0 ]]; then
    if ! command -v sudo >/dev/null || { ! sudo -n true 2>/dev/null && [[ ! -t 2 ]]; }; then
      fail "missing Debian packages, and this is not root. Run, then call again:
  sudo $by_hand"
    fi
    as_root=(sudo)
  fi
  say "Debian packages: installing ${missing[*]}"
  local log=build/set_up.log
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive)
  # An earlier installation may have been interrupted: dpkg finishes what it can, and apt mends the rest.
  if ! { { "${apt[@]}" dpkg --configure -a || true; } &&
    "${apt[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update &&
    "${apt[@]}" apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 --fix-broken --no-install-recommends install \
      "${missing[@]}"; } >"$log" 2>&1; then
    fail "could not install the Debian packages ${missing[*]}. Install them by hand and run again:
  $by_hand" "$log"
  fi
}

# Its mark carries the time of the beginning: a file changed during the build is newer.
build() {
  local preset=$1 folder=build/$1 arguments=()
  if [[ -n ${DUCKDB_ROOT-} ]]; then arguments+=("-DDUCKDB_ROOT=$DUCKDB_ROOT"); fi
  mkdir -p "$folder"
  touch "$folder/begun"
  say "configuring build/$preset"
  if ! cmake --preset "$preset" "${arguments[@]}" >"$folder/configure.log" 2>&1; then
    fail "cmake --preset $preset failed" "$folder/configure.log"
  fi
  say "building build/$preset"
  if ! NINJA_STATUS="[%f/%t, %es] " cmake --build "$folder" --parallel "$(nproc)" >&2; then
    fail "build/$preset could not be built"
  fi
  mv "$folder/begun" "$folder/built"
}

mkdir -p build
exec 9>build/set_up.lock
if ! flock -n 9; then
  say "another set-up is at work here; waiting for it"
  flock 9
fi
if [[ ! -e build/$1/built ]]; then
  say "setting up in $PWD/build; the first time takes some minutes"
fi
trap 'say "interrupted; call again to go on"; exit 130' INT TERM

started=$SECONDS
packages=("${packages_to_build[@]}")
if [[ " $* " == *" test "* ]]; then packages+=("${packages_to_test[@]}"); fi
if [[ -n ${DUCKDB_ROOT-} ]]; then
  install_packages "${packages[@]}"
else
  if ! cmake/get_duckdb --check && ! cmake/get_duckdb --by-hand; then packages+=("${packages_to_fetch[@]}"); fi
  install_packages "${packages[@]}"
  cmake/get_duckdb
fi
for preset in "$@"; do build "$preset"; done
say "ready after $((SECONDS - started)) s"
