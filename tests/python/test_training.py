"""The parts of models/train that can be wrong without a run showing it, against transformers and the specification.

usage: build/venv/torch/bin/python tests/python/test_training.py
"""

import collections
import json
import re
import sys
import tempfile
import unicodedata
import unittest
from pathlib import Path

import numpy as np
import torch
from transformers import RobertaConfig, RobertaForSequenceClassification

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "train"))
import augmented  # noqa: E402
import bpe  # noqa: E402
import data  # noqa: E402
import fake_quantize  # noqa: E402
import metrics  # noqa: E402
import named  # noqa: E402
import names  # noqa: E402
import ours  # noqa: E402
import share_names  # noqa: E402
import shrink  # noqa: E402
import soft_labels  # noqa: E402
import synthetic  # noqa: E402
import train  # noqa: E402
import unpack  # noqa: E402
import vocabulary  # noqa: E402
import weights  # noqa: E402
from make_tokenizer import FIRST_ID, read_columns, write_tokenizer  # noqa: E402
from reference import load_preprocess_tweet, load_tokenizer  # noqa: E402

TWEET_MINI = ours.ROOT / "models" / "tweet-mini"


def random_roberta():
    torch.manual_seed(1)
    config = RobertaConfig(vocab_size=50, hidden_size=48, num_hidden_layers=3, num_attention_heads=4,
                           intermediate_size=96, max_position_embeddings=22, type_vocab_size=1, num_labels=3,
                           layer_norm_eps=1e-12, pad_token_id=1)
    model = RobertaForSequenceClassification(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


class Weights(unittest.TestCase):
    def test_the_encoder_computes_what_transformers_does(self):
        theirs = random_roberta()
        ours = weights.from_hugging_face(theirs.state_dict(), position_offset=2, heads=4).eval()
        ids = torch.randint(4, 50, (5, 20))
        lengths = torch.tensor([20, 3, 11, 20, 1])
        for row, length in enumerate(lengths):
            ids[row, length:] = 1
        with torch.no_grad():
            expected = theirs(ids, attention_mask=(ids != 1).long()).logits
            found, first = ours(ids, lengths)
        self.assertEqual(first.shape, (5, 48))
        torch.testing.assert_close(found, expected, atol=2e-5, rtol=0)

    def test_there_and_back(self):
        theirs = random_roberta()
        ours = weights.from_hugging_face(theirs.state_dict(), position_offset=2, heads=4)
        again = RobertaForSequenceClassification(theirs.config).eval()
        again.load_state_dict(weights.to_hugging_face(ours))
        ids = torch.randint(4, 50, (2, 9))
        with torch.no_grad():
            torch.testing.assert_close(again(ids).logits, theirs(ids).logits, atol=2e-5, rtol=0)
        config = RobertaConfig(**weights.hugging_face_config(ours.shape))
        self.assertEqual(config.num_labels, 3)
        self.assertEqual(RobertaForSequenceClassification(config).num_parameters(), again.num_parameters())

    def test_other_words_and_fewer_layers(self):
        ours = weights.from_hugging_face(random_roberta().state_dict(), position_offset=2, heads=4)
        changed = weights.with_words(ours, torch.zeros(7, 48), [0, 2])
        self.assertEqual((changed.shape.vocab, changed.shape.layers), (7, 2))
        torch.testing.assert_close(changed.blocks[1].qkv.weight, ours.blocks[2].qkv.weight)
        torch.testing.assert_close(changed.out.weight, ours.out.weight)

    def test_tied_words_are_trained_as_one(self):
        ours = weights.from_hugging_face(random_roberta().state_dict(), position_offset=2, heads=4)
        table = ours.words.weight
        with torch.no_grad():
            table[[9, 30]] = table[5].clone()
        before = table.detach().clone()
        ours.tie()
        logits, _ = ours(torch.tensor([[0, 30, 9, 7, 2]]), torch.tensor([5]))
        logits[0, 0].backward()
        torch.optim.SGD([table], lr=1).step()
        ours.untie()
        self.assertTrue(torch.equal(table[9], table[5]) and torch.equal(table[30], table[5]))
        changed = (table != before).any(dim=1).nonzero().flatten().tolist()
        self.assertEqual(changed, [0, 2, 5, 7, 9, 30])


class Unpack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        unpack.unpack(TWEET_MINI, cls.folder)
        cls.texts = json.loads((TWEET_MINI / "manifest.json").read_text())["selfTest"]["texts"]

    def test_the_shipped_weights_give_what_the_library_gives_but_for_the_7_bits_of_its_inputs(self):
        model = weights.load_initial(self.folder).eval()
        rows = [text["ids"] for text in self.texts]
        expected = torch.tensor(ours.int8_logits(TWEET_MINI, rows))
        with torch.no_grad():
            found = torch.cat([model(torch.tensor([row]), torch.tensor([len(row)]))[0] for row in rows])
        self.assertLess((found - expected).abs().mean().item(), 0.02)
        self.assertGreater(expected.std().item(), 0.5)

    def test_the_tokenizer_is_the_one_that_was_converted(self):
        tokenizer = load_tokenizer(str(self.folder))
        manifest = json.loads((TWEET_MINI / "manifest.json").read_text())
        self.assertEqual(len(tokenizer), manifest["config"]["vocab_size"])
        preprocess_tweet = load_preprocess_tweet()
        for text in self.texts:
            preprocessed = preprocess_tweet(text["text"], lang="en", user_token="@USER", url_token="HTTPURL")
            self.assertEqual(tokenizer.encode(preprocessed), text["ids"])


class Shrink(unittest.TestCase):
    def test_the_first_merges_are_a_smaller_bpe(self):
        folder = ours.ROOT / "tests" / "golden" / "tokenizer-8k"
        words = read_columns(folder / "vocab.txt")
        merges = [tuple(merge.split(" ")) for merge in read_columns(folder / "bpe.codes")]
        fewer, first, index = shrink.fewer_symbols(words, merges, 3000)
        self.assertEqual(len(fewer), 3000 - shrink.FIRST_ID - 1)
        self.assertEqual(first, merges[:len(first)])
        self.assertEqual(fewer, [words[i] for i in index])
        made, kept = ({shrink.token_of("".join(merge)) for merge in part} for part in (merges, first))
        self.assertEqual(set(fewer), (set(words) - made) | (set(words) & kept))

    def test_names_stay_single_symbols_with_one_row(self):
        with tempfile.TemporaryDirectory() as folder:
            start, small = Path(folder) / "start", Path(folder) / "small"
            unpack.unpack(TWEET_MINI, start)
            words, merges = (read_columns(start / name) for name in ("vocab.txt", "bpe.codes"))
            kept, first, _ = shrink.fewer_symbols(words, [tuple(merge.split(" ")) for merge in merges], 5000)
            listed = share_names.read_names()
            fewer, first = shrink.with_names(words, kept, first, listed)
            write_tokenizer(small, fewer, first)
            tokenizer = load_tokenizer(str(small))
            self.assertEqual({len(tokenizer.tokenize(name)) for name in listed}, {1})
            table = weights.load_initial(start).words.weight.detach()
            rows = shrink.rows_of(fewer, load_tokenizer(str(start)), table)
        self.assertEqual(len(rows), len(fewer) + FIRST_ID + 1)
        ids = tokenizer.convert_tokens_to_ids(listed)
        self.assertEqual(len(rows[ids].unique(dim=0)), 1)
        # Names, and the spellings of other words: most that are equal are neighbours still.
        sent = 1 + int((rows[1:] != rows[:-1]).any(1).sum())
        self.assertLess(sent, 1.1 * len(rows.unique(dim=0)))

    def test_what_adds_nothing_goes_first(self):
        model = weights.from_hugging_face(random_roberta().state_dict(), position_offset=2, heads=4)
        with torch.no_grad():
            for block in model.blocks:
                # One head of four, and a third of the inner numbers.
                block.attention_out.weight[:, 12:24] = 0
                block.ffn_out.weight[:, ::3] = 0
        rows = data.Rows(np.arange(4, 44, dtype=np.int32), np.arange(0, 41, 10), np.zeros(4))
        heads = shrink.strongest(model, rows, "attention_out", 4, 3)
        inner = shrink.strongest(model, rows, "ffn_out", 96, 64)
        for block, head, number in zip(model.blocks, heads, inner):
            self.assertEqual(head.tolist(), [*range(12), *range(24, 48)])
            self.assertFalse((block.ffn_out.weight[:, number] == 0).any())

    def test_smaller_hidden_states_say_nearly_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            unpack.unpack(TWEET_MINI, Path(folder))
            model = weights.load_initial(folder)
            tokenizer = load_tokenizer(folder)
        texts = [text for texts in synthetic.SHORT.values() for text in texts]
        ids = [tokenizer.encode(text) for text in texts]
        rows = data.Rows(np.concatenate(ids), np.cumsum([0, *map(len, ids)]), np.zeros(len(ids)))
        changed = shrink.narrower(model, rows, 320, model.shape.ffn)
        self.assertEqual((changed.shape.hidden, changed.shape.heads), (320, 10))
        ours, theirs = (train.predict(m, rows, 1)[0].argmax(1) for m in (changed, model))
        self.assertGreater((ours == theirs).mean(), 0.9)
        self.assertEqual(len(changed.words.weight.unique(dim=0)), len(model.words.weight.unique(dim=0)))
        with self.assertRaisesRegex(SystemExit, "multiple of 32"):
            shrink.narrower(model, rows, 300, 64)


class Quantization(unittest.TestCase):
    def test_int4_errs_as_much_as_the_specification_says(self):
        w = torch.randn(64, 384, generator=torch.Generator().manual_seed(3))
        steps = fake_quantize.int4_steps(w)
        codes = w.view(64, -1, fake_quantize.GROUP) / steps
        rounded = fake_quantize.round_to(w.view_as(codes), steps, -8, 7).view_as(w)
        error = ((w - rounded).norm() / w.norm()).item()
        self.assertGreater(error, 0.07)
        self.assertLess(error, 0.092)

    def test_activations_have_seven_bits_and_keep_zero(self):
        x = torch.randn(10, 64, generator=torch.Generator().manual_seed(4)) + 0.5
        x[:, 0] = 0
        rounded = fake_quantize.round_activations(x)
        self.assertTrue((rounded[:, 0] == 0).all())
        for row, given in zip(rounded, x):
            step = (max(0, given.max()) - min(0, given.min())) / 127
            self.assertLessEqual((row - given).abs().max().item(), 0.51 * step + step * 0.5)
            self.assertLessEqual(len(row.unique()), 128)
        self.assertTrue((fake_quantize.round_activations(torch.zeros(1, 8)) == 0).all())

    def test_gradients_pass_unchanged(self):
        w = torch.nn.Parameter(torch.randn(4, 32))
        fake_quantize.Rounded(w, "int4")().sum().backward()
        torch.testing.assert_close(w.grad, torch.ones_like(w))


class Data(unittest.TestCase):
    def test_batches_hold_every_row_once_and_no_more_than_they_may(self):
        rng = np.random.default_rng(5)
        lengths = rng.integers(2, 129, 700)
        found = data.batches(lengths, 512, rng)
        self.assertEqual(sorted(np.concatenate(found).tolist()), list(range(700)))
        self.assertTrue(all(len(index) * lengths[index].max() <= 512 for index in found))

    def test_copies_of_what_is_measured_on_are_dropped_and_held_out_rows_kept_apart(self):
        texts = [f"tweet number {i} about things" for i in range(200)]
        rows = [(i % 3, text) for i, text in enumerate(texts)] + [(0, "@Someone THE same, tweet! http://t.co/x")]
        with tempfile.TemporaryDirectory() as work:
            counts = data.prepare("tse", rows, work, {"bpe": lambda kept: [[0, len(text), 2] for text in kept]},
                                  lambda text: text, {data.fingerprint("the same tweet")})
            self.assertEqual(counts["tse"]["dropped"], 1)
            kept, held = data.load(work, "tse", "bpe"), data.load(work, "tse-held", "bpe")
        self.assertEqual(len(kept) + len(held), 200)
        self.assertGreater(len(held), 5)
        self.assertTrue(all(data.held_out("tse", text) == data.held_out("tse", f"@a {text.upper()}") for text in texts))


    def test_a_limit_takes_rows_of_what_is_trained_on_only(self):
        rows = [(i % 3, f"tweet number {i} about things") for i in range(200)]
        encode = {"bpe": lambda kept: [[0, int(text.split(" ")[2]), 2] for text in kept]}
        with tempfile.TemporaryDirectory() as work:
            whole = data.prepare("tse", rows, work, encode, lambda text: text, frozenset())
            some = data.prepare("tse", rows, work, encode, lambda text: text, frozenset(), 50)
            kept = data.load(work, "tse", "bpe")
        self.assertEqual((some["tse"]["rows"], some["tse-held"]), (50, whole["tse-held"]))
        self.assertTrue(all(kept.labels[i] == kept.ids[3 * i + 1] % 3 for i in range(50)))


def folded(text):
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


class Augmented(unittest.TestCase):
    def test_words_go_and_others_come_in_about_the_shares_given(self):
        originals = [" ".join(f"{row}-{place}" for place in range(20)) for row in range(1000)]
        words = {word for text in originals for word in text.split()}
        made = list(augmented.texts(originals, np.random.default_rng(0)))
        self.assertEqual({label for label, _ in made}, {-1})
        texts = [text.split() for _, text in made]
        self.assertLessEqual({word for text in texts for word in text}, words)
        whole = [text for text in texts if len(text) > 14]
        self.assertAlmostEqual(1 - len(whole) / len(texts), augmented.CUT, delta=0.04)
        self.assertAlmostEqual(np.mean([len(text) for text in whole]), 20 * (1 - augmented.DROPPED), delta=0.3)
        own = [sum(word.startswith(f"{row}-") for word in text) / len(text) for row, text in enumerate(texts)]
        self.assertAlmostEqual(np.mean(own), 1 - augmented.REPLACED / (1 - augmented.DROPPED), delta=0.02)

    def test_no_text_becomes_empty(self):
        made = [text for _, text in augmented.texts(["one"] * 200, np.random.default_rng(0))]
        self.assertEqual(set(made), {"one"})


class Teaching(unittest.TestCase):
    def test_the_projection_starts_as_close_as_can_be(self):
        model = weights.from_hugging_face(random_roberta().state_dict(), position_offset=2, heads=4)
        torch.manual_seed(2)
        ids, lengths = torch.randint(4, 50, (300, 10)), torch.full((300,), 10)
        with torch.no_grad():
            first = model.eval()(ids, lengths)[1]
        # Some rows no teacher has seen: zeros stand for that.
        wanted = first @ torch.randn(48, 60) + torch.randn(60)
        wanted[::3] = 0
        batches = [{"ids": ids[i::2], "lengths": lengths[i::2], "features": wanted[i::2]} for i in range(2)]
        projection = train.fitted_projection(model, batches)
        seen = wanted.any(1)
        torch.testing.assert_close(projection(first)[seen], wanted[seen], atol=2e-3, rtol=0)

    def test_vectors_of_teachers_have_one_size_of_numbers(self):
        vectors = np.random.default_rng(0).normal(3, 7, (5, 64)).astype(np.float16)
        self.assertTrue(np.allclose(train.normed(vectors).mean(1), 0, atol=1e-2))
        self.assertTrue(np.allclose(train.normed(vectors).std(1), 1, atol=1e-2))


class Named(unittest.TestCase):
    def test_names_and_sentences_are_others_than_those_of_the_behaviour_tests(self):
        words = (ours.ROOT / "models" / "behaviour" / "words.js").read_text().replace("\\'", "'")
        tested = {folded(word) for word in re.findall(r"'([^' ]+)'", words)}
        rare = {folded(word) for word in re.findall(r"'(\w+)'", words.partition("RARE_NAMES")[2].partition("}")[0])}
        self.assertLessEqual({"keisha", "qiuyue"}, tested)
        self.assertEqual(len(rare & tested), 28)
        taught = [folded(name) for name in names.WOMEN + names.MEN]
        self.assertEqual(tested & set(taught), set())
        self.assertEqual(rare & {folded(name) for name in share_names.read_names()}, set())
        self.assertEqual(len(set(taught)), len(taught))
        templates = [text for group in (named.DOES, named.ABOUT) for part in group.values()
                     for text in named.split(part)]
        self.assertEqual([text for text in templates if text.removeprefix("{N} ") in words], [])

    def test_a_sentence_comes_with_many_names_in_a_row(self):
        tweet = "off to lunch with Jennifer, who said Karen Smith is there"
        rows = list(named.sentences([tweet, "no name in this one"], np.random.default_rng(0)))
        self.assertEqual(len(rows), named.TOGETHER * (3 * named.MADE_UP + 1))
        for first in range(0, len(rows), named.TOGETHER):
            together = rows[first:first + named.TOGETHER]
            self.assertEqual(len({text for _, text in together}), named.TOGETHER)
            self.assertEqual(len({label for label, _ in together}), 1)
        for label, text in rows[-named.TOGETHER:]:
            self.assertEqual(label, -1)
            self.assertRegex(text, r"^off to lunch with \S+, who said Karen Smith is there$")


class SharedNames(unittest.TestCase):
    """On the tokenizer of the model that ships, where names that are not on the list are cut."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        start = Path(cls.folder.name) / "start"
        unpack.unpack(TWEET_MINI, start)
        cls.words = read_columns(start / "vocab.txt")
        cls.merges = [tuple(merge.split(" ")) for merge in read_columns(start / "bpe.codes")]
        cls.names = ["Xiomara", "Philippa", "Zakhar", "Barnaby", "Jeļena", "Justin"]
        cls.more, cls.more_merges = share_names.extend(cls.words, cls.merges, cls.names)
        write_tokenizer(Path(cls.folder.name) / "more", cls.more, cls.more_merges)
        cls.before, cls.after = (load_tokenizer(str(Path(cls.folder.name) / name)) for name in ("start", "more"))

    def test_a_name_is_one_symbol_and_other_words_are_cut_as_before(self):
        cutter = bpe.Bpe(self.more_merges)
        for name in self.names:
            self.assertEqual(self.after.tokenize(name), [name])
            self.assertEqual(cutter.cut(name), [name + bpe.END])
            self.assertEqual(self.after.tokenize(f"{name}!"), self.before.tokenize(f"{name}!"))
        for word in ["Philippines", "Zak", "barn", "sunglasses", "Xmas", "@USER", "philippa"]:
            self.assertEqual(self.after.tokenize(word), self.before.tokenize(word))
            self.assertEqual([*map(share_names.token_of, cutter.cut(word))], self.after.tokenize(word))
        self.assertEqual(self.more[:len(self.words)], self.words)
        self.assertNotIn("<unk>", self.after.tokenize(" ".join(word.removesuffix("@@") for word in self.more[-30:])))

    def test_names_have_one_row_and_all_else_has_its_own(self):
        torch.manual_seed(0)
        rows = torch.randn(len(self.more) + FIRST_ID + 1, 4)
        merged = rows.clone()
        counts = collections.Counter({**dict.fromkeys(self.names, 1), "Justin": 9, "justin": 4})
        same = share_names.forms_of(set(self.more), self.names, counts)
        share_names.one_row(merged, self.more, same, counts)
        ids = self.after.convert_tokens_to_ids(same)
        self.assertLessEqual({*self.names, "justin"}, set(same))
        self.assertEqual(len(merged[ids].unique(dim=0)), 1)
        others = torch.ones(len(rows), dtype=torch.bool)
        others[ids] = False
        self.assertTrue(torch.equal(merged[others], rows[others]))

    def test_what_has_it_already_stays_as_it_is(self):
        again = share_names.extend(self.more, self.more_merges, self.names)
        self.assertEqual(again, (self.more, self.more_merges))

    def test_the_list_has_each_name_once_and_those_that_ship(self):
        listed = share_names.read_names()
        self.assertEqual(len(set(listed)), len(listed))
        self.assertEqual({len(self.before.tokenize(name)) for name in listed}, {1})


class Spellings(unittest.TestCase):
    WORDS = {"great": 90, "Great": 30, "GREAT": 20, "greatly": 9, "Greatly": 2, "grEat": 1, "@USER": 50, "İt": 3,
             "tea": 40, "Tea": 8, "rat": 12, "straße": 6, "😂": 30}

    def learn(self, size):
        return vocabulary.spell(self.WORDS, vocabulary.learn(self.WORDS, 1000), size)

    def test_words_are_cut_alike_in_all_spellings(self):
        symbols, merges = self.learn(1000)
        with tempfile.TemporaryDirectory() as folder:
            write_tokenizer(Path(folder), [*map(share_names.token_of, symbols)], merges)
            tokenizer = load_tokenizer(folder)
            for word in self.WORDS:
                self.assertEqual(tokenizer.tokenize(word), [word])
                self.assertEqual(bpe.Bpe(merges).cut(word), [word + bpe.END])
            # Nothing is learned but what tweets have.
            self.assertNotIn("gREAT", symbols)
            self.assertGreater(len(tokenizer.tokenize("gREAT")), 1)

    def test_a_small_vocabulary_has_the_frequent_ones(self):
        whole, all_merges = self.learn(1000)
        alphabet = [symbol for symbol in whole if len(symbol.removesuffix(bpe.END)) == 1]
        symbols, merges = self.learn(len(alphabet) + 10 + 5)
        self.assertEqual(len(merges), 10)
        self.assertEqual([merge for merge in all_merges if merge in set(merges)], merges)
        self.assertIn("great" + bpe.END, symbols)
        made = {symbol for symbol in symbols if symbol not in alphabet}
        self.assertEqual(made, {"".join(merge) for merge in merges})
        for left, right in merges:
            self.assertLessEqual({left, right}, set(symbols))

    def test_one_row_stands_side_by_side(self):
        words = ["the", "Emma", "go@@", "The", "Paul", "GO", "PAUL", "go", "x"]
        counts = {"the": 9, "The": 2, "Emma": 3, "go": 4, "go@@": 1, "GO": 1, "Paul": 2, "PAUL": 0, "x": 1}
        self.assertEqual(vocabulary.in_order(words, counts, ["Emma", "Paul", "PAUL"]),
                         ["the", "The", "go", "go@@", "GO", "Emma", "Paul", "PAUL", "x"])


class Transplant(unittest.TestCase):
    def test_a_row_is_the_mean_of_the_pieces_under_it_in_all_spellings(self):
        from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

        pieces = {piece: i for i, piece in enumerate(["[UNK]", "[CLS]", "[PAD]", "[SEP]", "[MASK]", "go", "##od", "!"])}
        wordpiece = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
        wordpiece.normalizer = normalizers.Lowercase()
        wordpiece.pre_tokenizer = pre_tokenizers.Punctuation()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        symbols = ["G@@", "g@@", "o@@", "O@@", "d", "D", "oo@@", "good", "good@@", "!", "GOOD"]
        merges = [("o", "o"), ("g", "oo"), ("goo", "d</w>"), ("goo", "d"), ("G", "O"), ("GO", "O"), ("GOO", "D</w>")]
        write_tokenizer(Path(folder.name), symbols, merges)
        tokenizer = load_tokenizer(folder.name)
        teacher = weights.from_hugging_face(random_roberta().state_dict(), position_offset=2, heads=4)
        theirs = teacher.words.weight.detach()
        table = vocabulary.transplant(teacher, wordpiece, tokenizer, {"good": 3, "GOOD": 5, "good!": 1, "Good": 2})
        ids = dict(zip(symbols, tokenizer.convert_tokens_to_ids(symbols)))
        go, od, sign = (theirs[pieces[piece]] for piece in ("go", "##od", "!"))
        for symbol, row in {"good": (go + od) / 2, "good@@": (go + od) / 2, "GOOD": (go + od) / 2, "!": sign, "G@@": go,
                            "g@@": go, "oo@@": (go + od) / 2, "D": od}.items():
            torch.testing.assert_close(table[ids[symbol]], row)
        same = vocabulary.same_spelling(tokenizer.convert_ids_to_tokens(range(len(tokenizer))))
        self.assertTrue(torch.equal(table, table[torch.from_numpy(same)]))
        self.assertEqual(len(set(same[[ids[symbol] for symbol in symbols]])), 6)
        self.assertTrue(torch.equal(table[tokenizer.mask_token_id], theirs[pieces["[MASK]"]]))


class SoftLabels(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def prepare(self, texts):
        data.prepare("gold", [(0, text) for text in texts], self.folder, {}, str.lower, frozenset())

    def test_the_mean_of_teachers_comes_back_where_the_texts_are_the_same(self):
        self.prepare(["a", "b"])
        logits = {"one": [[1.5, 0.5, -1], [3, 3, 3]], "other": [[0.5, 0.5, 0], [-30, 1, 8]]}
        for teacher, rows in logits.items():
            (self.folder / teacher / "labels").mkdir(parents=True)
            np.savez(self.folder / teacher / "labels" / "gold.npz", logits=np.array(rows, dtype=np.float32))
        path = self.folder / "labels.npz"
        soft_labels.write(self.folder, [*logits], ["gold"], path)
        soft_labels.read(path, self.folder, "mean")
        with np.load(self.folder / "mean" / "labels" / "gold.npz") as file:
            self.assertEqual(file["logits"].tolist(), [[0.5, 0, -1], [-127 / 16, 0, 3.5]])
        self.prepare(["b", "a"])
        with self.assertRaisesRegex(SystemExit, "other texts"):
            soft_labels.read(path, self.folder, "mean")


class Metrics(unittest.TestCase):
    def test_known_values(self):
        labels = np.array([0, 0, 1, 1, 2, 2])
        logits = np.log(np.array([[.8, .1, .1]] * 3 + [[.1, .8, .1]] + [[.1, .1, .8]] * 2))
        found = metrics.evaluate(logits, labels)
        self.assertEqual(found["recalls"], [100, 50, 100])
        self.assertAlmostEqual(found["recall"], 83.33)
        self.assertAlmostEqual(metrics.calibration_error(logits, labels), abs(5 / 6 - .8))


if __name__ == "__main__":
    unittest.main()
