#!/bin/sh
# Regenerates the tables from their pinned sources and compares them with the committed ones, byte for byte.
#
#   src/tables/check.sh            exit status 0 if they are the same
#   src/tables/check.sh --write    writes them in place instead
#
# Needs python3 with pip and libutf8proc 2.8 (Debian: libutf8proc2); PYTHON names another interpreter.
# The archives of PyPI's emoji are kept in build/tables.
set -eu
python=${PYTHON:-python3}
tables=$(cd "$(dirname "$0")" && pwd)
sources=$tables/../../build/tables
mkdir -p "$sources/out"

fetch() { # file, then what tells pip to take it
    file=$1
    shift
    [ -f "$sources/$file" ] || "$python" -m pip download --quiet --no-deps --dest "$sources" "$@"
}
fetch emoji-2.14.1-py3-none-any.whl emoji==2.14.1
fetch emoji-0.6.0.tar.gz --no-binary :all: emoji==0.6.0

generate() { # the folder for the tables
    "$python" "$tables/generate.py" "$sources" "$1"
    "$python" "$tables/generate_entities.py" "$1/entities_data.h"
}
if [ "${1-}" = --write ]; then
    generate "$tables"
    exit
fi
generate "$sources/out"
for header in unicode_data.h emoji_data.h entities_data.h; do
    cmp "$sources/out/$header" "$tables/$header"
done
echo "src/tables: unicode_data.h, emoji_data.h and entities_data.h are what their sources give"
