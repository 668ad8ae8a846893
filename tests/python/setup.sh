#!/bin/sh
# Creates the Python environments that the comparisons with real Python run in, under build/venv/:
#
#   text       modes none and pysentimiento, no torch
#   normalize  mode bertweet (emoji 0.6.0)
#   torch      PyTorch, for `npm run test:parity` and the golden logits (a download of some GB)
#   transformers5  the newest transformers, on top of torch, which it needs first (300 MB more)
#
# usage: tests/python/setup.sh [text] [normalize] [torch] [transformers5]      (default: text normalize)
#
# An environment that is there and current is left alone, which takes milliseconds; one with other requirements is
# brought up to date.
# Python 3.12 is the reference (Unicode 15.0) and is taken where it is found; else python3 serves, and the
# generator leaves out the characters whose class differs. BERTWEET_PYTHON=<program> overrides the choice.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venvs=$here/../../build/venv
pysentimiento=pysentimiento==0.7.3

# Prints the first Python that runs: the caller's choice, 3.12 from PATH, 3.12 of pyenv, python3.
find_python() {
    pyenv_312=$(pyenv prefix "$(pyenv versions --bare 2>/dev/null | grep '^3\.12' | tail -n 1)" 2>/dev/null || true)
    for candidate in "${BERTWEET_PYTHON:-}" python3.12 "$pyenv_312/bin/python3.12" python3; do
        if [ -n "$candidate" ] && "$candidate" -c 'import sys; assert sys.version_info >= (3, 10)' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo 'setup.sh: no Python 3.10 or newer found (set BERTWEET_PYTHON)' >&2
    return 1
}

# borrow NAME: build/venv/$name finds in build/venv/NAME what it does not have itself.
borrow() {
    site='import sysconfig; print(sysconfig.get_path("purelib"))'
    lender=$("$venvs/$1/bin/python" -c "$site")
    echo "$lender" >"$("$venvs/$name/bin/python" -c "$site")/$1.pth"
}

# create NAME: builds build/venv/NAME from requirements-NAME.txt unless the stamp says it is current.
create() {
    name=$1
    requirements=$here/requirements-$name.txt
    if [ ! -f "$requirements" ]; then
        echo "setup.sh: unknown environment '$name' (text, normalize, torch, transformers5)" >&2
        return 2
    fi
    stamp=$venvs/$name/requirements.stamp
    if [ -x "$venvs/$name/bin/python" ] && cmp -s "$requirements" "$stamp"; then
        return
    fi

    if ! "$venvs/$name/bin/python" -m pip --version >/dev/null 2>&1; then
        python=$(find_python)
        mkdir -p "$venvs"
        "$python" -m venv --clear "$venvs/$name"
    fi
    echo "setup.sh: filling build/venv/$name, $("$venvs/$name/bin/python" --version)" >&2
    pip="$venvs/$name/bin/python -m pip --disable-pip-version-check install --quiet"
    $pip -r "$requirements"
    if [ "$name" != normalize ]; then
        $pip --no-deps "$pysentimiento"
    fi
    if [ "$name" = transformers5 ]; then
        borrow torch
    fi
    cp "$requirements" "$stamp"
}

if [ $# -eq 0 ]; then
    set -- text normalize
fi
for name in "$@"; do
    create "$name"
done
