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
          "sha256": "4b87da83b872ff813e4ade499950867c6ece14abf02ac141d1ccc9678fe89d4b"
        },
        "bpe.codes": {
          "bytes": 446789,
          "sha256": "180214fe226ad340220d0846352eae2ee368b3448c3df557e8ea02d7e7c37054"
        },
        "config.json": {
          "bytes": 778,
          "sha256": "8dcb83d48bbab44ab42d2d14c309d84f988d7c9abccb94c24e64068efa3957aa"
        },
        "model.safetensors": {
          "bytes": 90699308,
          "sha256": "30684c5189860aaa83f9d02a3636d62c6a0e052bb6d18b340dad4d8df1cbe89d"
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
          "bytes": 376058,
          "sha256": "0aa8651952fc2dcd06856088982c7064a7676a6c879c46910bd7b3d03c52e045"
        }
      },
      "tensors": {
        "embeddings.word_embeddings.weight": "586661fe33b35714",
        "embeddings.position_embeddings.weight": "c2fae1381cf75869",
        "embeddings.token_type_embeddings.weight": "80422bc3d307b4a2",
        "embeddings.LayerNorm.weight": "8e247b0ccb94b4a7",
        "embeddings.LayerNorm.bias": "a5808320c2a9b2b4",
        "encoder.layer.0.attention.self.query.weight": "b8ba9c369a3f420d",
        "encoder.layer.0.attention.self.query.bias": "4144e8c1ce65fb53",
        "encoder.layer.0.attention.self.key.weight": "9512f2fa8e0a184d",
        "encoder.layer.0.attention.self.key.bias": "c8bbd8b7d476d578",
        "encoder.layer.0.attention.self.value.weight": "fe12e12a5e2c5cfc",
        "encoder.layer.0.attention.self.value.bias": "cbdb66bae2178349",
        "encoder.layer.0.attention.output.dense.weight": "35b8bd3af94e0c49",
        "encoder.layer.0.attention.output.dense.bias": "4d0bfef7c664cd2e",
        "encoder.layer.0.attention.output.LayerNorm.weight": "88f6d00e07aef93a",
        "encoder.layer.0.attention.output.LayerNorm.bias": "15229b76edb2a681",
        "encoder.layer.0.intermediate.dense.weight": "b1bd96ccc81bcf2c",
        "encoder.layer.0.intermediate.dense.bias": "a312868ada67b4a7",
        "encoder.layer.0.output.dense.weight": "75c43931a9a09bfc",
        "encoder.layer.0.output.dense.bias": "54f443aa3f3a3ac2",
        "encoder.layer.0.output.LayerNorm.weight": "49004048f6ceb3e9",
        "encoder.layer.0.output.LayerNorm.bias": "b9fc5b534e7f585b",
        "encoder.layer.1.attention.self.query.weight": "8629055e24f7e873",
        "encoder.layer.1.attention.self.query.bias": "dccb995bd7e31336",
        "encoder.layer.1.attention.self.key.weight": "79c7a41117326834",
        "encoder.layer.1.attention.self.key.bias": "2530d6159115410f",
        "encoder.layer.1.attention.self.value.weight": "9491368b5dcd62a0",
        "encoder.layer.1.attention.self.value.bias": "42825a577c996e07",
        "encoder.layer.1.attention.output.dense.weight": "e3b3e925b347dbed",
        "encoder.layer.1.attention.output.dense.bias": "45a82990e11a519c",
        "encoder.layer.1.attention.output.LayerNorm.weight": "6e266e08051e2799",
        "encoder.layer.1.attention.output.LayerNorm.bias": "0eed31354d9f6bc6",
        "encoder.layer.1.intermediate.dense.weight": "cf7e3ac5c4c0f0d5",
        "encoder.layer.1.intermediate.dense.bias": "7915b621ec1a1af5",
        "encoder.layer.1.output.dense.weight": "cfb213fff6995f3f",
        "encoder.layer.1.output.dense.bias": "4af8eacbddb9bb43",
        "encoder.layer.1.output.LayerNorm.weight": "35629949615c234f",
        "encoder.layer.1.output.LayerNorm.bias": "a21bf5ceb8e83382",
        "encoder.layer.2.attention.self.query.weight": "f993969c49b2f8ed",
        "encoder.layer.2.attention.self.query.bias": "ffb84a1b3d41cfc7",
        "encoder.layer.2.attention.self.key.weight": "ef2fb6891ea4c9ea",
        "encoder.layer.2.attention.self.key.bias": "fa14e392622ff01b",
        "encoder.layer.2.attention.self.value.weight": "7872b4ef60297ba2",
        "encoder.layer.2.attention.self.value.bias": "21f0866f10236346",
        "encoder.layer.2.attention.output.dense.weight": "f506e6ec76e6e839",
        "encoder.layer.2.attention.output.dense.bias": "26f240d894186749",
        "encoder.layer.2.attention.output.LayerNorm.weight": "4e79173436052c87",
        "encoder.layer.2.attention.output.LayerNorm.bias": "bb9a055ba3e25b5d",
        "encoder.layer.2.intermediate.dense.weight": "6f6be0d95bb60ddf",
        "encoder.layer.2.intermediate.dense.bias": "629d4deb6ca6d8f0",
        "encoder.layer.2.output.dense.weight": "894ab86d1ef0e3e0",
        "encoder.layer.2.output.dense.bias": "ca18682dd6d62533",
        "encoder.layer.2.output.LayerNorm.weight": "0899e9a827d6f8c1",
        "encoder.layer.2.output.LayerNorm.bias": "3639705290960390",
        "encoder.layer.3.attention.self.query.weight": "5a1a52075e76ea44",
        "encoder.layer.3.attention.self.query.bias": "5138dd14872869d9",
        "encoder.layer.3.attention.self.key.weight": "05299a0583e2d9dc",
        "encoder.layer.3.attention.self.key.bias": "74c5e528dc00a64a",
        "encoder.layer.3.attention.self.value.weight": "458f4cd81d3854fd",
        "encoder.layer.3.attention.self.value.bias": "4a8e49fdc6ee4b7a",
        "encoder.layer.3.attention.output.dense.weight": "bbd1100b43183ba4",
        "encoder.layer.3.attention.output.dense.bias": "137cde16eb84f26a",
        "encoder.layer.3.attention.output.LayerNorm.weight": "e2df736496d36994",
        "encoder.layer.3.attention.output.LayerNorm.bias": "5b148df5993bf2d5",
        "encoder.layer.3.intermediate.dense.weight": "4462891565768938",
        "encoder.layer.3.intermediate.dense.bias": "bf3135c0a43ea814",
        "encoder.layer.3.output.dense.weight": "c461b37bc4bcaf39",
        "encoder.layer.3.output.dense.bias": "2b0df975baee83d6",
        "encoder.layer.3.output.LayerNorm.weight": "eb6554c06252a4dc",
        "encoder.layer.3.output.LayerNorm.bias": "0046661e39d333a5",
        "encoder.layer.4.attention.self.query.weight": "c5de2f337ea4a0d7",
        "encoder.layer.4.attention.self.query.bias": "d3e95e1868dbc0f8",
        "encoder.layer.4.attention.self.key.weight": "b47fe012d88da877",
        "encoder.layer.4.attention.self.key.bias": "b5586aa4fe70431c",
        "encoder.layer.4.attention.self.value.weight": "6bc358d320beef34",
        "encoder.layer.4.attention.self.value.bias": "a6f245ab9d138f0c",
        "encoder.layer.4.attention.output.dense.weight": "817c845405a97940",
        "encoder.layer.4.attention.output.dense.bias": "fb5f9577f4f4ced8",
        "encoder.layer.4.attention.output.LayerNorm.weight": "f460cbfe9a042c44",
        "encoder.layer.4.attention.output.LayerNorm.bias": "b262dddef9165b2a",
        "encoder.layer.4.intermediate.dense.weight": "b933b7824f7ad007",
        "encoder.layer.4.intermediate.dense.bias": "474e06c327094ef3",
        "encoder.layer.4.output.dense.weight": "88b0320d2c7bdd18",
        "encoder.layer.4.output.dense.bias": "3e2cce301c158b4f",
        "encoder.layer.4.output.LayerNorm.weight": "a586bea56decbd60",
        "encoder.layer.4.output.LayerNorm.bias": "6e59a5e4e29d977f",
        "encoder.layer.5.attention.self.query.weight": "2e388afb6360a705",
        "encoder.layer.5.attention.self.query.bias": "e62c7e6173a9cf92",
        "encoder.layer.5.attention.self.key.weight": "20baaf8482ff0a51",
        "encoder.layer.5.attention.self.key.bias": "07befefc04a249d1",
        "encoder.layer.5.attention.self.value.weight": "34faa405b89e2bd7",
        "encoder.layer.5.attention.self.value.bias": "bb7894f8dcf2f426",
        "encoder.layer.5.attention.output.dense.weight": "ace0c2b889be2a66",
        "encoder.layer.5.attention.output.dense.bias": "1169e27d69c7f87e",
        "encoder.layer.5.attention.output.LayerNorm.weight": "1d52c7e7510bd178",
        "encoder.layer.5.attention.output.LayerNorm.bias": "afadfef63aedd564",
        "encoder.layer.5.intermediate.dense.weight": "040646496d396273",
        "encoder.layer.5.intermediate.dense.bias": "2152182d66feeabb",
        "encoder.layer.5.output.dense.weight": "7dcc54d8f2cc553b",
        "encoder.layer.5.output.dense.bias": "c5367f50d7b37314",
        "encoder.layer.5.output.LayerNorm.weight": "0e14ea72430d7c42",
        "encoder.layer.5.output.LayerNorm.bias": "4a9eccff0ae792a1",
        "classifier.dense.weight": "268df7a50871f59c",
        "classifier.dense.bias": "e0967c9996abee96",
        "classifier.out_proj.weight": "ec650873bcf176e1",
        "classifier.out_proj.bias": "4cf08dedc2845c66"
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
      "vocab_size": 30794,
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
      "tokens": 1106,
      "labelAgreement": 0.984375,
      "maxScoreDifference": 0.119492,
      "meanScoreDifference": 0.00795683,
      "klDivergence": 0.00118673
    },
    "selfTest": {
      "texts": [
        {
          "text": "I love this so much 😍",
          "ids": [
            0,
            19,
            1434,
            1352,
            1370,
            1951,
            1426,
            5082,
            1904,
            80,
            13099,
            1426,
            2
          ],
          "scores": [
            0.0201721,
            0.0209937,
            0.958834
          ]
        },
        {
          "text": "Can't believe we won!!! #proud #family 🎉🎉🎉",
          "ids": [
            0,
            1825,
            3590,
            1446,
            5720,
            1846,
            6,
            5045,
            6,
            2428,
            1426,
            2855,
            25255,
            1426,
            1426,
            2855,
            25255,
            1426,
            1426,
            2855,
            25255,
            1426,
            2
          ],
          "scores": [
            0.0215648,
            0.0308898,
            0.947545
          ]
        },
        {
          "text": "so tired of this rain 😩😩 when does summer start???",
          "ids": [
            0,
            1370,
            4103,
            61,
            1352,
            4141,
            1426,
            15456,
            1904,
            1426,
            1426,
            15456,
            1904,
            1426,
            1587,
            2954,
            2948,
            2735,
            3925,
            2
          ],
          "scores": [
            0.877076,
            0.0998447,
            0.0230792
          ]
        },
        {
          "text": "this app keeps crashing since the update. FIX IT PLEASE @support",
          "ids": [
            0,
            1352,
            4668,
            9144,
            24638,
            3010,
            7,
            23093,
            5011,
            2070,
            88,
            2668,
            4,
            2
          ],
          "scores": [
            0.887995,
            0.0887104,
            0.0232949
          ]
        },
        {
          "text": "no no no no no",
          "ids": [
            0,
            1488,
            1488,
            1488,
            1488,
            1488,
            2
          ],
          "scores": [
            0.176342,
            0.754365,
            0.0692928
          ]
        },
        {
          "text": "Good morning ☀️ coffee first, questions later",
          "ids": [
            0,
            1510,
            2088,
            1426,
            2511,
            1426,
            3802,
            20751,
            13354,
            5320,
            2
          ],
          "scores": [
            0.0189521,
            0.155378,
            0.82567
          ]
        },
        {
          "text": "My parcel was marked as delivered. It was not delivered. Nobody answers. #scam",
          "ids": [
            0,
            42,
            5967,
            1933,
            2418,
            1414,
            22016,
            1496,
            14351,
            2848,
            86,
            1414,
            1406,
            14351,
            2848,
            8894,
            17810,
            7450,
            6,
            28280,
            2
          ],
          "scores": [
            0.902894,
            0.0784215,
            0.0186846
          ]
        },
        {
          "text": "why is nobody talking about how good the second season is",
          "ids": [
            0,
            1972,
            47,
            8893,
            4764,
            1575,
            1672,
            1509,
            7,
            5328,
            3623,
            47,
            2
          ],
          "scores": [
            0.313035,
            0.460882,
            0.226083
          ]
        },
        {
          "text": "The film was neither as funny as the trailer promised nor as bad as the critics said.",
          "ids": [
            0,
            8,
            6629,
            1414,
            15192,
            1496,
            4702,
            1496,
            7,
            16988,
            18754,
            6493,
            1496,
            2286,
            1496,
            7,
            20152,
            7329,
            21396,
            2
          ],
          "scores": [
            0.821035,
            0.147138,
            0.0318267
          ]
        },
        {
          "text": "lol sure, because that worked so well the last time",
          "ids": [
            0,
            1980,
            18543,
            2187,
            1364,
            9065,
            1370,
            2132,
            7,
            1770,
            1579,
            2
          ],
          "scores": [
            0.0185734,
            0.0909106,
            0.890516
          ]
        },
        {
          "text": "ugh my phone died in the middle of the call AGAIN",
          "ids": [
            0,
            6422,
            41,
            3315,
            8845,
            33,
            7,
            7295,
            61,
            7,
            2822,
            2520,
            2
          ],
          "scores": [
            0.921827,
            0.0571001,
            0.0210729
          ]
        },
        {
          "text": "Does anyone else think that the old logo was better? 🤔",
          "ids": [
            0,
            2955,
            3535,
            4861,
            1827,
            1364,
            7,
            2605,
            22328,
            1414,
            23523,
            1426,
            4384,
            1904,
            1426,
            2
          ],
          "scores": [
            0.0878684,
            0.625095,
            0.287037
          ]
        },
        {
          "text": "Kids are asleep, dishes are done, tea is hot. That is all I wanted. 😌",
          "ids": [
            0,
            4085,
            1400,
            8599,
            1494,
            22973,
            1400,
            16338,
            7584,
            47,
            21840,
            1365,
            47,
            1420,
            19,
            1803,
            2848,
            1426,
            20951,
            1904,
            1426,
            2
          ],
          "scores": [
            0.0534333,
            0.251346,
            0.695221
          ]
        }
      ],
      "tolerance": 0.03,
      "arithmetic": 2,
      "logits": "c9272a7bef3bb340e40d22c8cddab4576495927a5387fe6e556ae3cc0ecb2827"
    },
    "image": {
      "bytes": 24048000,
      "resident": 13689152
    },
    "bytes": 10257732,
    "shards": [
      {
        "file": "b439075941702955707e.bin",
        "bytes": 3935118,
        "sha256": "b439075941702955707ec3a2b47b8e69608987445fa14661a6931a85efb59680",
        "encoding": "int4",
        "offset": 0,
        "size": 8388480
      },
      {
        "file": "783c2fdb3cab95f4eeda.bin",
        "bytes": 2973528,
        "sha256": "783c2fdb3cab95f4eedacef71706a1b94c80d31b23ab849317ea129871374139",
        "encoding": "int4",
        "offset": 8388480,
        "size": 5300672
      },
      {
        "file": "48df1aca4799a85e955c.bin",
        "bytes": 2527540,
        "sha256": "48df1aca4799a85e955ceaa8d1218872670bc6508e7d9fef20f82edec8514d99",
        "encoding": "int4",
        "offset": 13689152,
        "size": 8388544
      },
      {
        "file": "d8d9bdfc06c753b5602b.bin",
        "bytes": 821546,
        "sha256": "d8d9bdfc06c753b5602b36db9212fbff1189908229e5821e775906c3f7672127",
        "encoding": "int4",
        "offset": 22077696,
        "size": 1970304
      }
    ]
  },
  files: {
    'b439075941702955707e.bin': new URL('./b439075941702955707e.bin', import.meta.url),
    '783c2fdb3cab95f4eeda.bin': new URL('./783c2fdb3cab95f4eeda.bin', import.meta.url),
    '48df1aca4799a85e955c.bin': new URL('./48df1aca4799a85e955c.bin', import.meta.url),
    'd8d9bdfc06c753b5602b.bin': new URL('./d8d9bdfc06c753b5602b.bin', import.meta.url)
  }
}
