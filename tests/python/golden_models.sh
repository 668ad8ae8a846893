#!/bin/sh
# Makes the golden checkpoints and logits in tests/golden again (build/venv/torch; tweet-mini's need its checkpoint).
#
# usage: tests/python/golden_models.sh
#
# Weights come out byte for byte where numpy and torch are the pinned ones; logits may differ in the last digits from
# one processor to the other, as PyTorch does.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
golden=$here/../golden
python=$here/../../build/venv/torch/bin/python
shared=${BERTWEET_SHARED:-$here/../../../shared}

# tiny SHAPE FORMAT DTYPE
tiny() {
    rm -rf "${golden:?}/$1"
    "$python" "$here/make_checkpoint.py" "$1" "$golden/$1" --transformers --format "$2" --dtype "$3"
    "$python" "$here/golden_logits.py" "$golden/$1" "$golden/$1/logits.json"
}

tiny tiny-bin bin float32
tiny tiny-sharded sharded float32
tiny tiny-f16 safetensors float16
tiny tiny-bf16 safetensors bfloat16
tiny tiny-multi-label safetensors float32

if [ -d "$shared/models/tweet-mini" ]; then
    "$python" "$here/golden_logits.py" "$shared/models/tweet-mini" "$golden/logits-tweet-mini.json"
else
    echo 'golden_models.sh: skipped: logits of tweet-mini (no checkpoint in BERTWEET_SHARED)'
fi
if [ -d "$shared/data/semeval2017" ]; then
    "$python" "$here/golden_logits.py" "$shared/models/tweet-mini" "$golden/dev-logits-tweet-mini.json" \
        --data "$shared/data/semeval2017/dev.tsv"
else
    echo 'golden_models.sh: skipped: logits of semeval2017/dev (no data in BERTWEET_SHARED)'
fi
