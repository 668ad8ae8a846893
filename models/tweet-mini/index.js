// Generated from manifest.json by web/make-model-module.mjs; regenerate instead of editing.
export default {
  manifest: {
    "format": "bertweet-wasm",
    "version": 1,
    "name": "tweet-mini",
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
          "sha256": "2c29c86edd8b7f4ecfc38a0131392da94162c8bbe1fcfcebbdab2f70471f7cf8"
        },
        "bpe.codes": {
          "bytes": 258459,
          "sha256": "17efad05ebbb7d144d6c9636f2d3273d6726c9a8b9ed85737da7f489dbc29c11"
        },
        "config.json": {
          "bytes": 778,
          "sha256": "b00b3919e7fcc4d1d6483b9cce3e2d2453a74c1fd15be37fee44ca732420fac1"
        },
        "model.safetensors": {
          "bytes": 70364204,
          "sha256": "bfc466e79f37ae438d207342e6f9a1935d972addaf85bf7e9830d5a3facdf1ef"
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
          "bytes": 204942,
          "sha256": "8e05e01d5663ef510473d58a068a2734cb6fca1acee7e625cc4566e66d92a1de"
        }
      },
      "tensors": {
        "embeddings.word_embeddings.weight": "c81810bc9820be84",
        "embeddings.position_embeddings.weight": "02da83304855f6c8",
        "embeddings.token_type_embeddings.weight": "80422bc3d307b4a2",
        "embeddings.LayerNorm.weight": "aa1c54657f9ef27e",
        "embeddings.LayerNorm.bias": "7d43cbb5409883da",
        "encoder.layer.0.attention.self.query.weight": "d939d79e860160dd",
        "encoder.layer.0.attention.self.query.bias": "1d1b8dc93167fd22",
        "encoder.layer.0.attention.self.key.weight": "fbbb39ca82c92a3f",
        "encoder.layer.0.attention.self.key.bias": "0a86862fbec9b796",
        "encoder.layer.0.attention.self.value.weight": "87fdcdca8939533c",
        "encoder.layer.0.attention.self.value.bias": "7bc7a00312c235cd",
        "encoder.layer.0.attention.output.dense.weight": "542882837ae4cf83",
        "encoder.layer.0.attention.output.dense.bias": "0fb9c424550b9d0f",
        "encoder.layer.0.attention.output.LayerNorm.weight": "1064be061fbc5e49",
        "encoder.layer.0.attention.output.LayerNorm.bias": "09fac711aa71a173",
        "encoder.layer.0.intermediate.dense.weight": "7b17803ddf36c0eb",
        "encoder.layer.0.intermediate.dense.bias": "559064439afbf10b",
        "encoder.layer.0.output.dense.weight": "3dbc462824cbb771",
        "encoder.layer.0.output.dense.bias": "ae160323fb69c68f",
        "encoder.layer.0.output.LayerNorm.weight": "eb5cefc5734dc5d5",
        "encoder.layer.0.output.LayerNorm.bias": "ddcd4f0814f7ecba",
        "encoder.layer.1.attention.self.query.weight": "cd8c90e56c3aa605",
        "encoder.layer.1.attention.self.query.bias": "d726db38102d5cf5",
        "encoder.layer.1.attention.self.key.weight": "7be90de108f45e5d",
        "encoder.layer.1.attention.self.key.bias": "5c58fca5e1d65709",
        "encoder.layer.1.attention.self.value.weight": "86462522388f4acb",
        "encoder.layer.1.attention.self.value.bias": "82ae0c03805531b3",
        "encoder.layer.1.attention.output.dense.weight": "ac42d9671ef2852f",
        "encoder.layer.1.attention.output.dense.bias": "bccc630f0579fd03",
        "encoder.layer.1.attention.output.LayerNorm.weight": "d79430455432617b",
        "encoder.layer.1.attention.output.LayerNorm.bias": "678537a48dcd448d",
        "encoder.layer.1.intermediate.dense.weight": "1388238111e1df4b",
        "encoder.layer.1.intermediate.dense.bias": "6f6b54d97a52c8e7",
        "encoder.layer.1.output.dense.weight": "6c05d999bc484366",
        "encoder.layer.1.output.dense.bias": "7dd8bb5e72ea070b",
        "encoder.layer.1.output.LayerNorm.weight": "277740182b8cf32e",
        "encoder.layer.1.output.LayerNorm.bias": "cc78c0ce5a41903b",
        "encoder.layer.2.attention.self.query.weight": "023c60a8600f90bc",
        "encoder.layer.2.attention.self.query.bias": "b151ad88f4c3be43",
        "encoder.layer.2.attention.self.key.weight": "6ae174e98cac29e2",
        "encoder.layer.2.attention.self.key.bias": "990dbc29ab310755",
        "encoder.layer.2.attention.self.value.weight": "4b052d2fa3a798c6",
        "encoder.layer.2.attention.self.value.bias": "7fd57732bddd44de",
        "encoder.layer.2.attention.output.dense.weight": "1158bfdc856977de",
        "encoder.layer.2.attention.output.dense.bias": "db40c090d43d6bf4",
        "encoder.layer.2.attention.output.LayerNorm.weight": "317b0cca89d890c0",
        "encoder.layer.2.attention.output.LayerNorm.bias": "0836f0ca74079b15",
        "encoder.layer.2.intermediate.dense.weight": "5d459d08fdbbc509",
        "encoder.layer.2.intermediate.dense.bias": "9507ec902c53c857",
        "encoder.layer.2.output.dense.weight": "426b53fa428b4823",
        "encoder.layer.2.output.dense.bias": "aa92cd3fabea7126",
        "encoder.layer.2.output.LayerNorm.weight": "bdf91fbb1f8a74ae",
        "encoder.layer.2.output.LayerNorm.bias": "2a679de9aa44771f",
        "encoder.layer.3.attention.self.query.weight": "76a6c1e4f7cdf1c2",
        "encoder.layer.3.attention.self.query.bias": "ef3a091e561aa3e5",
        "encoder.layer.3.attention.self.key.weight": "cb50f89d075212f9",
        "encoder.layer.3.attention.self.key.bias": "2130c9f9f8ea6534",
        "encoder.layer.3.attention.self.value.weight": "874ca386557531c2",
        "encoder.layer.3.attention.self.value.bias": "48607be360fdc2b2",
        "encoder.layer.3.attention.output.dense.weight": "164e5daef22e4afa",
        "encoder.layer.3.attention.output.dense.bias": "fc52e485fe7a4d37",
        "encoder.layer.3.attention.output.LayerNorm.weight": "eb3732ce92750d20",
        "encoder.layer.3.attention.output.LayerNorm.bias": "06c05d3204a3f523",
        "encoder.layer.3.intermediate.dense.weight": "1ea8d9001d059fab",
        "encoder.layer.3.intermediate.dense.bias": "69d1f45641bde82e",
        "encoder.layer.3.output.dense.weight": "f0aaad3e9b989090",
        "encoder.layer.3.output.dense.bias": "e20dff4298e450ea",
        "encoder.layer.3.output.LayerNorm.weight": "29c879aa8ec2bd42",
        "encoder.layer.3.output.LayerNorm.bias": "ed480bda218a3a03",
        "encoder.layer.4.attention.self.query.weight": "fa9271282941fad1",
        "encoder.layer.4.attention.self.query.bias": "db4c4df703607e57",
        "encoder.layer.4.attention.self.key.weight": "ee19829bc04b3152",
        "encoder.layer.4.attention.self.key.bias": "0e8a7dc96f7d64c8",
        "encoder.layer.4.attention.self.value.weight": "ba4b7ced09d3479e",
        "encoder.layer.4.attention.self.value.bias": "9665e51dc4444dcb",
        "encoder.layer.4.attention.output.dense.weight": "3bcb63b3baf854c6",
        "encoder.layer.4.attention.output.dense.bias": "d3166cdcb88515be",
        "encoder.layer.4.attention.output.LayerNorm.weight": "2de17ea2955a9ce1",
        "encoder.layer.4.attention.output.LayerNorm.bias": "b4a1377fa07af0b8",
        "encoder.layer.4.intermediate.dense.weight": "99f4c28afd517036",
        "encoder.layer.4.intermediate.dense.bias": "089c24f0ca47636e",
        "encoder.layer.4.output.dense.weight": "ba763ecc318bd16d",
        "encoder.layer.4.output.dense.bias": "a93297240b88cc46",
        "encoder.layer.4.output.LayerNorm.weight": "c5deb57976e588ef",
        "encoder.layer.4.output.LayerNorm.bias": "50b419885650bf76",
        "encoder.layer.5.attention.self.query.weight": "c60371276b310148",
        "encoder.layer.5.attention.self.query.bias": "25c9c319d8b77488",
        "encoder.layer.5.attention.self.key.weight": "660b40281c3de9a2",
        "encoder.layer.5.attention.self.key.bias": "51865e320f443544",
        "encoder.layer.5.attention.self.value.weight": "995ee474566f1c22",
        "encoder.layer.5.attention.self.value.bias": "cde8e5361fd9b037",
        "encoder.layer.5.attention.output.dense.weight": "6c0a2ed28f7ba515",
        "encoder.layer.5.attention.output.dense.bias": "d5c0034affce1610",
        "encoder.layer.5.attention.output.LayerNorm.weight": "da3598c81b284e6f",
        "encoder.layer.5.attention.output.LayerNorm.bias": "8e647fc2e5037e51",
        "encoder.layer.5.intermediate.dense.weight": "dbb308d8e6f37257",
        "encoder.layer.5.intermediate.dense.bias": "c7861dffcfc4f404",
        "encoder.layer.5.output.dense.weight": "b946c2bf25069533",
        "encoder.layer.5.output.dense.bias": "fb1d7f029aae2591",
        "encoder.layer.5.output.LayerNorm.weight": "b85348c3dc2b0c41",
        "encoder.layer.5.output.LayerNorm.bias": "8ca8a823582ced98",
        "classifier.dense.weight": "c7f6d464af8d1381",
        "classifier.dense.bias": "3a102dad13bf0f12",
        "classifier.out_proj.weight": "066abd1ea55f1a9d",
        "classifier.out_proj.bias": "44c91dda8c397b0d"
      }
    },
    "license": {
      "id": "other",
      "summary": "research-data-weights",
      "text": null
    },
    "config": {
      "hidden_size": 384,
      "num_hidden_layers": 6,
      "num_attention_heads": 12,
      "intermediate_size": 1536,
      "vocab_size": 17555,
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
      "tokens": 1158,
      "labelAgreement": 1,
      "maxScoreDifference": 0.077833,
      "meanScoreDifference": 0.0126878,
      "klDivergence": 0.00223321
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
            6423,
            36,
            2
          ],
          "scores": [
            0.0215929,
            0.019691,
            0.958716
          ]
        },
        {
          "text": "Can't believe we won!!! #proud #family 🎉🎉🎉",
          "ids": [
            0,
            696,
            645,
            61,
            3909,
            103,
            5,
            1316,
            5,
            395,
            36,
            505,
            555,
            3197,
            36,
            36,
            505,
            555,
            3197,
            36,
            36,
            505,
            555,
            3197,
            36,
            2
          ],
          "scores": [
            0.0188245,
            0.0369404,
            0.944235
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
            8413,
            150,
            36,
            36,
            8413,
            150,
            36,
            85,
            518,
            756,
            7719,
            796,
            2
          ],
          "scores": [
            0.929423,
            0.0510804,
            0.0194964
          ]
        },
        {
          "text": "this app keeps crashing since the update. FIX IT PLEASE @support",
          "ids": [
            0,
            25,
            3849,
            3204,
            929,
            2475,
            445,
            6,
            4152,
            5080,
            4770,
            1082,
            1849,
            7401,
            4,
            2
          ],
          "scores": [
            0.557286,
            0.206253,
            0.23646
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
            0.143997,
            0.794205,
            0.0617984
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
            13103,
            5085,
            1462,
            2
          ],
          "scores": [
            0.0221772,
            0.081767,
            0.896056
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
            12566,
            54,
            10985,
            514,
            257,
            28,
            34,
            10985,
            514,
            8999,
            5208,
            2195,
            5,
            855,
            131,
            2
          ],
          "scores": [
            0.852416,
            0.119725,
            0.0278595
          ]
        },
        {
          "text": "why is nobody talking about how good the second season is",
          "ids": [
            0,
            296,
            13,
            3816,
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
            0.690398,
            0.195854,
            0.113748
          ]
        },
        {
          "text": "The film was neither as funny as the trailer promised nor as bad as the critics said.",
          "ids": [
            0,
            33,
            1903,
            28,
            9306,
            54,
            1276,
            54,
            6,
            7643,
            12320,
            5564,
            54,
            381,
            54,
            6,
            8014,
            1863,
            14113,
            2
          ],
          "scores": [
            0.776252,
            0.189752,
            0.0339967
          ]
        },
        {
          "text": "lol sure, because that worked so well the last time",
          "ids": [
            0,
            266,
            12596,
            256,
            24,
            3287,
            30,
            294,
            6,
            117,
            64,
            2
          ],
          "scores": [
            0.0319086,
            0.238394,
            0.729698
          ]
        },
        {
          "text": "ugh my phone died in the middle of the call AGAIN",
          "ids": [
            0,
            4529,
            17,
            833,
            2432,
            11,
            6,
            3028,
            12,
            6,
            587,
            12683,
            2
          ],
          "scores": [
            0.940552,
            0.0390314,
            0.0204163
          ]
        },
        {
          "text": "Does anyone else think that the old logo was better? 🤔",
          "ids": [
            0,
            2964,
            763,
            1192,
            119,
            24,
            6,
            413,
            331,
            60,
            28,
            14930,
            36,
            981,
            150,
            36,
            2
          ],
          "scores": [
            0.0897372,
            0.733586,
            0.176677
          ]
        },
        {
          "text": "Kids are asleep, dishes are done, tea is hot. That is all I wanted. 😌",
          "ids": [
            0,
            6611,
            29,
            10740,
            46,
            275,
            1705,
            29,
            8412,
            3050,
            13,
            14823,
            471,
            13,
            38,
            9,
            1421,
            3995,
            36,
            14267,
            150,
            36,
            2
          ],
          "scores": [
            0.0552336,
            0.189602,
            0.755164
          ]
        }
      ],
      "tolerance": 0.1,
      "arithmetic": 2,
      "logits": "e4890a8d79953c4a10b372a41f8c8f559dc5d08b18ed54adfe25625baf04445a"
    },
    "image": {
      "bytes": 18599808,
      "resident": 13377664
    },
    "bytes": 10463900,
    "shards": [
      {
        "file": "03904dc7cee761a334de.bin",
        "bytes": 4870904,
        "sha256": "03904dc7cee761a334de8fe99ac78351bdbcc53cb40f1dfd998c8f611eae9c5f",
        "encoding": "int4",
        "offset": 0,
        "size": 8388544
      },
      {
        "file": "e6386306266df387dc55.bin",
        "bytes": 2793456,
        "sha256": "e6386306266df387dc5570a05567a669083bfcc05e78206616e6adf606e59beb",
        "encoding": "int4",
        "offset": 8388544,
        "size": 4989120
      },
      {
        "file": "c32711c229d8a02437fa.bin",
        "bytes": 2799540,
        "sha256": "c32711c229d8a02437fad17d0efc17ca25bc80c53f596c27203e2bb23c0b802c",
        "encoding": "int4",
        "offset": 13377664,
        "size": 5222144
      }
    ]
  },
  files: {
    '03904dc7cee761a334de.bin': new URL('./03904dc7cee761a334de.bin', import.meta.url),
    'e6386306266df387dc55.bin': new URL('./e6386306266df387dc55.bin', import.meta.url),
    'c32711c229d8a02437fa.bin': new URL('./c32711c229d8a02437fa.bin', import.meta.url)
  }
}
