#!/bin/sh
# The library needs no build system and next to nothing of its host. Compiles src/ with one bare command line, as it is
# and optimized, and looks at the objects:
#
#   - no symbol is missing but the five that compilers call by themselves, and assert's
#   - every global symbol begins with bt_
#   - there is no writable data
#
# Then the public header as C++. usage: tests/c/bare.sh (compiler: CC, CXX)
set -eu
cd "$(dirname -- "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
failed=0

check() { # what, offending lines
    if [ -n "$2" ]; then
        printf '%s:\n%s\n' "$1" "$2" >&2
        failed=1
    fi
}

for optimization in -O0 -O2; do
    rm -f "$out"/*
    find src -name '*.c' | while read -r source; do
        "${CC:-cc}" -std=c11 -ffp-contract=off "$optimization" -fno-pie -Isrc -c "$source" \
            -o "$out/$(basename "$source" .c).o"
    done
    "${CC:-cc}" -r -nostdlib -no-pie "$out"/*.o -o "$out/all"
    check "symbols missing at $optimization" \
        "$(nm --undefined-only "$out/all" | awk '{ print $NF }' |
            grep -Evx 'memcpy|memmove|memset|memcmp|strlen|__assert_fail' || true)"
    check "global symbols without bt_ at $optimization" \
        "$(nm --extern-only --defined-only "$out/all" | awk '$NF !~ /^bt_/ { print $NF }')"
    check "writable data at $optimization" \
        "$(nm --defined-only "$out/all" | awk '$2 ~ /^[BbDdCSs]$/ { print $NF }')"
done

if command -v "${CXX:-c++}" >/dev/null; then
    echo '#include "bertweet.h"' |
        "${CXX:-c++}" -std=c++11 -Wall -Wextra -Wpedantic -Werror -Isrc -x c++ -fsyntax-only -
fi
[ "$failed" = 0 ] && echo "bare: $(find src -name '*.c' | wc -l) sources compile, nothing missing, no stray symbols"
exit "$failed"
