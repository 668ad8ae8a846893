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
          "sha256": "04845dfeb4355807a9c079cf08cf87b8f3e0ba7737dcb8de1d6cada9ac066cf3"
        },
        "added_tokens.json": {
          "bytes": 17,
          "sha256": "33ec9c560f743bf7310e3337ce02442b64421107109a887cb22b7d8c924a7d17"
        },
        "bpe.codes": {
          "bytes": 88307,
          "sha256": "eed4d986b0015932cdfbe155f0e5fa1573bbd06ffee4c45d51a283c7399a2f70"
        },
        "config.json": {
          "bytes": 776,
          "sha256": "14ea78b6664bc176d92fa4edf411c6f603846c53a755556fdbda74fd834c1470"
        },
        "model.safetensors": {
          "bytes": 25458140,
          "sha256": "7927785c2ed23278125784e293abca2ebbfb600e7f2c2e08e1e52c4e408aca78"
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
          "bytes": 72733,
          "sha256": "d25b3c0b3e3a45f7591ff09a799bb7a2f4bfde444f5b1b22cde190d3252ad6cf"
        }
      },
      "tensors": {
        "embeddings.word_embeddings.weight": "5a9320f6d838abca",
        "embeddings.position_embeddings.weight": "a1a7e46131d099cc",
        "embeddings.token_type_embeddings.weight": "80422bc3d307b4a2",
        "embeddings.LayerNorm.weight": "d0e0dc43e7d45c26",
        "embeddings.LayerNorm.bias": "8499c04f47b5b1da",
        "encoder.layer.0.attention.self.query.weight": "329696fb6bb9be57",
        "encoder.layer.0.attention.self.query.bias": "7757a7033c96189b",
        "encoder.layer.0.attention.self.key.weight": "3c8466dedfb7c0de",
        "encoder.layer.0.attention.self.key.bias": "dd1d10d8ac9abde9",
        "encoder.layer.0.attention.self.value.weight": "82036a875dfca547",
        "encoder.layer.0.attention.self.value.bias": "51fd9b23a0494a3d",
        "encoder.layer.0.attention.output.dense.weight": "b9af21728391767b",
        "encoder.layer.0.attention.output.dense.bias": "aabc877138694322",
        "encoder.layer.0.attention.output.LayerNorm.weight": "a61018101450617b",
        "encoder.layer.0.attention.output.LayerNorm.bias": "ccb19f690e94e0b2",
        "encoder.layer.0.intermediate.dense.weight": "ac4be31733a414cd",
        "encoder.layer.0.intermediate.dense.bias": "d3ae81905873c15e",
        "encoder.layer.0.output.dense.weight": "23703563f52488d1",
        "encoder.layer.0.output.dense.bias": "03eba1728deef0be",
        "encoder.layer.0.output.LayerNorm.weight": "5da87320aaf25c6c",
        "encoder.layer.0.output.LayerNorm.bias": "be049c73965a4c2f",
        "encoder.layer.1.attention.self.query.weight": "a8d90137b1373cff",
        "encoder.layer.1.attention.self.query.bias": "cd2f85af80ab884b",
        "encoder.layer.1.attention.self.key.weight": "7dd73eb15512d8a0",
        "encoder.layer.1.attention.self.key.bias": "9995bbd9b0aa7607",
        "encoder.layer.1.attention.self.value.weight": "57cd9ff7a0c7b97d",
        "encoder.layer.1.attention.self.value.bias": "a7aa74d0724407e4",
        "encoder.layer.1.attention.output.dense.weight": "7664f31d09be30a0",
        "encoder.layer.1.attention.output.dense.bias": "953f3f1fafaa6f15",
        "encoder.layer.1.attention.output.LayerNorm.weight": "b8599437c28bb88c",
        "encoder.layer.1.attention.output.LayerNorm.bias": "a2f9cb3cb077a5c4",
        "encoder.layer.1.intermediate.dense.weight": "c68a102c417be5a1",
        "encoder.layer.1.intermediate.dense.bias": "f57146715288599e",
        "encoder.layer.1.output.dense.weight": "0785230de6c21063",
        "encoder.layer.1.output.dense.bias": "5e035d9d76f76141",
        "encoder.layer.1.output.LayerNorm.weight": "4366be1f61aec134",
        "encoder.layer.1.output.LayerNorm.bias": "77668fc71fecb04e",
        "encoder.layer.2.attention.self.query.weight": "4c50996646751f91",
        "encoder.layer.2.attention.self.query.bias": "cf3e99e1c38d9a34",
        "encoder.layer.2.attention.self.key.weight": "80b99775c7cbc55d",
        "encoder.layer.2.attention.self.key.bias": "40fb281e82526c44",
        "encoder.layer.2.attention.self.value.weight": "5fa3593bc56199ac",
        "encoder.layer.2.attention.self.value.bias": "d3b607ac3fe83a49",
        "encoder.layer.2.attention.output.dense.weight": "698e050e1f71158e",
        "encoder.layer.2.attention.output.dense.bias": "47e9dad4423278b9",
        "encoder.layer.2.attention.output.LayerNorm.weight": "74302b20828cd788",
        "encoder.layer.2.attention.output.LayerNorm.bias": "5ad29f88c55e8756",
        "encoder.layer.2.intermediate.dense.weight": "d9fb9c0c2551ce50",
        "encoder.layer.2.intermediate.dense.bias": "004054fbaa89a70a",
        "encoder.layer.2.output.dense.weight": "dae4a6e4d6f620ac",
        "encoder.layer.2.output.dense.bias": "eca6cb12136c5215",
        "encoder.layer.2.output.LayerNorm.weight": "f345bb68ef0e9660",
        "encoder.layer.2.output.LayerNorm.bias": "dff8053195090448",
        "classifier.dense.weight": "ca5b6281bfd28f25",
        "classifier.dense.bias": "9db1bbd644e323b7",
        "classifier.out_proj.weight": "223852df3ebbd052",
        "classifier.out_proj.bias": "2d7910b4e743d30e"
      }
    },
    "license": {
      "id": "other",
      "summary": "research-data-weights",
      "text": null
    },
    "config": {
      "hidden_size": 384,
      "num_hidden_layers": 3,
      "num_attention_heads": 12,
      "intermediate_size": 768,
      "vocab_size": 6800,
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
    "temperature": 1.15,
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
      "tokens": 1298,
      "labelAgreement": 0.984375,
      "maxScoreDifference": 0.0574763,
      "meanScoreDifference": 0.00572466,
      "klDivergence": 0.000534978
    },
    "selfTest": {
      "texts": [
        {
          "text": "I love this so much 😍",
          "ids": [
            0,
            9,
            53,
            25,
            30,
            180,
            36,
            1288,
            150,
            18,
            1859,
            2133,
            1042,
            36,
            2
          ],
          "scores": [
            0.0168144,
            0.0268731,
            0.956313
          ]
        },
        {
          "text": "Can't believe we won!!! #proud #family 🎉🎉🎉",
          "ids": [
            0,
            696,
            645,
            61,
            3879,
            103,
            5,
            1316,
            5,
            395,
            36,
            505,
            555,
            3187,
            36,
            36,
            505,
            555,
            3187,
            36,
            36,
            505,
            555,
            3187,
            36,
            2
          ],
          "scores": [
            0.0177056,
            0.0338711,
            0.948423
          ]
        },
        {
          "text": "so tired of this rain 😩😩 when does summer start???",
          "ids": [
            0,
            30,
            1046,
            12,
            25,
            1509,
            36,
            5785,
            251,
            150,
            36,
            36,
            5785,
            251,
            150,
            36,
            85,
            518,
            756,
            1041,
            83,
            796,
            2
          ],
          "scores": [
            0.856831,
            0.11111,
            0.0320588
          ]
        },
        {
          "text": "this app keeps crashing since the update. FIX IT PLEASE @support",
          "ids": [
            0,
            25,
            3824,
            3194,
            929,
            2472,
            445,
            6,
            4111,
            4938,
            155,
            249,
            1082,
            1849,
            5407,
            2297,
            4747,
            4,
            2
          ],
          "scores": [
            0.14059,
            0.215802,
            0.643608
          ]
        },
        {
          "text": "no no no no no",
          "ids": [
            0,
            81,
            81,
            81,
            81,
            81,
            2
          ],
          "scores": [
            0.161316,
            0.724638,
            0.114046
          ]
        },
        {
          "text": "Good morning ☀️ coffee first, questions later",
          "ids": [
            0,
            300,
            263,
            36,
            459,
            36,
            1168,
            3496,
            2325,
            4943,
            1462,
            2
          ],
          "scores": [
            0.0198259,
            0.116318,
            0.863856
          ]
        },
        {
          "text": "My parcel was marked as delivered. It was not delivered. Nobody answers. #scam",
          "ids": [
            0,
            99,
            728,
            118,
            675,
            28,
            522,
            1010,
            54,
            6044,
            512,
            514,
            257,
            28,
            34,
            6044,
            512,
            514,
            1265,
            2120,
            5041,
            2193,
            5,
            855,
            131,
            2
          ],
          "scores": [
            0.841551,
            0.128739,
            0.0297102
          ]
        },
        {
          "text": "why is nobody talking about how good the second season is",
          "ids": [
            0,
            296,
            13,
            3792,
            962,
            55,
            136,
            77,
            6,
            1425,
            556,
            13,
            2
          ],
          "scores": [
            0.873267,
            0.0888992,
            0.037834
          ]
        },
        {
          "text": "The film was neither as funny as the trailer promised nor as bad as the critics said.",
          "ids": [
            0,
            33,
            1903,
            28,
            662,
            6760,
            54,
            1276,
            54,
            6,
            543,
            5882,
            3431,
            5284,
            5252,
            54,
            381,
            54,
            6,
            5823,
            1863,
            392,
            5375,
            2
          ],
          "scores": [
            0.379402,
            0.480946,
            0.139652
          ]
        },
        {
          "text": "lol sure, because that worked so well the last time",
          "ids": [
            0,
            266,
            424,
            3574,
            256,
            24,
            3275,
            30,
            294,
            6,
            117,
            64,
            2
          ],
          "scores": [
            0.0223488,
            0.112444,
            0.865207
          ]
        },
        {
          "text": "ugh my phone died in the middle of the call AGAIN",
          "ids": [
            0,
            4461,
            17,
            833,
            2429,
            11,
            6,
            3020,
            12,
            6,
            587,
            116,
            2947,
            1083,
            2
          ],
          "scores": [
            0.911927,
            0.0639636,
            0.024109
          ]
        },
        {
          "text": "Does anyone else think that the old logo was better? 🤔",
          "ids": [
            0,
            2957,
            763,
            1192,
            119,
            24,
            6,
            413,
            331,
            60,
            28,
            3024,
            444,
            65,
            36,
            981,
            150,
            36,
            2
          ],
          "scores": [
            0.0839072,
            0.647385,
            0.268707
          ]
        },
        {
          "text": "Kids are asleep, dishes are done, tea is hot. That is all I wanted. 😌",
          "ids": [
            0,
            157,
            3324,
            29,
            396,
            6732,
            46,
            275,
            1705,
            29,
            872,
            225,
            3042,
            13,
            519,
            324,
            471,
            13,
            38,
            9,
            1421,
            3963,
            36,
            1700,
            6357,
            177,
            150,
            36,
            2
          ],
          "scores": [
            0.10485,
            0.350223,
            0.544927
          ]
        }
      ],
      "tolerance": 0.04,
      "arithmetic": 2,
      "logits": "a46b1f9a978765154cd1c7cd5497c0a8c7efcdebb6b408acfbf868adc7be8bed"
    },
    "image": {
      "bytes": 6854656,
      "resident": 5805504
    },
    "bytes": 3972160,
    "shards": [
      {
        "file": "34e0424dceb5fa4f47e8.bin",
        "bytes": 3409712,
        "sha256": "34e0424dceb5fa4f47e8cb89afd65025672d00aeaef12b8d3ae2570519a4e328",
        "encoding": "int4",
        "offset": 0,
        "size": 5805504
      },
      {
        "file": "39185faa84d32659fe7d.bin",
        "bytes": 562448,
        "sha256": "39185faa84d32659fe7d28da9696fd23d8cd7a63a7b139ca06820886fca2a411",
        "encoding": "int4",
        "offset": 5805504,
        "size": 1049152
      }
    ]
  },
  files: {
    '34e0424dceb5fa4f47e8.bin': new URL('./34e0424dceb5fa4f47e8.bin', import.meta.url),
    '39185faa84d32659fe7d.bin': new URL('./39185faa84d32659fe7d.bin', import.meta.url)
  }
}
