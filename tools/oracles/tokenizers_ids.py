"""How the ids of the Hugging Face tokenizers library compare with sentencepiece's.

    cargo run -p ext5-text --example tokenizer_json -- crates/text/tests/golden/words.model \\
        > crates/text/tests/golden/words.tokenizer.json
    python tools/oracles/tokenizers_ids.py --realdata DIR

Opens the `tokenizer.json` that ext5 wrote for words.model and the published one of T5, and encodes
with both libraries the generated adversarial strings of sentencepiece_ids.py that hold no special
token, and for T5 every line of DIR/corpus. Writes to crates/text/tests/golden/tokenizers.json, for
each file and family, how many strings have other ids, with a digest of the file.

Needs: sentencepiece, tokenizers, protobuf, blake3.
"""

import argparse
import os
from importlib.metadata import version
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import blake3  # noqa: E402
import sentencepiece  # noqa: E402
import sentencepiece_ids as oracle  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402


def differing(encode, tokenizer, texts):
    theirs = tokenizer.encode_batch(texts, add_special_tokens=False)
    return sum(encode(text) != other.ids for text, other in zip(texts, theirs, strict=True))


def compare(model, json, corpus):
    encode = sentencepiece.SentencePieceProcessor(model_file=str(model)).encode
    tokenizer = Tokenizer.from_file(str(json))
    counts = {}
    for family in oracle.FAMILIES:
        texts = [text for group in range(oracle.GROUPS) for text in oracle.generated(family, group)]
        if family != "sentinels":
            counts[family] = [differing(encode, tokenizer, texts), len(texts)]
    for path in corpus:
        texts = path.read_bytes().decode().removesuffix("\n").split("\n")
        counts[path.name] = [differing(encode, tokenizer, texts), len(texts)]
    return {"digest": blake3.blake3(json.read_bytes()).hexdigest(), "differing_of": counts}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--realdata", type=Path, required=True)
    root = parser.parse_args().realdata
    made_by = {"command": "python tools/oracles/tokenizers_ids.py --realdata DIR"}
    made_by |= {name: version(name) for name in ("sentencepiece", "tokenizers")}
    words = compare(oracle.GOLDEN / "words.model", oracle.GOLDEN / "words.tokenizer.json", [])
    corpus = sorted(path for path in root.glob("corpus/*.txt") if path.name != "SOURCE.txt")
    t5 = compare(root / "vocab/spiece.model", root / "vocab/tokenizer.json", corpus)
    oracle.write("tokenizers.json", {"made_by": made_by, "words": words, "t5": t5})


if __name__ == "__main__":
    main()
