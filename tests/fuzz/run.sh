#!/bin/sh
# Fuzzes the C library with libFuzzer under AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   tests/fuzz/run.sh SECONDS [NAME...]    text, model, quantize, wire; all by default, two at a time
#   tests/fuzz/run.sh merge [NAME...]      leaves in tests/fuzz/corpus what reaches all edges found so far
#
# Starts from the committed corpus; what it finds stays in build/fuzz/corpus for the next run. An input that fails is
# left in build/fuzz/crash-*, and the exit status is 1; once mended it belongs in tests/fuzz/regressions/NAME, under a
# name that says what it was.
set -eu
cd "$(dirname -- "$0")/../.."
llvm=/usr/lib/llvm-19/bin
out=build/fuzz
what=${1:?usage: tests/fuzz/run.sh SECONDS|merge [NAME...]}
shift
[ $# -gt 0 ] || set -- text model quantize wire

cmake -S . -B $out -G Ninja -DCMAKE_C_COMPILER=$llvm/clang -DBERTWEET_FUZZ=ON \
    -DBERTWEET_SANITIZE=address,undefined,float-cast-overflow >$out.log 2>&1 || { cat $out.log; exit 1; }
targets=
for name in "$@"; do targets="$targets fuzz_$name"; done
# shellcheck disable=SC2086 # the names are words
cmake --build $out --target $targets >$out.log 2>&1 || { cat $out.log; exit 1; }
export ASAN_OPTIONS=detect_leaks=1 ASAN_SYMBOLIZER_PATH=$llvm/llvm-symbolizer

for name in "$@"; do
    mkdir -p "tests/fuzz/corpus/$name" "tests/fuzz/regressions/$name" "$out/corpus/$name"
    case $what in
    merge)
        rm -rf "$out/merged"
        mkdir "$out/merged"
        "$out/fuzz_$name" -merge=1 -use_counters=0 "$out/merged" "tests/fuzz/corpus/$name" "$out/corpus/$name"
        rm -rf "tests/fuzz/corpus/$name"
        mv "$out/merged" "tests/fuzz/corpus/$name"
        ;;
    *) echo "$name" ;;
    esac
done | xargs -r -P 2 -I NAME sh -c "
    $out/fuzz_NAME -max_total_time=$what -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix=$out/crash- $out/corpus/NAME tests/fuzz/corpus/NAME tests/fuzz/regressions/NAME \
        >$out/NAME.log 2>&1 && failed= || failed=1
    sed -n 's/^stat::number_of_executed_units: */NAME: inputs run: /p' $out/NAME.log
    sed -n 's/^.*DONE *\(cov: [0-9]*\).*/NAME: \1/p' $out/NAME.log
    if [ \"\$failed\" ]; then
        tail -n 60 $out/NAME.log
        exit 1
    fi"
