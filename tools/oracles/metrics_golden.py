"""Golden values for ext5-eval: metrics and statistics as Python's packages compute them.

    python tools/oracles/metrics_golden.py | gzip -9n > crates/eval/tests/golden/metrics.json.gz

Needs numpy, rouge_score, sacrebleu, scikit-learn, scipy, seqeval and t5 (`pip install --no-deps t5`
serves: only its `qa_utils` is read, without TensorFlow); their versions are part of the output.
Metrics are in 0..1 here, before the factor of 100.
"""

import collections
import importlib.util
import json
import random
import re
import string
from importlib import metadata

import numpy as np
import sacrebleu
from rouge_score import rouge_scorer
from scipy import stats
from seqeval.metrics import f1_score as seqeval_f1
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
        "weighted_f1": float(
            metrics.f1_score(truths, predictions, labels=range(n), average="weighted", zero_division=0)
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


def qa_utils():
    """t5.evaluation.qa_utils without t5's other modules, which import TensorFlow."""
    [path] = [file.locate() for file in metadata.files("t5") if file.match("t5/evaluation/qa_utils.py")]
    spec = importlib.util.spec_from_file_location("qa_utils", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def trivia_case(qa, prediction, references):
    normal = qa.normalize_trivia_qa(prediction)
    scores = qa.qa_metrics([[qa.normalize_trivia_qa(r) for r in references]], [normal])
    return {
        "prediction": prediction,
        "references": references,
        "normalised": normal,
        "exact_match": scores["em"] / 100,
        "token_f1": scores["f1"] / 100,
    }


def lsum_case(prediction, references):
    """Sentences as t5.evaluation.metrics.rouge makes them."""
    lines = [text.replace(" . ", " .\n") for text in [prediction] + references]
    scorer = rouge_scorer.RougeScorer(["rougeLsum"], use_stemmer=False)
    score = scorer.score_multi(lines[1:], lines[0])["rougeLsum"].fmeasure
    return {"prediction": prediction, "references": references, "rougeLsum": score}


def sentences():
    return RANDOM.choice([" . ", "\n", ". "]).join(text(0, 6) for _ in range(RANDOM.randint(1, 4)))


def lsum_cases():
    cases = []
    for _ in range(40):
        references = [sentences() for _ in range(RANDOM.randint(1, 3))]
        cases.append((near(RANDOM.choice(references)), references))
    return cases


MARKS = "&quot; &amp;&lt; x-\ny <skipped> 1-2 3.5, ,5 5. (a)[b]{c} a/b 50% $5 €7 «q» … ² ½ Ⅳ ٣.٤ 10,000.5 --- a_b ~ ^ ` |".split(" ")


def bleu_text(least=0):
    words = [RANDOM.choice(WORDS + MARKS) for _ in range(RANDOM.randint(least, 14))]
    return " ".join(words) + RANDOM.choice(["", ".", " ", "\n", "5.", "?!"])


def bleu_case(size, most):
    """Texts with up to `most` references each; sacreBLEU takes references as columns, None where one is short."""
    references = [[bleu_text(1) for _ in range(RANDOM.randint(1, most))] for _ in range(size)]
    predictions = [near(RANDOM.choice(own)) if RANDOM.random() < 0.9 else bleu_text() for own in references]
    columns = [[own[i] if i < len(own) else None for own in references] for i in range(max(map(len, references)))]
    score = lambda tokens: sacrebleu.corpus_bleu(predictions, columns, tokenize=tokens).score / 100
    return {"predictions": predictions, "references": references, "13a": score("13a"), "intl": score("intl")}


def bleu_words_case(text):
    words = lambda tokens: sacrebleu.BLEU(tokenize=tokens).tokenizer(text.rstrip()).split()
    return {"text": text, "13a": words("13a"), "intl": words("intl")}


def f1_case(classes, positive, size):
    """Binary F1 with predictions that are no class made wrong, as t5's f1_score_with_invalid does; else over classes."""
    truths = [RANDOM.randrange(classes) for _ in range(size)]
    predictions = [t if RANDOM.random() < 0.6 else RANDOM.randrange(classes + 1) for t in truths]
    if classes == 2:
        valid = [1 - t if p == 2 else p for t, p in zip(truths, predictions)]
        value = metrics.f1_score(truths, valid, pos_label=positive[0], zero_division=0)
    else:
        value = metrics.f1_score(truths, predictions, labels=positive, average="macro", zero_division=0)
    names = [f"class {i}" for i in range(classes)]
    return {
        "names": names,
        "truths": [names[t] for t in truths],
        "predictions": [names[p] if p < classes else "other" for p in predictions],
        "positive": [names[i] for i in positive],
        "f1": float(value),
    }


def labels_case(classes, size):
    """Several labels an example; every class is somewhere true, and predictions may hold one that never is."""
    truths = [{i % classes} | {c for c in range(classes) if RANDOM.random() < 0.2} for i in range(size)]
    predictions = [
        {c for c in range(classes + 1) if RANDOM.random() < (0.7 if c in t else 0.1)} for t in truths
    ]
    rows = lambda sets, width: np.array([[int(c in s) for c in range(width)] for s in sets])
    f1 = lambda width, average: float(
        metrics.f1_score(rows(truths, width), rows(predictions, width), average=average, zero_division=0)
    )
    texts = lambda sets: [", ".join(f"l{c}" for c in RANDOM.sample(sorted(s), len(s))) or "none" for s in sets]
    return {
        "truths": texts(truths),
        "predictions": texts(predictions),
        "macro_f1": f1(classes, "macro"),
        "micro_f1": f1(classes + 1, "micro"),
    }


def tags(length):
    """A tag sequence in which each span begins with B."""
    found = []
    while len(found) < length:
        kind = RANDOM.choice(["city", "date", "name"])
        found += RANDOM.choice([["O"], [f"B-{kind}"] + [f"I-{kind}"] * RANDOM.randint(0, 2)])
    return found[:length]


def spans(words, tags):
    """`kind: text` of each span, in random order."""
    found = []
    for word, tag in zip(words, tags):
        if tag.startswith("B-"):
            found.append(f"{tag[2:]}: {word}")
        elif tag.startswith("I-"):
            found[-1] += " " + word
    RANDOM.shuffle(found)
    return "; ".join(found) or "none"


def spans_case(size):
    """Words of a sentence differ, so that a span's text says where it stands."""
    truths, predictions, texts = [], [], []
    for _ in range(size):
        words = RANDOM.sample([f"w{i}" for i in range(30)], RANDOM.randint(1, 12))
        truth = tags(len(words))
        prediction = truth if RANDOM.random() < 0.5 else tags(len(words))
        truths.append(truth)
        predictions.append(prediction)
        texts.append((spans(words, truth), spans(words, prediction)))
    return {
        "truths": [t for t, _ in texts],
        "predictions": [p for _, p in texts],
        "span_f1": float(seqeval_f1(truths, predictions)),
    }


def ranking_case(size, levels):
    right = [RANDOM.random() < 0.3 for _ in range(size)]
    right[RANDOM.randrange(size)] = True
    scores = [RANDOM.randrange(levels) / 4 - 3 for _ in range(size)]
    value = metrics.average_precision_score(right, scores)
    # SciPy's greatest rank among ties, counted from the highest score.
    ranks = stats.rankdata([-score for score in scores], method="max")
    return {
        "scores": scores,
        "right": right,
        "average_precision": float(value),
        "roc": float(metrics.roc_auc_score(right, scores)) if not all(right) else 0.5,
        "reciprocal_rank": float(1 / min(rank for rank, found in zip(ranks, right) if found)),
    }


def main():
    texts = text_cases()
    qa = qa_utils()
    class_sizes = [(2, 10), (2, 200), (3, 30), (3, 4), (5, 60), (20, 100), (1, 5), (4, 1)]
    pairs = [(0, 0), (1, 0), (3, 3), (0, 6), (8, 2), (30, 17), (61, 40), (500, 410), (3000, 2000), (4, 5), (20100, 20000)]
    flips = [[0.0, 0.0], [1.0, 0.5], [0.1] * 3 + [-0.2] * 2 + [0.3]]
    flips += [[RANDOM.choice([-1, -2 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1]) for _ in range(12)] for _ in range(4)]
    flips += [[RANDOM.gauss(0.4, 1) for _ in range(13)] for _ in range(4)]
    result = {
        "command": "python tools/oracles/metrics_golden.py | gzip -9n > crates/eval/tests/golden/metrics.json.gz",
        "versions": {
            package: metadata.version(package)
            for package in ["numpy", "rouge_score", "sacrebleu", "scikit-learn", "scipy", "seqeval", "t5"]
        },
        "squad": [squad_case(*case) for case in texts],
        "rouge": [rouge_case(*case) for case in texts],
        "classes": [classes_case(n, size, unknown) for n, size in class_sizes for unknown in (0.0, 0.2)],
        "correlation": [correlation_case(size, step) for size in (2, 3, 10, 200) for step in (0.01, 0.2, 1.0)],
        "mcnemar": [mcnemar_case(*pair) for pair in pairs],
        "sign_flip": [sign_flip_case(differences) for differences in flips],
        "student": [student_case(n, c) for n in (2, 3, 4, 5, 10, 31) for c in (0.5, 0.95, 0.99)],
        "trivia": [trivia_case(qa, *case) for case in texts if case[1]],
        "lsum": [lsum_case(*case) for case in lsum_cases()],
        "bleu": [bleu_case(size, most) for size in (1, 2, 5, 40) for most in (1, 2, 4)],
        "bleu_words": [bleu_words_case(bleu_text()) for _ in range(60)],
        "f1": [f1_case(n, p, 40) for n, p in [(2, [1]), (2, [0]), (2, [1]), (3, [1, 2]), (5, [4]), (3, [0, 1, 2])]],
        "labels": [labels_case(n, size) for n, size in [(3, 4), (5, 30), (28, 100)]],
        "spans": [spans_case(size) for size in (1, 3, 10, 50)],
        "ranking": [ranking_case(size, levels) for size in (1, 2, 5, 20) for levels in (2, 5, 1000)],
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
