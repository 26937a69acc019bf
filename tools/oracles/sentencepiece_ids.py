"""Golden ids and texts for ext5-text, from the sentencepiece library.

    python tools/oracles/sentencepiece_ids.py [--realdata DIR]

Writes to crates/text/tests/golden/:
- four small models, trained here on sentences that this script makes, and for each a `.json` of
  strings with their ids and the texts that lists of ids decode to;
- `adversarial.json`: how to generate thousands of strings, and for each model, in groups of strings,
  digests of their ids;
- with --realdata, `t5.json`: the same for DIR/vocab/spiece.model (the strings are made here; no
  text of DIR is kept), and `realdata.json`: a digest of the ids of every line of every corpus file
  and of every string in every JSONL file.

Needs: sentencepiece, protobuf, blake3.
"""

import argparse
import io
import json
import random
import struct
import tempfile
import unicodedata
from importlib.metadata import version
from pathlib import Path

import blake3
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto

GOLDEN = Path(__file__).parents[2] / "crates/text/tests/golden"
EOS, UNK, SENTINELS = 1, 2, 100
MADE_BY = {
    "command": "python tools/oracles/sentencepiece_ids.py --realdata DIR",
    **{name: version(name) for name in ("sentencepiece", "protobuf", "blake3")},
}

# Rules of the custom normaliser: a rule that is the beginning of another, a replacement with
# spaces inside and at its ends, and removals.
RULES = {
    "\t": " ", "\n": " ", "\r": " ", "\u00a0": " ", "\u3000": "  ", "\u2003": " ",
    "\u200b": "", "\u00ad": "", "\ufeff": "",
    "e\u0301": "\u00e9", "o\u0302": "\u00f4", "a\u0300": "\u00e0", "o\u0302\u0301": "\u1ed1",
    "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\u2026": "...", "\u00bd": " 1/2 ",
    "\u2122": "TM", "\u00df": "ss", "\u0132": "IJ", "qx": "ks", "qxz": "zz", "\u1100\u1161": "\uac00",
    **{chr(0xFF10 + i): str(i) for i in range(10)},
    **{chr(0xFF41 + i): chr(0x61 + i) for i in range(6)},
}  # fmt: skip


def sentences(rng):
    """A few hundred lines of made-up language."""
    onsets = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "sh", ""]
    nuclei = ["a", "e", "i", "o", "u", "ai", "ou", "é", "ö"]
    codas = ["", "", "n", "r", "s", "l", "nd", "ks"]
    syllable = lambda: rng.choice(onsets) + rng.choice(nuclei) + rng.choice(codas)  # noqa: E731
    words = ["".join(syllable() for _ in range(rng.choice([1, 1, 2, 2, 3]))) for _ in range(500)]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    lines = []
    for _ in range(600):
        chosen = rng.choices(words, weights, k=rng.randint(3, 12))
        chosen = [word.capitalize() if rng.random() < 0.15 else word for word in chosen]
        chosen.insert(rng.randrange(len(chosen)), str(rng.randint(0, 2100)))
        lines.append(" ".join(chosen) + rng.choice([".", ".", "?", "!", ", 가나", " -- fi"]))
    return lines


def train(lines, vocab_size, **options):
    """A model with T5's special ids, without a path in it."""
    writer = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=writer, model_type="unigram",
        vocab_size=vocab_size, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, num_threads=1,
        hard_vocab_limit=False, minloglevel=2, **options,
    )  # fmt: skip
    model = proto.ModelProto()
    model.ParseFromString(writer.getvalue())
    model.normalizer_spec.normalization_rule_tsv = ""
    return model


def small_models():
    lines = sentences(random.Random(1))
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        codes = lambda text: " ".join(f"{ord(c):X}" for c in text)  # noqa: E731
        file.write("".join(f"{codes(a)}\t{codes(b)}\n" for a, b in RULES.items()))
        file.flush()
        rules = train(
            lines, 300, normalization_rule_tsv=file.name, user_defined_symbols=["<sep>", "<se", "[X]"]
        )
    # Coarse scores: equal paths everywhere, so the choice among equals shows.
    for index, piece in enumerate(rules.pieces):
        piece.score = round(piece.score * 2) / 2
        if index % 41 == 40 and piece.type == piece.NORMAL:
            piece.type = piece.UNUSED
    fallback = train(
        lines, 480, normalization_rule_name="identity", byte_fallback=True,
        remove_extra_whitespaces=False, user_defined_symbols=["\n", "<sep>", "xx", "xxx"],
        allow_whitespace_only_pieces=True,
    )  # fmt: skip
    # All ways to split a text score nearly the same: what long sums in 32 bits would lose shows.
    for index, piece in enumerate(fallback.pieces):
        if piece.type == piece.NORMAL:
            piece.score = -3 * len(piece.piece) + index * 37 % 101 / 8192 - 0.01
    suffix = train(
        lines, 200, normalization_rule_name="identity", treat_whitespace_as_suffix=True
    )
    suffix.trainer_spec.unk_surface = "<?>"
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        one_space = ((a, b) for a, b in RULES.items() if b != "  ")
        file.write("".join(f"{codes(a)}\t{codes(b)}\n" for a, b in one_space))
        file.flush()
        words = train(lines, 400, normalization_rule_tsv=file.name)
    # Words are segmented one by one here; many have several best ways, and many nearly so.
    for index, piece in enumerate(words.pieces):
        if piece.type == piece.NORMAL:
            piece.score = round(piece.score * 2) / 2 - (index % 7 == 0) / 4096
    return {"rules": rules, "fallback": fallback, "suffix": suffix, "words": words}


def strings():
    """Adversarial texts."""
    rng = random.Random(2)
    fixed = [
        "", " ", "  ", "\t", "\n", " \t\r\n ", "a", " a", "a ", "  a  b  ", "a\tb\nc\r\nd", "a\u00a0b",
        "\u3000全角\u3000", "\u2003em\u2003", "\u200b", "a\u200bb", "zero\u200b \u200bwidth", "\ufeffbom",
        "soft\u00adhyphen", "▁", "▁a", "a▁b", "▁▁a▁ ▁b▁", " ▁ ", "e\u0301", "cafe\u0301 café", "o\u0302\u0301",
        "o\u0301\u0302", "a\u0300\u0301\u0302\u0303", "\u0301", " \u0301a", "Z\u0351\u036b\u0343algo\u0489",
        "ﬁ ﬂ ﬃ ﬀ ﬆ", "\ufb01nd the \ufb02ag", "Ｆｕｌｌ　ｗｉｄｔｈ！？１２３", "ａｂｃｄｅｆ０１２３４５６７８９", "ｶﾞｷﾞ ﾊﾟ", "½ ⅓ ¾ 5½ x½y",
        "Ⅷ ⅷ ㎏ ㍿ ① ⑳ ㈱ ™ ℠ …", "x² x₂ H₂O", "ß ẞ İ ı ſ", "Ǆ ǅ ǆ ĳ Ĳ", "qx qxz qxzz qqx qxqxz", "Å Å Å", "Ω Ω",
        "한국어 조선말", "\u1100\u1161 \u1112\u1161\u11ab\u1100\u1173\u11af", "\u1100\u1161\u11a8\u11a8", "ㄱㅏ",
        "日本語のテキスト。", "中文，没有空格。", "हिन्दी क्षत्रिय", "தமிழ் க்ஷ", "ไทยไม่มีช่องว่าง", "עברית שָׁלוֹם", "العربية ﷺ ﷽ لله",
        "Русский ёлка й", "Ελληνικά άλφα", "mixed текст 混合 שלום é", "😀", "😀😀😀", "👨‍👩‍👧‍👦", "👍🏽 👩🏾‍🚀", "🇩🇪🇺🇸", "❤️ ❤ ☺︎",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "#️⃣ 1️⃣", "a😀b", "😀 a 😀", "\x00", "a\x00b", "\x01\x02\x03",
        "\x7f\x80\x85\x9f", "bell\x07 esc\x1b[0m", "\x0b\x0c", "\u2028\u2029", "\ue000\uf8ff", "\U000f0000\U0010fffd", "\ufffd", "\ufffe\uffff",
        "\U0001ffff", "\ud7ff\ue000", "\u0378", "\U0001f9ff\U0001fa00", "{", "}", "{}", "{x: 1}", "a{b}c", "~ ` ^ | \\ < >", "\\n \\t",
        "<extra_id_0>", "a <extra_id_0> b", "<extra_id_99><extra_id_1>", " <extra_id_5>x", "</s>", "<pad>", "<unk>", "a</s>b", "<s>", "<0x41>", "<0x0A>",
        "<sep>", "a<sep>b", "<se", "<sepp>", "<<sep>>", " <sep> <se p>", "<sep><sep>\n<sep>", "[X]", "[X", "x[X]x", "[[X]]", "\n\n", "a\n\nb\n",
        "hello world", "Hello, World!", "translate English to German: The house is wonderful.", "  leading and trailing  ", "tab\tseparated\tvalues",
        "3.14159 1,000,000 1e-10 0x1F", "https://example.org/a?b=c&d=%20#e", "user@example.org", "snake_case camelCase SCREAMING", "don't can’t “quoted” ‘single’",
        "— – - ‐ ‑ ‒", "... … . . .", "!!!???", "(a) [b] {c} <d>", "int main() { return 0; }", "SELECT * FROM t WHERE a = 'b';", "$100 €5 £3 ¥7 ₹9 ₿1", "±×÷≠≤≥∞∑√",
        "\u202eright to left\u202c", "\u2066isolate\u2069", "word\u2060joiner", "a\u034fb", "\u180e", "\u115f\u1160\u3164\uffa0",
        "a" * 200, "ab" * 150, "é" * 100, "e\u0301" * 60, "█" * 40, "😀" * 40, " " * 100, "a" + " " * 100 + "b", "." * 120, "0" * 90, "的" * 80, "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3,
    ]  # fmt: skip
    alphabets = [
        [chr(c) for c in range(0x20, 0x7F)],
        [chr(c) for c in range(0x250)],
        [chr(c) for c in range(0x300, 0x370)] + list("aeiouAEIOU "),
        [chr(c) for c in range(0x1100, 0x1200)] + [" "],
        [chr(c) for c in [*range(0x2000, 0x2070), *range(0x3000, 0x3040)]] + list("ab"),
        [chr(c) for c in range(0xFF00, 0xFFF0)] + [" "],
        [chr(c) for c in range(0x1F300, 0x1FAFF)] + ["\u200d", "\ufe0f", " "],
        list(" \t\n\u00a0\u3000\u200b▁ab"),
        list(RULES) + list("aeoqxz "),
        ["<sep>", "<se", "[X]", "[", "p>", " ", "a", "\n", "é", "<extra_id_3>", "{"],
        list("abdefgiklmnoprstu  "),
    ]
    fixed += ["x" * length for length in range(2, 24)]
    drawn = ["".join(rng.choices(rng.choice(alphabets), k=rng.randint(1, 40))) for _ in range(250)]
    lines = rng.sample(sentences(random.Random(3)), 60)
    anything = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) != "Cs"]
    wild = ["".join(rng.choices(anything, k=rng.randint(1, 20))) for _ in range(50)]
    return fixed + drawn + lines + wild


# What the strings of adversarial.json are made of: strings, and ranges of code points, of which each
# is as likely as any string.
FAMILIES = {
    "ascii": [[0x20, 0x7E], " "],
    "words": ["the", "house", "ing", "-", "----", ",", "'s", " ", " ", " ", ".", "un", "ation", "ly"],
    "latin": [[0x20, 0x24F], " ", "\u0301"],
    "combining": [[0x300, 0x36F], [0x61, 0x7A], "e\u0301", " ", "a"],
    "full_width": [[0xFF00, 0xFFEF], [0x3000, 0x303F], " ", "a"],
    "emoji": [[0x1F300, 0x1FAFF], "\u200d", "\ufe0f", "\U0001f3fd", "👨‍👩‍👧", "🇩🇪", " ", "a"],
    "joiners": ["\u200d", "\u200c", "\u200b", "\u2060", "\ufe0f", "\ufeff", " ", "a", "क्"],
    "controls": [[0x01, 0x1F], [0x7F, 0x9F], [0x2028, 0x202E], " ", "a", "\r\n"],
    "nulls": ["\0", "\0\0", "a", " ", "the", "\ufffd"],
    "private_use": [[0xE000, 0xE0FF], [0xF0000, 0xF00FF], [0x10FF00, 0x10FFFF], " ", "a"],
    "spaces": [" ", "  ", "     ", "\t", "\n", "\u00a0", "\u3000", [0x2000, 0x200A], "▁", "a", "the"],
    "sentinels": ["<extra_id_0>", "<extra_id_99>", "</s>", "<pad>", "<unk>", "▁<extra_id_1>", " ", "a", "<"],
    "hangul": [[0x1100, 0x11FF], [0xAC00, 0xAD00], " "],
    "scripts": [[0x370, 0x3FF], [0x400, 0x4FF], [0x590, 0x6FF], [0x900, 0x97F], [0x4E00, 0x4EFF], " "],
    "compatibility": [[0x2070, 0x218F], [0x2460, 0x24FF], [0x3300, 0x33FF], [0xFB00, 0xFDFF], " ", "a"],
    "anything": [[0x0, 0xD7FF], [0xE000, 0x10FFFF], " ", "a"],
}  # fmt: skip
GROUPS, GROUP = 10, 25


def splitmix(state):
    """Steele, Lea and Flood's SplitMix64, as the test has it."""
    mask = 2**64 - 1
    while True:
        state = state + 0x9E3779B97F4A7C15 & mask
        z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
        yield z ^ z >> 31


def generated(family, group):
    """The strings of one group: every fifth is long, every fifth has long words."""
    items = FAMILIES[family]
    numbers = splitmix(list(FAMILIES).index(family) * 1000 + group)
    strings = []
    for index in range(GROUP):
        parts = []
        for _ in range(next(numbers) % (400 if index % 5 == 4 else 30) + 1):
            item = items[next(numbers) % len(items)]
            if isinstance(item, list):
                low, high = item
                parts.append(chr(low + next(numbers) % (high - low + 1)))
            elif index % 5 != 3 or item != " ":
                parts.append(item)
        strings.append("".join(parts))
    return strings


def adversarial(models):
    """Digests by model and family, one a group."""
    return {
        "made_by": MADE_BY,
        "families": FAMILIES,
        "group": GROUP,
        "digests": {
            name: {
                family: [digest(map(encode, generated(family, group)))[:16] for group in range(GROUPS)]
                for family in FAMILIES
            }
            for name, encode in models.items()
        },
    }


def digest(lists):
    """BLAKE3 of all ids as little-endian 32-bit words, each list closed by 2^32 - 1."""
    hasher = blake3.blake3()
    for ids in lists:
        hasher.update(struct.pack(f"<{len(ids) + 1}I", *ids, 0xFFFFFFFF))
    return hasher.hexdigest()


def with_sentinels(model):
    """The model as seqio extends it: a piece a sentinel, the first one last."""
    extended = proto.ModelProto()
    extended.CopyFrom(model)
    for k in reversed(range(SENTINELS)):
        kind = proto.ModelProto.SentencePiece.USER_DEFINED
        extended.pieces.add(piece=f"▁<extra_id_{k}>", score=0.0, type=kind)
    return sentencepiece.SentencePieceProcessor(model_proto=extended.SerializeToString())


def goldens(data):
    model = proto.ModelProto()
    model.ParseFromString(data)
    plain = sentencepiece.SentencePieceProcessor(model_proto=data)
    extended = with_sentinels(model)

    def decode(ids):
        ids = ids[: ids.index(EOS)] if EOS in ids else ids
        return extended.decode([id if id < len(extended) else UNK for id in ids])

    rng = random.Random(4)
    lists = [[], [0], [EOS], [UNK], [UNK, UNK], [len(extended)], [0, 0, 5, 0, 6, EOS, 7]]
    for _ in range(120):
        pools = [range(3, len(plain)), range(len(plain), len(extended)), [0, UNK, len(extended) + 7]]
        if rng.random() < 0.2:
            pools.append([EOS])
        if plain.piece_to_id("<0x41>") != UNK:
            pools.append([plain.piece_to_id(f"<0x{byte:02X}>") for byte in range(256)])
        lists.append([rng.choice(rng.choice(pools)) for _ in range(rng.randint(1, 12))])
    # Long enough for path scores to be moved back to 0.
    letters = "".join(rng.choices("abdefgiklmnoprstu  ", k=1500))
    long = [("the rain in Spain 17, ", 2500), (letters, 200), ("aqx0", 9000), ("é😀", 3000)]
    return {
        "made_by": MADE_BY,
        "model": blake3.blake3(data).hexdigest(),
        "encode": [[text, ids := plain.encode(text), plain.decode(ids)] for text in strings()],
        "decode": [[ids, decode(ids)] for ids in lists],
        "long": [[unit, times, digest([plain.encode(unit * times)])] for unit, times in long],
    }


def strings_within(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings_within(item)


def realdata_digests(root, data):
    encode = sentencepiece.SentencePieceProcessor(model_proto=data).encode
    files = {}
    for path in [*sorted(root.glob("corpus/*.txt")), *sorted(root.glob("*/*.jsonl"))]:
        lines = path.read_bytes().decode().removesuffix("\n").split("\n")
        texts = lines
        if path.suffix == ".jsonl":
            texts = [text for line in lines for text in strings_within(json.loads(line))]
        files[path.relative_to(root).as_posix()] = [len(texts), digest(map(encode, texts))]
    return {"made_by": MADE_BY, "model": blake3.blake3(data).hexdigest(), "files": files}


def write(name, value):
    """JSON in ASCII, one case a line."""
    parts = []
    for key, part in value.items():
        if isinstance(part, list):
            text = "[\n" + ",\n".join(json.dumps(case) for case in part) + "\n]"
        else:
            text = json.dumps(part, indent=0)
        parts.append(f"{json.dumps(key)}: {text}")
    (GOLDEN / name).write_text("{\n" + ",\n".join(parts) + "\n}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--realdata", type=Path)
    realdata = parser.parse_args().realdata
    GOLDEN.mkdir(parents=True, exist_ok=True)
    models = {}
    for name, model in small_models().items():
        data = model.SerializeToString()
        models[name] = sentencepiece.SentencePieceProcessor(model_proto=data).encode
        (GOLDEN / f"{name}.model").write_bytes(data)
        write(f"{name}.json", goldens(data))
    if realdata:
        data = (realdata / "vocab/spiece.model").read_bytes()
        # Trained by ext5: `cargo test -p ext5-text --test trains_a_vocabulary -- --ignored` writes it.
        trained = GOLDEN / "trained.model"
        models["trained"] = sentencepiece.SentencePieceProcessor(model_file=str(trained)).encode
        models["t5"] = sentencepiece.SentencePieceProcessor(model_proto=data).encode
        write("adversarial.json", adversarial(models))
        write("t5.json", goldens(data))
        write("realdata.json", realdata_digests(realdata, data))


if __name__ == "__main__":
    main()
