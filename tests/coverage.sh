#!/bin/sh
# Which lines of src/ the C tests reach, as clang counts them: `npm run coverage`.
#
#   tests/coverage.sh [PERCENT]    at least so many lines of src/ must be reached; default 95
#
# Prints a table of the files, and leaves the lines that were not reached in build/coverage/missed.txt. Exit status 1 if
# too few are. CI runs the tests without it.
set -eu
cd "$(dirname -- "$0")/.."
least=${1:-95}
llvm=/usr/lib/llvm-19/bin
out=build/coverage

for program in $llvm/clang $llvm/llvm-cov cmake ninja; do
    command -v "$program" >/dev/null || { echo "no $program (Debian: clang-19 llvm-19 cmake ninja-build)" >&2; exit 2; }
done
mkdir -p $out
build() {
    cmake -S . -B $out -G Ninja -DCMAKE_C_COMPILER=$llvm/clang \
        -DCMAKE_C_FLAGS='-fprofile-instr-generate -fcoverage-mapping' && cmake --build $out
}
build >$out/build.log 2>&1 || { cat $out/build.log; exit 1; }

# Programs write what they counted when they end.
rm -rf $out/counts
LLVM_PROFILE_FILE="$PWD/$out/counts/%p.profraw" ctest --test-dir $out --output-on-failure -j 2
$llvm/llvm-profdata merge -sparse -o $out/counts.profdata $out/counts/*.profraw

objects=
for program in "$out"/test_* "$out"/fuzz_*; do
    [ -x "$program" ] && [ -f "$program" ] && objects="$objects -object $program"
done
# shellcheck disable=SC2086 # the names are words
cover() { $llvm/llvm-cov "$1" $objects -instr-profile=$out/counts.profdata -sources src; }
cover report | tee $out/report.txt
cover show | awk -F '|' -v folder="$PWD/" '
    /^\/.*:$/ { file = substr($0, length(folder) + 1) }
    $1 ~ /^ *[0-9]+$/ && $2 ~ /^ *0$/ { print file $0 }' >$out/missed.txt

awk -v least="$least" '$1 == "TOTAL" {
    reached = $10 + 0
    printf "%.2f %% of the lines of src/ are reached; at least %s %% must be\n", reached, least
    if (reached < least) exit 1
    found = 1
} END { if (!found) exit 1 }' $out/report.txt
