#!/bin/sh
# toolchain.sh - finds an Emscripten that can build this project, or makes a private one on Debian and Ubuntu.
#
#     tools=$(web/toolchain.sh) && "$tools/emcmake" cmake -B build/wasm
#
# Prints one line to stdout: the folder that holds emcc and emcmake. What it does and uses goes to stderr.
#
# 1. emcc on PATH, or in EMSDK, from 3.1.60 on (the first with both relaxed dot product intrinsics).
# 2. Else on Debian and Ubuntu: emscripten and binaryen of Debian's next release, unpacked into build/toolchain, where
#    binaryen's programs run on the C library they were built for; clang 19 of the system's own release, installed or
#    unpacked there too. Nothing is installed, and apt's own sources and lists stay as they are. Root is not needed.
# 3. Else it prints how to get emsdk, and fails.
#
# The private one is made once (15 seconds), and again when this script has changed.
set -eu

at_least=3.1.60
release=trixie
llvm=19

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
home=$root/build/toolchain
prefix=$home/prefix
emscripten=$prefix/usr/share/emscripten

say() { printf 'toolchain: %s\n' "$*" >&2; }

version_of() { # emcc -> "3.1.69", or nothing
    "$1" --version 2>/dev/null | sed -n '1s/.* \([0-9][0-9]*\.[0-9][0-9]*\.[0-9][0-9]*\).*/\1/p'
}

recent() { # version: is it at_least?
    [ -n "$1" ] && [ "$(printf '%s\n' "$at_least" "$1" | sort -V | head -n 1)" = "$at_least" ]
}

answer() { # folder
    say "emcc $(version_of "$1/emcc") in $1"
    printf '%s\n' "$1"
    exit 0
}

# ---------------------------------------------------------------------------------------------- one that is there --

for emcc in "$(command -v emcc || true)" "${EMSDK:-/nonexistent}/upstream/emscripten/emcc"; do
    if [ -x "$emcc" ] && recent "$(version_of "$emcc")"; then answer "$(dirname -- "$emcc")"; fi
done
made() { [ "$(cat "$home/made-by" 2>/dev/null)" = "$(cksum <"$0")" ]; }
if made; then answer "$emscripten"; fi

# ----------------------------------------------------------------------------------------------- a private one --

advise() {
    cat >&2 <<EOF
toolchain: no emcc >= $at_least here, and none could be made ($1). Get one with emsdk:
    git clone https://github.com/emscripten-core/emsdk && cd emsdk
    ./emsdk install 3.1.69 && ./emsdk activate 3.1.69 && . ./emsdk_env.sh
EOF
    exit 1
}

for program in apt-get dpkg-deb flock tar python3 node; do
    command -v "$program" >/dev/null || advise "$program is missing"
done
if ! apt-cache show "clang-$llvm" >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then apt-get -q update >&2 || true; fi
apt-cache show "clang-$llvm" >/dev/null 2>&1 || advise "this release has no clang-$llvm"

mkdir -p "$root/build"
exec 9>"$root/build/toolchain.lock"
flock 9 # one maker at a time
if made; then answer "$emscripten"; fi

say "making a private Emscripten in $home (about 250 MB to download)"
rm -rf "$home"
mkdir -p "$prefix" "$home/binaryen/bin" "$home/debs" "$home/apt/lists/partial" \
    "$home/apt/cache/archives/partial"

# Packages of the next release, through apt's own checks of signatures, with sources and state of our own.
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
if [ ! -f "$keyring" ]; then # Ubuntu
    (cd "$home/debs" && apt-get -q download debian-archive-keyring >&2) || advise "Debian's keyring is missing"
    dpkg-deb -x "$home"/debs/debian-archive-keyring_*.deb "$prefix"
    keyring=$prefix$keyring
fi
printf 'deb [signed-by=%s] http://deb.debian.org/debian %s main\n' "$keyring" "$release" >"$home/apt/sources.list"

next_release() { # apt-get arguments
    apt-get -q -o "Dir::Etc::SourceList=$home/apt/sources.list" -o Dir::Etc::SourceParts=/nonexistent \
        -o "Dir::State::Lists=$home/apt/lists" -o "Dir::Cache=$home/apt/cache" -o APT::Sandbox::User= \
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false -o Debug::NoLocking=true "$@" >&2
}
next_release update || advise "apt-get update for $release failed"
(cd "$home/debs" && next_release download emscripten binaryen libc6 libstdc++6 libgcc-s1) || advise "a download failed"

# Emscripten with the plain kind of its system libraries, for the C tests; dist/ links none. All kinds are 1.6 GB.
sysroot=./usr/share/emscripten/cache/sysroot/lib
dpkg-deb --fsys-tarfile "$home"/debs/emscripten_*.deb | tar -x -C "$prefix" --exclude="$sysroot/*/*/*" \
    --exclude="$sysroot/*/*-mt*" --exclude="$sysroot/*/*-ww*" --exclude="$sysroot/*/lib*san*" \
    --exclude="$sysroot/*/libGL*-*-*" --exclude="$sysroot/*/libwasmfs*" \
    --exclude=./usr/share/emscripten/test --exclude=./usr/share/emscripten/media --exclude=./usr/share/doc
for package in binaryen libc6 libstdc++6 libgcc-s1; do
    dpkg-deb -x "$home/debs/$package"_*.deb "$prefix"
done

wrap() { # script, command line that takes the arguments
    printf '#!/bin/sh\n%s "$@"\n' "$2" >"$1"
    chmod +x "$1"
}

loader=$(find "$prefix/usr/lib" -name 'ld-linux-*.so.*' | head -n 1)
for program in "$prefix"/usr/bin/wasm*; do
    wrap "$home/binaryen/bin/$(basename "$program")" \
        "exec '$loader' --library-path '$(dirname "$loader")' '$program'"
done

# clang, lld and llvm-ar of the system's own release, unpacked likewise where they are not installed.
llvm_root=/usr/lib/llvm-$llvm/bin
if [ ! -x "$llvm_root/clang" ] || [ ! -x "$llvm_root/wasm-ld" ] || [ ! -x "$llvm_root/llvm-ar" ]; then
    packages=$(apt-get -s --no-install-recommends install "clang-$llvm" "lld-$llvm" "llvm-$llvm" |
        sed -n 's/^Inst \([^ ]*\) .*/\1/p')
    mkdir "$home/debs/llvm" "$home/llvm"
    # shellcheck disable=SC2086 # a list of names
    (cd "$home/debs/llvm" && apt-get -q -o APT::Sandbox::User= download $packages >&2) || advise "a download failed"
    for package in "$home"/debs/llvm/*.deb; do dpkg-deb -x "$package" "$home/llvm"; done
    llvm_root=$home/llvm/bin
    mkdir "$llvm_root"
    libraries=$home/llvm/usr/lib/llvm-$llvm/lib:$home/llvm/usr/lib/$(basename "$(dirname "$loader")")
    for program in "$home/llvm/usr/lib/llvm-$llvm"/bin/*; do
        wrap "$llvm_root/$(basename "$program")" "LD_LIBRARY_PATH='$libraries' exec '$program'"
    done
fi

# ------------------------------------------------------------------------------------------------------ together --

cat >"$emscripten/.emscripten" <<EOF
LLVM_ROOT = '$llvm_root'
BINARYEN_ROOT = '$home/binaryen'
NODE_JS = '$(command -v node)'
FROZEN_CACHE = True
EOF
rm -rf "$home/debs" "$home/apt"
# -v runs clang too, which is not all there while apt is at work on it.
if ! recent "$(version_of "$emscripten/emcc")" || ! "$emscripten/emcc" -v >/dev/null 2>&1; then
    advise "the private emcc does not run; try again"
fi
cksum <"$0" >"$home/made-by"
answer "$emscripten"
