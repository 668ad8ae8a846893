// Generated from manifest.json by web/make-model-module.mjs; regenerate instead of editing.
export default {
  manifest: {
    "format": "bertweet-wasm",
    "version": 1,
    "name": "tweet-nano",
    "source": {
      "repository": null,
      "revision": null,
      "files": {
        "README.md": {
          "bytes": 623,
          "sha256": "985a6f872866675ce66ad0d257ff7757eabcf87cf2fd38a0b03dc90afa12e1c0"
        },
        "added_tokens.json": {
          "bytes": 18,
          "sha256": "5a11dfed7bc3cdbb2ed90d1218ace8848b80b32a98b7904764d4acfd1e507045"
        },
        "bpe.codes": {
          "bytes": 373936,
          "sha256": "58c53b784eb4928863594d9b7a420036ca79ee75e5eb1242f35608d8d01cd7c9"
        },
        "config.json": {
          "bytes": 776,
          "sha256": "5114d4815ae753709c70c64afaec43f890fbc45d11c9730f5907925c4f52fa8d"
        },
        "model.safetensors": {
          "bytes": 37988676,
          "sha256": "f7109693364d700113b0c1f037f05d5926214486c0e02649af616b9c203b5862"
        },
        "special_tokens_map.json": {
          "bytes": 151,
          "sha256": "57417de7da70b73412698527ef2254453168b2c208c7319b92b4351f32d9b545"
        },
        "tokenizer_config.json": {
          "bytes": 240,
          "sha256": "31f0f2eb58cc3c40f728a29fd9981870304e463ed87f082b4cb1ec4f863adec6"
        },
        "vocab.txt": {
          "bytes": 317678,
          "sha256": "36cfc205264f65d0d5275eb1ed2141006382089d242f08936e1990c1853f7ab4"
        }
      },
      "tensors": {
        "embeddings.word_embeddings.weight": "74c9871f9ed5571b",
        "embeddings.position_embeddings.weight": "1a91be887ba70c57",
        "embeddings.token_type_embeddings.weight": "5f70bf18a0860070",
        "embeddings.LayerNorm.weight": "a365865fdbe8636a",
        "embeddings.LayerNorm.bias": "55c0ad3360b7e8d9",
        "encoder.layer.0.attention.self.query.weight": "690a89ed2cfda8d5",
        "encoder.layer.0.attention.self.query.bias": "ba2b8661c2f28969",
        "encoder.layer.0.attention.self.key.weight": "7eec55a4c3324c32",
        "encoder.layer.0.attention.self.key.bias": "22bae6ee39349fdf",
        "encoder.layer.0.attention.self.value.weight": "70e54c7af9c0271b",
        "encoder.layer.0.attention.self.value.bias": "61cc4680b732d5a4",
        "encoder.layer.0.attention.output.dense.weight": "f4f27a8491be63fc",
        "encoder.layer.0.attention.output.dense.bias": "3e701624e4a594dd",
        "encoder.layer.0.attention.output.LayerNorm.weight": "b0d549496bec28d8",
        "encoder.layer.0.attention.output.LayerNorm.bias": "e7e5b0cb64c60bda",
        "encoder.layer.0.intermediate.dense.weight": "cc40685dabfd7d38",
        "encoder.layer.0.intermediate.dense.bias": "bac8a7c7355602a2",
        "encoder.layer.0.output.dense.weight": "deb1fc517ea4908f",
        "encoder.layer.0.output.dense.bias": "c4ac68b91da4da67",
        "encoder.layer.0.output.LayerNorm.weight": "7c3e7183feb6214e",
        "encoder.layer.0.output.LayerNorm.bias": "f6206ba358c7e7fa",
        "encoder.layer.1.attention.self.query.weight": "f805ca699698f968",
        "encoder.layer.1.attention.self.query.bias": "9cc2f3da12e4e477",
        "encoder.layer.1.attention.self.key.weight": "991f83ae176d744a",
        "encoder.layer.1.attention.self.key.bias": "4e1a4d161596e043",
        "encoder.layer.1.attention.self.value.weight": "29291fe67d4f785b",
        "encoder.layer.1.attention.self.value.bias": "8a6d7fa22ff4fe5f",
        "encoder.layer.1.attention.output.dense.weight": "b85c88ae4a3d4c99",
        "encoder.layer.1.attention.output.dense.bias": "ac8851a8b4540bf2",
        "encoder.layer.1.attention.output.LayerNorm.weight": "c7a07d6e4e1f9f21",
        "encoder.layer.1.attention.output.LayerNorm.bias": "01db527e0e609689",
        "encoder.layer.1.intermediate.dense.weight": "828fdb31f4b75351",
        "encoder.layer.1.intermediate.dense.bias": "50e31999e82e5687",
        "encoder.layer.1.output.dense.weight": "65776dfd7cb23268",
        "encoder.layer.1.output.dense.bias": "6bd3bd0a327ec4cc",
        "encoder.layer.1.output.LayerNorm.weight": "7d7b2385835aef69",
        "encoder.layer.1.output.LayerNorm.bias": "c691413a0a2367d5",
        "encoder.layer.2.attention.self.query.weight": "b6686a039b2b51b1",
        "encoder.layer.2.attention.self.query.bias": "385334fa89daaab4",
        "encoder.layer.2.attention.self.key.weight": "82d8d7936033e1a7",
        "encoder.layer.2.attention.self.key.bias": "36d46dc8d9793b1f",
        "encoder.layer.2.attention.self.value.weight": "bd92b03b7840af69",
        "encoder.layer.2.attention.self.value.bias": "e2a155863e1fed45",
        "encoder.layer.2.attention.output.dense.weight": "5325e72cd3bcdc91",
        "encoder.layer.2.attention.output.dense.bias": "697d15d1bb932e50",
        "encoder.layer.2.attention.output.LayerNorm.weight": "3ba2973acf819fc4",
        "encoder.layer.2.attention.output.LayerNorm.bias": "900dc546f12a144e",
        "encoder.layer.2.intermediate.dense.weight": "744070beec189ef4",
        "encoder.layer.2.intermediate.dense.bias": "eb0124866de6d570",
        "encoder.layer.2.output.dense.weight": "9501bcc84ab831be",
        "encoder.layer.2.output.dense.bias": "11f5be9e3743640b",
        "encoder.layer.2.output.LayerNorm.weight": "ad4b18a593c28881",
        "encoder.layer.2.output.LayerNorm.bias": "73f92b8c3ac0bf98",
        "encoder.layer.3.attention.self.query.weight": "8c43c1440aebf928",
        "encoder.layer.3.attention.self.query.bias": "4963acdbb154ddf5",
        "encoder.layer.3.attention.self.key.weight": "b46ba3b384d8af2c",
        "encoder.layer.3.attention.self.key.bias": "3447b6db836f7a24",
        "encoder.layer.3.attention.self.value.weight": "712bf5bc7dcc337a",
        "encoder.layer.3.attention.self.value.bias": "90ce9f2e0f1bf990",
        "encoder.layer.3.attention.output.dense.weight": "a10d3f434d224adf",
        "encoder.layer.3.attention.output.dense.bias": "8e6f526a32cd797f",
        "encoder.layer.3.attention.output.LayerNorm.weight": "61b7c5a206cb936b",
        "encoder.layer.3.attention.output.LayerNorm.bias": "6a359e3a23d09189",
        "encoder.layer.3.intermediate.dense.weight": "3a86ea2f61f99037",
        "encoder.layer.3.intermediate.dense.bias": "23e939f52232e530",
        "encoder.layer.3.output.dense.weight": "302bd94089e406f6",
        "encoder.layer.3.output.dense.bias": "3d2a5beb4fab0f13",
        "encoder.layer.3.output.LayerNorm.weight": "1612dd8cebfca0ef",
        "encoder.layer.3.output.LayerNorm.bias": "eee9c387fdb201c6",
        "classifier.dense.weight": "abb70e2176baf606",
        "classifier.dense.bias": "58b67607bb1641b3",
        "classifier.out_proj.weight": "f6e7ac5ccaa2f49e",
        "classifier.out_proj.bias": "5ba47db34f56a4a1"
      }
    },
    "license": {
      "id": "other",
      "summary": "research-data-weights",
      "text": null
    },
    "config": {
      "hidden_size": 256,
      "num_hidden_layers": 4,
      "num_attention_heads": 8,
      "intermediate_size": 768,
      "vocab_size": 26409,
      "max_position_embeddings": 130,
      "layer_norm_eps": 1e-12
    },
    "labels": [
      "NEG",
      "NEU",
      "POS"
    ],
    "problemType": "single_label_classification",
    "thresholds": null,
    "temperature": 1.2,
    "preprocess": "pysentimiento",
    "maxTokens": 128,
    "quantization": {
      "weights": "int4",
      "group": 32,
      "rounding": "error-feedback",
      "activations": "uint7",
      "depth": 4,
      "smoothing": {
        "method": "smoothquant",
        "strength": 0.5,
        "texts": 48
      }
    },
    "fidelity": {
      "texts": 64,
      "tokens": 1131,
      "labelAgreement": 1,
      "maxScoreDifference": 0.0467202,
      "meanScoreDifference": 0.00615623,
      "klDivergence": 0.000529953
    },
    "selfTest": {
      "texts": [
        {
          "text": "I love this so much 😍",
          "ids": [
            0,
            19,
            1428,
            1346,
            1364,
            1945,
            1420,
            5050,
            1898,
            80,
            12863,
            1420,
            2
          ],
          "scores": [
            0.0179747,
            0.0231695,
            0.958856
          ]
        },
        {
          "text": "Can't believe we won!!! #proud #family 🎉🎉🎉",
          "ids": [
            0,
            1819,
            3571,
            1440,
            5669,
            1840,
            6,
            5013,
            6,
            2421,
            1420,
            2844,
            15847,
            1779,
            1420,
            1420,
            2844,
            15847,
            1779,
            1420,
            1420,
            2844,
            15847,
            1779,
            1420,
            2
          ],
          "scores": [
            0.0206322,
            0.044543,
            0.934825
          ]
        },
        {
          "text": "so tired of this rain 😩😩 when does summer start???",
          "ids": [
            0,
            1364,
            4080,
            61,
            1346,
            4118,
            1420,
            15128,
            1898,
            1420,
            1420,
            15128,
            1898,
            1420,
            1581,
            2943,
            2937,
            2726,
            3905,
            2
          ],
          "scores": [
            0.790607,
            0.180127,
            0.0292659
          ]
        },
        {
          "text": "this app keeps crashing since the update. FIX IT PLEASE @support",
          "ids": [
            0,
            1346,
            4638,
            9028,
            10718,
            1755,
            2999,
            7,
            22434,
            4979,
            2064,
            88,
            2660,
            4,
            2
          ],
          "scores": [
            0.858441,
            0.114563,
            0.026996
          ]
        },
        {
          "text": "no no no no no",
          "ids": [
            0,
            1482,
            1482,
            1482,
            1482,
            1482,
            2
          ],
          "scores": [
            0.11902,
            0.822253,
            0.0587277
          ]
        },
        {
          "text": "Good morning ☀️ coffee first, questions later",
          "ids": [
            0,
            1504,
            2082,
            1420,
            2504,
            1420,
            3782,
            20172,
            13106,
            5280,
            2
          ],
          "scores": [
            0.019121,
            0.15636,
            0.824519
          ]
        },
        {
          "text": "My parcel was marked as delivered. It was not delivered. Nobody answers. #scam",
          "ids": [
            0,
            42,
            5911,
            1927,
            2411,
            1408,
            21381,
            1490,
            14070,
            2837,
            86,
            1408,
            1400,
            14070,
            2837,
            8788,
            17369,
            7373,
            6,
            3975,
            1653,
            2
          ],
          "scores": [
            0.914747,
            0.0655906,
            0.0196627
          ]
        },
        {
          "text": "why is nobody talking about how good the second season is",
          "ids": [
            0,
            1966,
            47,
            8787,
            4734,
            1569,
            1666,
            1503,
            7,
            5288,
            3603,
            47,
            2
          ],
          "scores": [
            0.575829,
            0.320864,
            0.103307
          ]
        },
        {
          "text": "The film was neither as funny as the trailer promised nor as bad as the critics said.",
          "ids": [
            0,
            8,
            6564,
            1408,
            14875,
            1490,
            4672,
            1490,
            7,
            16593,
            18261,
            6430,
            1490,
            2279,
            1490,
            7,
            19596,
            7255,
            20790,
            2
          ],
          "scores": [
            0.738226,
            0.190498,
            0.0712765
          ]
        },
        {
          "text": "lol sure, because that worked so well the last time",
          "ids": [
            0,
            1974,
            18067,
            2181,
            1358,
            8952,
            1364,
            2126,
            7,
            1764,
            1573,
            2
          ],
          "scores": [
            0.0180834,
            0.0900828,
            0.891834
          ]
        },
        {
          "text": "ugh my phone died in the middle of the call AGAIN",
          "ids": [
            0,
            6360,
            41,
            3299,
            8740,
            33,
            7,
            7221,
            61,
            7,
            2812,
            2513,
            2
          ],
          "scores": [
            0.909354,
            0.0683319,
            0.0223138
          ]
        },
        {
          "text": "Does anyone else think that the old logo was better? 🤔",
          "ids": [
            0,
            2944,
            3516,
            4830,
            1821,
            1358,
            7,
            2597,
            21687,
            1408,
            22785,
            1420,
            4357,
            1898,
            1420,
            2
          ],
          "scores": [
            0.0728706,
            0.707235,
            0.219895
          ]
        },
        {
          "text": "Kids are asleep, dishes are done, tea is hot. That is all I wanted. 😌",
          "ids": [
            0,
            4062,
            1394,
            8502,
            1488,
            22318,
            1394,
            15976,
            7506,
            47,
            21207,
            1359,
            47,
            1414,
            19,
            1797,
            2837,
            1420,
            20359,
            1898,
            1420,
            2
          ],
          "scores": [
            0.0451191,
            0.172007,
            0.782873
          ]
        }
      ],
      "tolerance": 0.06,
      "arithmetic": 2,
      "logits": "f1a8bdfb46fc16ca0dd79e708d9aad740bab8191eb816cbe1e07f00f83672009"
    },
    "image": {
      "bytes": 10478912,
      "resident": 4677504
    },
    "bytes": 3941720,
    "shards": [
      {
        "file": "b405753b2da3815623da.bin",
        "bytes": 2179010,
        "sha256": "b405753b2da3815623da322b54617d94bf3a69198da4005f1703e2852b65fdd8",
        "encoding": "int4",
        "offset": 0,
        "size": 4677504
      },
      {
        "file": "9cb019ea5ba60a9811a0.bin",
        "bytes": 1762710,
        "sha256": "9cb019ea5ba60a9811a09d8b83e7762416e985bd9ec0e394f7819333e73e4875",
        "encoding": "int4",
        "offset": 4677504,
        "size": 5801408
      }
    ]
  },
  files: {
    'b405753b2da3815623da.bin': new URL('./b405753b2da3815623da.bin', import.meta.url),
    '9cb019ea5ba60a9811a0.bin': new URL('./9cb019ea5ba60a9811a0.bin', import.meta.url)
  }
}
