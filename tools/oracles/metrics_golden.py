"""Golden values for ext5-eval: metrics and statistics as Python's packages compute them.

    python tools/oracles/metrics_golden.py > crates/eval/tests/golden/metrics.json

Needs numpy, rouge_score, scikit-learn and scipy; their versions are part of the output. Metrics
are in 0..1 here, before the factor of 100.
"""

import collections
import json
import random
import re
import string
from importlib import metadata

import numpy as np
from rouge_score import rouge_scorer
from scipy import stats
from sklearn import metrics

RANDOM = random.Random(20261123)
WORDS = (
    "the The a an A cat cat's mat sat on, on; don't 3.5 2,000 U.S. e-mail naïve Ünïcode İstanbul "
    "straße “quoted” ‘a ’the — … 東京 $$ <unk> an_d `the` tHE K ½ a\u0301 tab\there x\x1cy"
).split(" ")


def text(least=0, most=9):
    words = [RANDOM.choice(WORDS) for _ in range(RANDOM.randint(least, most))]
    return RANDOM.choice([" ", "  ", " ", "\n"]).join(words)


def near(reference):
    """A text that shares words with the reference."""
    words = reference.split(" ")
    for _ in range(RANDOM.randint(0, 3)):
        words.insert(RANDOM.randint(0, len(words)), RANDOM.choice(WORDS))
    for _ in range(RANDOM.randint(0, 3)):
        if words:
            words.pop(RANDOM.randrange(len(words)))
    if RANDOM.random() < 0.3:
        RANDOM.shuffle(words)
    return " ".join(words)


def text_cases():
    cases = [("", [""]), ("", ["the"]), ("a", ["the an"]), ("x", []), ("", ["x"]), ("abd", ["abc abd", "$$$$"])]
    cases += [("‘a big  Moose!‘", ["big moose", "hippo"]), ("correct2.2", ["correct2.1", "correct2.2"])]
    for _ in range(40):
        references = [text() for _ in range(RANDOM.randint(1, 3))]
        cases.append((near(RANDOM.choice(references)), references))
    return cases


def squad_normalise(answer):
    answer = "".join(c for c in answer.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", answer).split())


def squad_f1(prediction, reference):
    prediction, reference = prediction.split(), reference.split()
    common = sum((collections.Counter(prediction) & collections.Counter(reference)).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(prediction), common / len(reference)
    return 2 * precision * recall / (precision + recall)


def squad_case(prediction, references):
    normal = squad_normalise(prediction)
    normals = [squad_normalise(reference) for reference in references]
    return {
        "prediction": prediction,
        "references": references,
        "normalised": normal,
        "exact_match": float(normal in normals),
        "token_f1": max((squad_f1(normal, n) for n in normals), default=0.0),
    }


def rouge_case(prediction, references):
    kinds = ["rouge1", "rouge2", "rougeL"]
    scorer = rouge_scorer.RougeScorer(kinds, use_stemmer=False)
    scores = scorer.score_multi(references, prediction) if references else None
    values = {kind: scores[kind].fmeasure if scores else 0.0 for kind in kinds}
    return {"prediction": prediction, "references": references, **values}


def classes_case(n, size, unknown):
    names = [f"class {i}" for i in range(n)]
    truths = [RANDOM.randrange(n) for _ in range(size)]
    predictions = [
        -1 if RANDOM.random() < unknown else t if RANDOM.random() < 0.5 else RANDOM.randrange(n) for t in truths
    ]
    return {
        "names": names,
        "truths": [names[t] for t in truths],
        "predictions": [names[p] if p >= 0 else RANDOM.choice(["", "clas", "class"]) for p in predictions],
        "matthews": float(metrics.matthews_corrcoef(truths, predictions)),
        "macro_f1": float(
            metrics.f1_score(truths, predictions, labels=range(n), average="macro", zero_division=0)
        ),
    }


def correlation_case(size, step):
    truths = [round(RANDOM.uniform(0, 5) / step) * step for _ in range(size)]
    predictions = [round(min(5, max(0, t + RANDOM.gauss(0, 1.5))) / step) * step for t in truths]
    return {
        "truths": truths,
        "predictions": predictions,
        "pearson": float(stats.pearsonr(truths, predictions)[0]),
        "spearman": float(stats.spearmanr(truths, predictions)[0]),
    }


def mcnemar_case(only_first, only_second):
    tosses = only_first + only_second
    p = stats.binomtest(only_first, tosses, 0.5).pvalue if tosses else 1.0
    return {"only_first": only_first, "only_second": only_second, "p": float(p)}


def sign_flip_case(differences):
    test = stats.permutation_test(
        (np.array(differences),), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )
    return {"differences": differences, "p": float(test.pvalue)}


def student_case(size, confidence):
    values = [RANDOM.gauss(70, 3) for _ in range(size)]
    error = stats.sem(values)
    low, high = stats.t.interval(confidence, size - 1, loc=np.mean(values), scale=error)
    return {
        "values": values,
        "confidence": confidence,
        "standard_error": float(error),
        "low": float(low),
        "high": float(high),
    }


def main():
    texts = text_cases()
    class_sizes = [(2, 10), (2, 200), (3, 30), (3, 4), (5, 60), (20, 100), (1, 5), (4, 1)]
    pairs = [(0, 0), (1, 0), (3, 3), (0, 6), (8, 2), (30, 17), (61, 40), (500, 410), (3000, 2000), (4, 5), (20100, 20000)]
    flips = [[0.0, 0.0], [1.0, 0.5], [0.1] * 3 + [-0.2] * 2 + [0.3]]
    flips += [[RANDOM.choice([-1, -2 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1]) for _ in range(12)] for _ in range(4)]
    flips += [[RANDOM.gauss(0.4, 1) for _ in range(13)] for _ in range(4)]
    result = {
        "command": "python tools/oracles/metrics_golden.py > crates/eval/tests/golden/metrics.json",
        "versions": {
            package: metadata.version(package) for package in ["numpy", "rouge_score", "scikit-learn", "scipy"]
        },
        "squad": [squad_case(*case) for case in texts],
        "rouge": [rouge_case(*case) for case in texts],
        "classes": [classes_case(n, size, unknown) for n, size in class_sizes for unknown in (0.0, 0.2)],
        "correlation": [correlation_case(size, step) for size in (2, 3, 10, 200) for step in (0.01, 0.2, 1.0)],
        "mcnemar": [mcnemar_case(*pair) for pair in pairs],
        "sign_flip": [sign_flip_case(differences) for differences in flips],
        "student": [student_case(n, c) for n in (2, 3, 4, 5, 10, 31) for c in (0.5, 0.95, 0.99)],
    }
    sections = [f"{json.dumps(name)}: {rows(value)}" for name, value in result.items()]
    print("{\n" + ",\n".join(sections) + "\n}")


def rows(value):
    """One line a case."""
    if not isinstance(value, list):
        return json.dumps(value)
    return "[\n" + ",\n".join(json.dumps(case) for case in value) + "\n]"


if __name__ == "__main__":
    main()
