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
          "bytes": 592,
          "sha256": "ec2c68d7e8fdc242785a15f53526557afb4d2ddc5932168cf83aa6ba37cf873f"
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
          "bytes": 778,
          "sha256": "64816b5adc55ff0f8a501c8c4a2b16b66692e80e58c57bd2e9bd3cb6755874ea"
        },
        "model.safetensors": {
          "bytes": 67975724,
          "sha256": "fe5d84c10c3c5b4c0e0e3865ea996d5535e547b0e0ce9f6444c32ffaa4472d06"
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
        "embeddings.word_embeddings.weight": "d37bf1a40b57d29b",
        "embeddings.position_embeddings.weight": "02da83304855f6c8",
        "embeddings.token_type_embeddings.weight": "80422bc3d307b4a2",
        "embeddings.LayerNorm.weight": "0d74dda99f2a4231",
        "embeddings.LayerNorm.bias": "90ab77986a4623eb",
        "encoder.layer.0.attention.self.query.weight": "b84aa39117243c3c",
        "encoder.layer.0.attention.self.query.bias": "d9b695a38d61122a",
        "encoder.layer.0.attention.self.key.weight": "71d798dcfa02680f",
        "encoder.layer.0.attention.self.key.bias": "e28716d1ed0b3a12",
        "encoder.layer.0.attention.self.value.weight": "8f3086226bfd93ef",
        "encoder.layer.0.attention.self.value.bias": "5648830b88091af8",
        "encoder.layer.0.attention.output.dense.weight": "573240129e0045a2",
        "encoder.layer.0.attention.output.dense.bias": "4943feea09179577",
        "encoder.layer.0.attention.output.LayerNorm.weight": "3e13a2ee6f393998",
        "encoder.layer.0.attention.output.LayerNorm.bias": "7088e99b7255e452",
        "encoder.layer.0.intermediate.dense.weight": "ad6031be6dff7162",
        "encoder.layer.0.intermediate.dense.bias": "41a30e97af806c3a",
        "encoder.layer.0.output.dense.weight": "726e6095f55188ac",
        "encoder.layer.0.output.dense.bias": "e103143dad10f988",
        "encoder.layer.0.output.LayerNorm.weight": "2b70096c54243a2c",
        "encoder.layer.0.output.LayerNorm.bias": "242949cafa608685",
        "encoder.layer.1.attention.self.query.weight": "b7bbdda5f1f71382",
        "encoder.layer.1.attention.self.query.bias": "de0f81bce0d09a31",
        "encoder.layer.1.attention.self.key.weight": "939b3c8c0cb51fa3",
        "encoder.layer.1.attention.self.key.bias": "fc4d7d7ffd0b80ec",
        "encoder.layer.1.attention.self.value.weight": "0577757400f98c63",
        "encoder.layer.1.attention.self.value.bias": "343c3552f18c1c6b",
        "encoder.layer.1.attention.output.dense.weight": "112a6a0ebc3d7aa9",
        "encoder.layer.1.attention.output.dense.bias": "a4317503188101ff",
        "encoder.layer.1.attention.output.LayerNorm.weight": "02aac72f1de8cdbf",
        "encoder.layer.1.attention.output.LayerNorm.bias": "d98538c887523648",
        "encoder.layer.1.intermediate.dense.weight": "166799fbed106966",
        "encoder.layer.1.intermediate.dense.bias": "64d5e5199fd07b0b",
        "encoder.layer.1.output.dense.weight": "a5f0656055bf5d4b",
        "encoder.layer.1.output.dense.bias": "45f1e2dbfe1c2190",
        "encoder.layer.1.output.LayerNorm.weight": "526a860a8347a708",
        "encoder.layer.1.output.LayerNorm.bias": "5e1691649fd1f881",
        "encoder.layer.2.attention.self.query.weight": "18bb9be5af42ccd7",
        "encoder.layer.2.attention.self.query.bias": "01ad012ef6c06dd4",
        "encoder.layer.2.attention.self.key.weight": "a76f77fb1944d5be",
        "encoder.layer.2.attention.self.key.bias": "a42c6c479721c3be",
        "encoder.layer.2.attention.self.value.weight": "80fe00e8813cd470",
        "encoder.layer.2.attention.self.value.bias": "c6e6534993ef96ce",
        "encoder.layer.2.attention.output.dense.weight": "165abe7da51e65cf",
        "encoder.layer.2.attention.output.dense.bias": "b8181cfb035460b1",
        "encoder.layer.2.attention.output.LayerNorm.weight": "42edd0e4db7f84a6",
        "encoder.layer.2.attention.output.LayerNorm.bias": "3db198ae8a997acc",
        "encoder.layer.2.intermediate.dense.weight": "29799eddf65b55e5",
        "encoder.layer.2.intermediate.dense.bias": "9353ede8d02d022e",
        "encoder.layer.2.output.dense.weight": "0b875c2816a24182",
        "encoder.layer.2.output.dense.bias": "d0da919e67ab2547",
        "encoder.layer.2.output.LayerNorm.weight": "9a0818eda2158710",
        "encoder.layer.2.output.LayerNorm.bias": "0c49638cf850089a",
        "encoder.layer.3.attention.self.query.weight": "059757a7fe43b9d7",
        "encoder.layer.3.attention.self.query.bias": "263a3c6fd0c4cfbf",
        "encoder.layer.3.attention.self.key.weight": "10728eb6624c4ca7",
        "encoder.layer.3.attention.self.key.bias": "cc27e7abd826e536",
        "encoder.layer.3.attention.self.value.weight": "acc52b3c41afe722",
        "encoder.layer.3.attention.self.value.bias": "aa8529eedbe9abe7",
        "encoder.layer.3.attention.output.dense.weight": "17a65b2333364785",
        "encoder.layer.3.attention.output.dense.bias": "7792ebbac50be112",
        "encoder.layer.3.attention.output.LayerNorm.weight": "08e2a97c6f8cb093",
        "encoder.layer.3.attention.output.LayerNorm.bias": "7a77e1f8c26165f1",
        "encoder.layer.3.intermediate.dense.weight": "b8f9c49a5856b7a1",
        "encoder.layer.3.intermediate.dense.bias": "f6a1be66edfeb6c4",
        "encoder.layer.3.output.dense.weight": "ab01ecffcbcd57d8",
        "encoder.layer.3.output.dense.bias": "37ae3e3be14e66fe",
        "encoder.layer.3.output.LayerNorm.weight": "5facccc37941cb93",
        "encoder.layer.3.output.LayerNorm.bias": "49b966e38f083913",
        "encoder.layer.4.attention.self.query.weight": "8b540346cf49041f",
        "encoder.layer.4.attention.self.query.bias": "1d565d364362be7d",
        "encoder.layer.4.attention.self.key.weight": "ed5cf8e947040e30",
        "encoder.layer.4.attention.self.key.bias": "880eb44b28237786",
        "encoder.layer.4.attention.self.value.weight": "5a78eb73a66bb946",
        "encoder.layer.4.attention.self.value.bias": "fb2d2f68843f6d9f",
        "encoder.layer.4.attention.output.dense.weight": "18c83b50babc3feb",
        "encoder.layer.4.attention.output.dense.bias": "cbb3dcb0ef69ce29",
        "encoder.layer.4.attention.output.LayerNorm.weight": "1e3df4c2467e2e47",
        "encoder.layer.4.attention.output.LayerNorm.bias": "de2b18d6096b437e",
        "encoder.layer.4.intermediate.dense.weight": "c2e2e96b48596f47",
        "encoder.layer.4.intermediate.dense.bias": "e43432eb860b2bd6",
        "encoder.layer.4.output.dense.weight": "238f1815192c14c3",
        "encoder.layer.4.output.dense.bias": "d46d6d6e288610ce",
        "encoder.layer.4.output.LayerNorm.weight": "0a814a4f71c804a2",
        "encoder.layer.4.output.LayerNorm.bias": "4348623795b7d589",
        "encoder.layer.5.attention.self.query.weight": "da94376acf3f25ec",
        "encoder.layer.5.attention.self.query.bias": "4e43620fdc2ac052",
        "encoder.layer.5.attention.self.key.weight": "bb37f176b0e93ae4",
        "encoder.layer.5.attention.self.key.bias": "41fc67ccf2d70fbc",
        "encoder.layer.5.attention.self.value.weight": "e4f402eceb0b9b67",
        "encoder.layer.5.attention.self.value.bias": "8ee9772d5ee6d6dc",
        "encoder.layer.5.attention.output.dense.weight": "fd6a3f995d8f1b95",
        "encoder.layer.5.attention.output.dense.bias": "e3d5fb010630463a",
        "encoder.layer.5.attention.output.LayerNorm.weight": "8fb70a82540516dd",
        "encoder.layer.5.attention.output.LayerNorm.bias": "9127e4bfdf99d68f",
        "encoder.layer.5.intermediate.dense.weight": "766f39a557506dac",
        "encoder.layer.5.intermediate.dense.bias": "6e3d6024592dc174",
        "encoder.layer.5.output.dense.weight": "97ffd9c0226ef60d",
        "encoder.layer.5.output.dense.bias": "2bcd7ef102894417",
        "encoder.layer.5.output.LayerNorm.weight": "65d054b9984af0c8",
        "encoder.layer.5.output.LayerNorm.bias": "c2b401e1e779abe2",
        "classifier.dense.weight": "ca352c18854b48d5",
        "classifier.dense.bias": "5200d02f6275b84e",
        "classifier.out_proj.weight": "79418884ae10bcea",
        "classifier.out_proj.bias": "26db457017f60ada"
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
    "temperature": 1.15,
    "preprocess": "pysentimiento",
    "maxTokens": 128,
    "quantization": {
      "weights": "int4",
      "group": 32,
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
      "labelAgreement": 0.984375,
      "maxScoreDifference": 0.128014,
      "meanScoreDifference": 0.0151592,
      "klDivergence": 0.00324077
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
            0.021638,
            0.0202056,
            0.958156
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
            0.019207,
            0.0298928,
            0.9509
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
            0.901912,
            0.0751166,
            0.022971
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
            0.61263,
            0.167386,
            0.219984
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
            0.127321,
            0.795381,
            0.0772976
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
            0.0233295,
            0.113208,
            0.863462
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
            0.877113,
            0.0992589,
            0.0236284
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
            0.62914,
            0.265453,
            0.105407
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
            0.638281,
            0.316003,
            0.0457166
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
            0.0236078,
            0.228515,
            0.747877
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
            0.932772,
            0.0487232,
            0.0185047
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
            0.0925187,
            0.741257,
            0.166225
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
            0.0513204,
            0.185694,
            0.762986
          ]
        }
      ],
      "tolerance": 0.06,
      "arithmetic": 2,
      "logits": "cec600529e78f99ef7cf10b88ca92a13f1c0f336c16509ed6eab250b70ea081b"
    },
    "image": {
      "bytes": 17958848,
      "resident": 13340096
    },
    "bytes": 10102840,
    "shards": [
      {
        "file": "cfa173477b280a38d142.bin",
        "bytes": 4853328,
        "sha256": "cfa173477b280a38d142d75ade72b5a669d9d3d66f1916ac82556ef4a539e83b",
        "encoding": "int4",
        "offset": 0,
        "size": 8388608
      },
      {
        "file": "3907b517a7a6a453d791.bin",
        "bytes": 2773464,
        "sha256": "3907b517a7a6a453d79190d6a10cd7e8c3f78c00a47a2a0354b19536bfee8f19",
        "encoding": "int4",
        "offset": 8388608,
        "size": 4951488
      },
      {
        "file": "0b2e45ced8cdd15d798e.bin",
        "bytes": 2476048,
        "sha256": "0b2e45ced8cdd15d798e06027da2fecb0c23b68abdbf5d099c55e10658ca1f59",
        "encoding": "int4",
        "offset": 13340096,
        "size": 4618752
      }
    ]
  },
  files: {
    'cfa173477b280a38d142.bin': new URL('./cfa173477b280a38d142.bin', import.meta.url),
    '3907b517a7a6a453d791.bin': new URL('./3907b517a7a6a453d791.bin', import.meta.url),
    '0b2e45ced8cdd15d798e.bin': new URL('./0b2e45ced8cdd15d798e.bin', import.meta.url)
  }
}
