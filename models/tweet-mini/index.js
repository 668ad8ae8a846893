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
          "bytes": 1080,
          "sha256": "21debe012acee852f03bf79b4074f47118f4808358d76dd84fd5ee2000de1487"
        },
        "added_tokens.json": {
          "bytes": 17,
          "sha256": "55567d6241472551a3bd3296415ec27777c4da44108e1428fc99c48a3e63e858"
        },
        "bpe.codes": {
          "bytes": 207006,
          "sha256": "00d991ac52f4fb69f23746aca717c511fc0ad2ee7f3bf9a1dfb12948cfe54f86"
        },
        "config.json": {
          "bytes": 864,
          "sha256": "b187a6b6989db862f8270fb6cf6925192140193afec62d8810deb75b54af51e9"
        },
        "model.safetensors": {
          "bytes": 33994014,
          "sha256": "81e761ed2207225691d8e7d93d3d4bdaedabb854c21d0a0cfed75a375b1a39da"
        },
        "special_tokens_map.json": {
          "bytes": 150,
          "sha256": "66edf136a795da62b5e9e79c7fdf8170b0d343ca62354f5fc1c42ee7bc131ca6"
        },
        "tokenizer_config.json": {
          "bytes": 239,
          "sha256": "ef5a2756f6e047fb63735b564feb3996b1e82425f3797bccce5fad581c4d758e"
        },
        "vocab.txt": {
          "bytes": 158889,
          "sha256": "6faf6c8ddafd2ab32e198387a3930664302584e7fe2c7d2e4a3285f432fe97f7"
        }
      },
      "tensors": {
        "embeddings.word_embeddings.weight": "eccc0b375b797ed6",
        "embeddings.position_embeddings.weight": "2a9e5f601286dfdf",
        "embeddings.token_type_embeddings.weight": "06c7e3bbceea3e23",
        "embeddings.LayerNorm.weight": "499f788d8d7449e2",
        "embeddings.LayerNorm.bias": "af42b573a218e271",
        "encoder.layer.0.attention.self.query.weight": "1c14f873d369ea7f",
        "encoder.layer.0.attention.self.query.bias": "b27dde6c61d78135",
        "encoder.layer.0.attention.self.key.weight": "5cbc27e90e4c2e16",
        "encoder.layer.0.attention.self.key.bias": "853e64f274731cbb",
        "encoder.layer.0.attention.self.value.weight": "eaa21bdec96c90a5",
        "encoder.layer.0.attention.self.value.bias": "bb443c330ec5320a",
        "encoder.layer.0.attention.output.dense.weight": "d54cd40bf418b899",
        "encoder.layer.0.attention.output.dense.bias": "4d02ec61da08e77d",
        "encoder.layer.0.attention.output.LayerNorm.weight": "230c4f3764dbfaed",
        "encoder.layer.0.attention.output.LayerNorm.bias": "8db61661fd56fc5c",
        "encoder.layer.0.intermediate.dense.weight": "6453c0a10f9b9d37",
        "encoder.layer.0.intermediate.dense.bias": "7e43313dc5ccb487",
        "encoder.layer.0.output.dense.weight": "91463b9d557f98b0",
        "encoder.layer.0.output.dense.bias": "518f1506bb43b732",
        "encoder.layer.0.output.LayerNorm.weight": "da741b0e385e94cc",
        "encoder.layer.0.output.LayerNorm.bias": "c2d4b1bdbf7ed5eb",
        "encoder.layer.1.attention.self.query.weight": "29baa99215a4b4a5",
        "encoder.layer.1.attention.self.query.bias": "70347fff8d29f67f",
        "encoder.layer.1.attention.self.key.weight": "b0d401804216ef2a",
        "encoder.layer.1.attention.self.key.bias": "c2470977638e594a",
        "encoder.layer.1.attention.self.value.weight": "e186e00d02f8239d",
        "encoder.layer.1.attention.self.value.bias": "929549ff33f29065",
        "encoder.layer.1.attention.output.dense.weight": "6bec12f93cd072a2",
        "encoder.layer.1.attention.output.dense.bias": "8a74b62498039231",
        "encoder.layer.1.attention.output.LayerNorm.weight": "ee4628fdc3bbad3c",
        "encoder.layer.1.attention.output.LayerNorm.bias": "194aaabe0b5d0eff",
        "encoder.layer.1.intermediate.dense.weight": "e5118e01a00705ea",
        "encoder.layer.1.intermediate.dense.bias": "1fccfbae99bcc8b7",
        "encoder.layer.1.output.dense.weight": "46b8220f6057056b",
        "encoder.layer.1.output.dense.bias": "9374a93d4895ce35",
        "encoder.layer.1.output.LayerNorm.weight": "beea82784bd6a61c",
        "encoder.layer.1.output.LayerNorm.bias": "1db5f6ad4a3a055f",
        "encoder.layer.2.attention.self.query.weight": "747d62e3b7e94104",
        "encoder.layer.2.attention.self.query.bias": "fdb054d4f7103d1b",
        "encoder.layer.2.attention.self.key.weight": "bffa96b3849e54d9",
        "encoder.layer.2.attention.self.key.bias": "4862d569a72f007a",
        "encoder.layer.2.attention.self.value.weight": "0ce60937bdf30ddb",
        "encoder.layer.2.attention.self.value.bias": "4e934ab469b235e7",
        "encoder.layer.2.attention.output.dense.weight": "0787f490c47e332c",
        "encoder.layer.2.attention.output.dense.bias": "333c03b62493dd8f",
        "encoder.layer.2.attention.output.LayerNorm.weight": "329f5cabcddbf1fd",
        "encoder.layer.2.attention.output.LayerNorm.bias": "d985f17f6c97df74",
        "encoder.layer.2.intermediate.dense.weight": "16ace440bd203acf",
        "encoder.layer.2.intermediate.dense.bias": "fb78804580134721",
        "encoder.layer.2.output.dense.weight": "8d3e8328e5a7a8d4",
        "encoder.layer.2.output.dense.bias": "8a022685581f9b22",
        "encoder.layer.2.output.LayerNorm.weight": "16ff022f2e8212cb",
        "encoder.layer.2.output.LayerNorm.bias": "81be9fd613f11ec6",
        "encoder.layer.3.attention.self.query.weight": "b7346635914b2b79",
        "encoder.layer.3.attention.self.query.bias": "09ba94ff93a14802",
        "encoder.layer.3.attention.self.key.weight": "e83e37b1d0de0c4d",
        "encoder.layer.3.attention.self.key.bias": "ed21d747e293a152",
        "encoder.layer.3.attention.self.value.weight": "bf833918aa7e4480",
        "encoder.layer.3.attention.self.value.bias": "ae62b55b620c6976",
        "encoder.layer.3.attention.output.dense.weight": "6a0213a330c8f238",
        "encoder.layer.3.attention.output.dense.bias": "fc450176c7949117",
        "encoder.layer.3.attention.output.LayerNorm.weight": "ef7517f2a649fd7b",
        "encoder.layer.3.attention.output.LayerNorm.bias": "2be2c2e853b810ee",
        "encoder.layer.3.intermediate.dense.weight": "216a84afadd8ede2",
        "encoder.layer.3.intermediate.dense.bias": "a21811de2705aa3e",
        "encoder.layer.3.output.dense.weight": "b9b169771f92c078",
        "encoder.layer.3.output.dense.bias": "4a597518f8dce121",
        "encoder.layer.3.output.LayerNorm.weight": "3fdaadd080aa17f2",
        "encoder.layer.3.output.LayerNorm.bias": "b22b0268b577978c",
        "encoder.layer.4.attention.self.query.weight": "53d51dda87bc565a",
        "encoder.layer.4.attention.self.query.bias": "73addaa19df3559a",
        "encoder.layer.4.attention.self.key.weight": "96b5fff2f0ea6d12",
        "encoder.layer.4.attention.self.key.bias": "964aff7e4c355dab",
        "encoder.layer.4.attention.self.value.weight": "e7bfb667ac00755d",
        "encoder.layer.4.attention.self.value.bias": "4526e6c6cb61b103",
        "encoder.layer.4.attention.output.dense.weight": "44ef58d2da55c825",
        "encoder.layer.4.attention.output.dense.bias": "624949ff8ed0aa46",
        "encoder.layer.4.attention.output.LayerNorm.weight": "e8a14b79b33282b7",
        "encoder.layer.4.attention.output.LayerNorm.bias": "38e55358f1870901",
        "encoder.layer.4.intermediate.dense.weight": "e35ac7bdb747faea",
        "encoder.layer.4.intermediate.dense.bias": "857670878545d795",
        "encoder.layer.4.output.dense.weight": "5d9cd7615da6e2e9",
        "encoder.layer.4.output.dense.bias": "cb2cb8e5ab954ff5",
        "encoder.layer.4.output.LayerNorm.weight": "5d5abbc42ddda47c",
        "encoder.layer.4.output.LayerNorm.bias": "dfce58339865dd79",
        "encoder.layer.5.attention.self.query.weight": "20bb6d619f8373ad",
        "encoder.layer.5.attention.self.query.bias": "f31c3daa85d7e08d",
        "encoder.layer.5.attention.self.key.weight": "5513a0c30d49645d",
        "encoder.layer.5.attention.self.key.bias": "955848da6c452e5d",
        "encoder.layer.5.attention.self.value.weight": "adf461247e4c7526",
        "encoder.layer.5.attention.self.value.bias": "1a44123b616431e4",
        "encoder.layer.5.attention.output.dense.weight": "f3734257a10830b6",
        "encoder.layer.5.attention.output.dense.bias": "e25e6dcb20e2e323",
        "encoder.layer.5.attention.output.LayerNorm.weight": "3e60c6c56a0448f0",
        "encoder.layer.5.attention.output.LayerNorm.bias": "bd32d5fb82482c4b",
        "encoder.layer.5.intermediate.dense.weight": "99ab5691351e3823",
        "encoder.layer.5.intermediate.dense.bias": "9e153d41b28804b6",
        "encoder.layer.5.output.dense.weight": "bf99acc361424d01",
        "encoder.layer.5.output.dense.bias": "f7f26691f24b76bb",
        "encoder.layer.5.output.LayerNorm.weight": "0c413236333efd2a",
        "encoder.layer.5.output.LayerNorm.bias": "300126b85b03c169",
        "classifier.dense.weight": "5bb4b1c5e57ec655",
        "classifier.dense.bias": "1a438535b0d5cf7f",
        "classifier.out_proj.weight": "e09d220488d1ca23",
        "classifier.out_proj.bias": "9b7bef1c4bb1cfec"
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
      "vocab_size": 16000,
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
    "temperature": 1,
    "preprocess": "pysentimiento",
    "maxTokens": 128,
    "quantization": {
      "weights": "int8",
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
      "tokens": 1159,
      "labelAgreement": 1,
      "maxScoreDifference": 0.0381782,
      "meanScoreDifference": 0.00237644,
      "klDivergence": 0.000102383
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
            0.045928,
            0.0151117,
            0.93896
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
            0.0347457,
            0.0216298,
            0.943624
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
            0.938218,
            0.0472616,
            0.0145204
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
            0.802699,
            0.111955,
            0.0853462
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
            0.429574,
            0.473425,
            0.0970007
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
            0.0409002,
            0.0795087,
            0.879591
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
            0.932168,
            0.0550563,
            0.0127752
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
            0.810858,
            0.127368,
            0.0617743
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
            0.778423,
            0.169056,
            0.0525208
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
            0.066973,
            0.0564946,
            0.876532
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
            0.962582,
            0.0251448,
            0.0122736
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
            0.289634,
            0.586396,
            0.12397
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
            0.0711229,
            0.103329,
            0.825548
          ]
        }
      ],
      "tolerance": 0.02,
      "arithmetic": 2,
      "logits": "2c27476b6a3f1dc85e5dc9b03fd5c34f33e9558c00a6fc0056bd8851043ebf28"
    },
    "image": {
      "bytes": 17958848,
      "resident": 13340096
    },
    "bytes": 17958848,
    "shards": [
      {
        "file": "e8cc14d282521215d073.bin",
        "bytes": 8388608,
        "sha256": "e8cc14d282521215d073cbc7013efa154f247a1e0a4204b100032906a0527d65",
        "encoding": "raw",
        "offset": 0,
        "size": 8388608
      },
      {
        "file": "35e26fe2638f6f4757e4.bin",
        "bytes": 4951488,
        "sha256": "35e26fe2638f6f4757e4b26e91f9bb198f1e06054d95561e7d6b7e6f5fe236d9",
        "encoding": "raw",
        "offset": 8388608,
        "size": 4951488
      },
      {
        "file": "499a44ca162bcbf311df.bin",
        "bytes": 4618752,
        "sha256": "499a44ca162bcbf311dfb5db84b4e9f266cbd44abc680e09678366595df88620",
        "encoding": "raw",
        "offset": 13340096,
        "size": 4618752
      }
    ]
  },
  files: {
    'e8cc14d282521215d073.bin': new URL('./e8cc14d282521215d073.bin', import.meta.url),
    '35e26fe2638f6f4757e4.bin': new URL('./35e26fe2638f6f4757e4.bin', import.meta.url),
    '499a44ca162bcbf311df.bin': new URL('./499a44ca162bcbf311df.bin', import.meta.url)
  }
}
