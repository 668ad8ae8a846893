#!/usr/bin/env python3
"""Makes the model that compat.test.js gives to transformers.js: as small as it can be, with labels NEG, NEU, POS.

    pip install onnx==1.23.2 && tests/package/stand-in/make.py

The logits are the mean of a row of three numbers for each token; the files go beside this script, in the layout of the
Hub. No weights of anybody's, no training: only shapes, events and errors are compared with it.
"""
import json
from pathlib import Path

import numpy
import onnx
from onnx import TensorProto, helper

WORDS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'i', 'love', 'hate', 'it', 'a', 'c', 'd', 'word']
SPECIAL = WORDS[:5]
LABELS = ['NEG', 'NEU', 'POS']
HERE = Path(__file__).parent / 'me' / 'stand-in'


def write(name, content):
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + '\n')


table = numpy.random.default_rng(1).normal(size=(len(WORDS), len(LABELS))).astype(numpy.float32)
graph = helper.make_graph(
    [
        helper.make_node('Gather', ['table', 'input_ids'], ['rows']),
        helper.make_node('ReduceMean', ['rows'], ['logits'], axes=[1], keepdims=0),
    ],
    'stand-in',
    [helper.make_tensor_value_info(name, TensorProto.INT64, ['batch', 'tokens'])
     for name in ('input_ids', 'attention_mask')],
    [helper.make_tensor_value_info('logits', TensorProto.FLOAT, ['batch', len(LABELS)])],
    [helper.make_tensor('table', TensorProto.FLOAT, table.shape, table.tobytes(), raw=True)],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8, producer_name='stand-in')
onnx.checker.check_model(model)
(HERE / 'onnx').mkdir(parents=True, exist_ok=True)
(HERE / 'onnx' / 'model.onnx').write_bytes(model.SerializeToString())

write('config.json', {
    'model_type': 'bert', 'architectures': ['BertForSequenceClassification'], 'vocab_size': len(WORDS),
    'hidden_size': 3, 'num_hidden_layers': 1, 'num_attention_heads': 1, 'max_position_embeddings': 32,
    'id2label': dict(enumerate(LABELS)), 'label2id': {label: index for index, label in enumerate(LABELS)},
})
write('tokenizer_config.json', {
    'tokenizer_class': 'BertTokenizer', 'do_lower_case': True, 'model_max_length': 32,
    'pad_token': '[PAD]', 'unk_token': '[UNK]', 'cls_token': '[CLS]', 'sep_token': '[SEP]', 'mask_token': '[MASK]',
})
write('tokenizer.json', {
    'version': '1.0', 'truncation': None, 'padding': None,
    'added_tokens': [
        {'id': index, 'content': word, 'single_word': False, 'lstrip': False, 'rstrip': False, 'normalized': False,
         'special': True} for index, word in enumerate(SPECIAL)
    ],
    'normalizer': {'type': 'BertNormalizer', 'clean_text': True, 'handle_chinese_chars': True, 'strip_accents': None,
                   'lowercase': True},
    'pre_tokenizer': {'type': 'BertPreTokenizer'},
    'post_processor': {'type': 'TemplateProcessing',
                       'single': [{'SpecialToken': {'id': '[CLS]', 'type_id': 0}},
                                  {'Sequence': {'id': 'A', 'type_id': 0}},
                                  {'SpecialToken': {'id': '[SEP]', 'type_id': 0}}],
                       'pair': [],
                       'special_tokens': {word: {'id': word, 'ids': [WORDS.index(word)], 'tokens': [word]}
                                          for word in ('[CLS]', '[SEP]')}},
    'decoder': {'type': 'WordPiece', 'prefix': '##', 'cleanup': True},
    'model': {'type': 'WordPiece', 'unk_token': '[UNK]', 'continuing_subword_prefix': '##',
              'max_input_chars_per_word': 100, 'vocab': {word: index for index, word in enumerate(WORDS)}},
})
