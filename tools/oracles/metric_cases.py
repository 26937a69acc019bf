"""Cases for the metrics that this script's user and `crates/eval/tests/common/cases.rs` both make, draw
by draw, so that only scores need to be kept. What is drawn from is in `tests/golden/words.json`."""

import json
from pathlib import Path

WORDS = json.loads((Path(__file__).parents[2] / "crates/eval/tests/golden/words.json").read_text())
MASK = (1 << 64) - 1
CASES = 2000


class Draws:
    """SplitMix64, started by the name of a family and the number of a case."""

    def __init__(self, family, case):
        self.state = int.from_bytes(family.encode()[:4].ljust(4), "big") << 32 | case

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        return self.next() % n

    def pick(self, items):
        return items[self.below(len(items))]


def pool(draws):
    return WORDS[draws.pick(["english", "english", "odd", "marks"])]


def text(draws, pool, least, most):
    words = [draws.pick(pool) for _ in range(least + draws.below(most - least + 1))]
    return draws.pick(WORDS["between"]).join(words) + draws.pick(WORDS["after"])


def near(draws, pool, reference):
    """A text that shares words with the reference."""
    words = reference.split(" ")
    for _ in range(draws.below(4)):
        place = draws.below(len(words) + 1)
        words.insert(place, draws.pick(pool))
    for _ in range(draws.below(4)):
        if words:
            words.pop(draws.below(len(words)))
    if words and draws.below(4) == 0:
        i, j = draws.below(len(words)), draws.below(len(words))
        words[i], words[j] = words[j], words[i]
    return " ".join(words)


def rewriting(draws):
    """A source, a prediction and one to four references, now and then a dozen; some are empty, some equal."""
    own = pool(draws)
    source = text(draws, own, 0, 14)
    many = 1 + draws.below(12 if draws.below(20) == 0 else 4)
    references = [near(draws, own, source) if draws.below(2) else text(draws, own, 0, 14) for _ in range(many)]
    if draws.below(20) == 0:
        references[draws.below(many)] = ""
    kind = draws.below(20)
    reference = draws.pick(references)
    prediction = ["", reference, source][kind] if kind < 3 else near(draws, own, reference)
    return source, prediction, references


def corpus(draws):
    """Predictions, each with references."""
    cases = [rewriting(draws) for _ in range(1 + draws.below(6))]
    return [case[1] for case in cases], [case[2] for case in cases]


def classes(draws):
    """A number of classes, truths, predictions (that number for no class) and one or two positive classes."""
    count = 1 + draws.below(6)
    size = 1 + draws.below(40)
    truths = [draws.below(count) for _ in range(size)]
    wrong = draws.pick([count, count + 1])
    predictions = [t if draws.below(2) else draws.below(wrong) for t in truths]
    positive = sorted({draws.below(count) for _ in range(1 + draws.below(2))})
    return count, truths, predictions, positive


def numbers(draws):
    """Texts of true and predicted numbers, with ties; some predictions are no numbers."""
    size = 1 + draws.below(30)
    step = draws.pick([1, 2, 50])
    number = lambda: f"{draws.below(5 * step + 1) * 100 // step / 100:.2f}"
    truths = [number() for _ in range(size)]
    predictions = [draws.pick(WORDS["no_numbers"]) if draws.below(15) == 0 else number() for _ in truths]
    return truths, predictions


def label_sets(draws):
    """Several labels an example; the last class is never true."""
    count = 2 + draws.below(6)
    size = count + draws.below(20)
    truths = [{c for c in range(count) if (draws.below(5) == 0) | (i % count == c)} for i in range(size)]
    predictions = [{c for c in range(count + 1) if draws.below(10) < (7 if c in t else 1)} for t in truths]
    return count, truths, predictions


def tags(draws, length):
    """A tag sequence in which each span begins with B."""
    found = []
    while len(found) < length:
        if draws.below(2):
            found.append("O")
        else:
            kind = draws.pick(["city", "date", "name"])
            found += [f"B-{kind}"] + [f"I-{kind}"] * draws.below(3)
    return found[:length]


def tagged(draws):
    """True and predicted tags of sentences, both of one length."""
    pairs = []
    for _ in range(1 + draws.below(8)):
        truth = tags(draws, 1 + draws.below(12))
        pairs.append((truth, truth if draws.below(2) else tags(draws, len(truth))))
    return pairs


def spans(tags):
    """`kind: text` of each span; the words of a sentence are w0, w1, …"""
    found = []
    for place, tag in enumerate(tags):
        if tag.startswith("B-"):
            found.append(f"{tag[2:]}: w{place}")
        elif tag.startswith("I-"):
            found[-1] += f" w{place}"
    return found


def options(draws):
    """A number of options, and of each example the right one and the scores, some equal."""
    count = 2 + draws.below(4)
    # Few enough that no two probabilities are equal in T5's single precision unless the scores are.
    levels = draws.pick([3, 40])
    size = 1 + draws.below(20)
    return count, [(draws.below(count), [-draws.below(levels) / 8 for _ in range(count)]) for _ in range(size)]


def grouped(draws):
    """Of each example a group, the right option of two, its scores and a generated label (2 for neither)."""
    groups = 1 + draws.below(5)
    levels = draws.pick([3, 1000])
    return [
        (
            draws.below(groups),
            draws.below(2),
            [-draws.below(levels) / 8 for _ in range(2)],
            draws.below(6) // 2 if draws.below(4) == 0 else None,
        )
        for _ in range(1 + draws.below(20))
    ]


def questions(draws):
    """Of each example a group, a prediction and references: only the first prediction of a group counts."""
    own = pool(draws)
    groups = 1 + draws.below(3)
    cases = []
    for _ in range(1 + draws.below(6)):
        references = [text(draws, own, 0, 3) for _ in range(1 + draws.below(3))]
        group = draws.below(groups)
        cases.append((group, near(draws, own, draws.pick(references)), references))
    return cases


def referents(draws):
    """A prediction and a referent with single spaces: t5 splits at each."""
    words = lambda: " ".join(draws.pick(WORDS["referents"]) for _ in range(draws.below(5)))
    return words(), words()


def long(draws):
    """A source, a prediction and a reference of 20 to 60 English words."""
    text = lambda: " ".join(draws.pick(WORDS["english"]) for _ in range(20 + draws.below(41)))
    return text(), text(), text()


def label(draws):
    """A true and a predicted class of five."""
    truth = draws.below(5)
    return truth, truth if draws.below(2) else draws.below(5)
