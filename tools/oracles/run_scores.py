#!/usr/bin/env python3
"""Scores the predictions of a run again with Python's packages, and compares with what `ext5 eval` wrote.

    python tools/oracles/run_scores.py TASKS RUN...

TASKS is the folder of the tasks' files, a RUN has `eval/TASK.json` and `predictions/TASK.jsonl`. Needs
numpy, rouge_score, sacrebleu, scikit-learn, scipy, seqeval and t5. Prints for each metric how many scores were
compared and the largest difference, in points; ends with an error where one is above 1e-6. Metrics that
depend on more than texts, labels and options (of groups, say) are counted as left out.
"""

import collections
import json
import math
import pathlib
import sys
import tomllib
import warnings
from importlib import metadata

import editdistance
import numpy as np
import sacrebleu
from rouge_score import rouge_scorer
from scipy import stats
from seqeval.metrics import f1_score as seqeval_f1
from sklearn import metrics as sk
from t5.evaluation import qa_utils

warnings.filterwarnings("ignore")
ROUGE = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)


def mean(values):
    return 100 * sum(values) / len(values)


def same(a, b):
    return a.split() == b.split()


def of_texts(name, rows, task):
    pairs = [(row["prediction"], row["references"]) for row in rows]
    if name == "accuracy" and task.get("shape", {}).get("kind") not in ("tagging", "multi_label"):
        return mean([any(same(p, r) for r in rs) for p, rs in pairs])
    if name in ("exact_match", "token_f1"):
        found = qa_utils.qa_metrics(
            [[qa_utils.normalize_squad(r) for r in rs] for _, rs in pairs],
            [qa_utils.normalize_squad(p) for p, _ in pairs])
        return found["em" if name == "exact_match" else "f1"]
    if name in ("rouge_1", "rouge_2", "rouge_l"):
        key = name.replace("_", "").replace("l", "L")
        return mean([ROUGE.score_multi(rs, p)[key].fmeasure for p, rs in pairs])
    if name in ("bleu_13a", "bleu_intl"):
        most = max(len(rs) for _, rs in pairs)
        columns = [[rs[i] if i < len(rs) else None for _, rs in pairs] for i in range(most)]
        return sacrebleu.corpus_bleu([p for p, _ in pairs], columns, tokenize=name[5:]).score
    if name == "edit_similarity":
        def near(a, b):
            a, b = " ".join(a.split()), " ".join(b.split())
            return 1 - editdistance.eval(a, b) / max(len(a), len(b), 1)
        return mean([max(near(p, r) for r in rs) for p, rs in pairs])
    if name in ("pearson", "spearman"):
        def number(text):
            try:
                value = float(text)
            except ValueError:
                return -1.0
            return value if math.isfinite(value) else -1.0
        truths = [float(rs[0]) for _, rs in pairs]
        found = {"pearson": stats.pearsonr, "spearman": stats.spearmanr}[name]
        value = found(truths, [number(p) for p, _ in pairs])[0]
        return 0.0 if math.isnan(value) else 100 * float(value)
    return None


def of_classes(name, rows, task):
    words = task.get("labels", {}).get("words")
    if not words or name not in ("matthews", "macro_f1", "f1"):
        return None
    words = list(words.values()) if isinstance(words, dict) else words
    number = {tuple(word.split()): i for i, word in enumerate(words)}
    truths = [number[tuple(row["references"][0].split())] for row in rows]
    found = [number.get(tuple(row["prediction"].split()), -1) for row in rows]
    if name == "matthews":
        return 100 * float(sk.matthews_corrcoef(truths, found))
    labels = range(len(words))
    if name == "f1":
        positive = task.get("prediction", {}).get("positive")
        if not positive:
            return None
        labels = [number[tuple(word.split())] for word in positive]
    return 100 * float(sk.f1_score(truths, found, labels=labels, average="macro", zero_division=0))


def of_label_sets(name, rows, task):
    shape = task.get("shape", {})
    if shape.get("kind") != "multi_label":
        return None
    sets = lambda text: {label.strip() for label in text.split(",")} - {""}
    pairs = [(sets(row["references"][0]), sets(row["prediction"])) for row in rows]
    # What is no label of the task has a column, too: it is wrong, but for the macro average.
    words = sorted(set().union(*map(set.union, *zip(*pairs))))
    column = lambda which: np.array([[int(word in pair[which]) for word in words] for pair in pairs])
    truths, found = column(0), column(1)
    if name == "accuracy":
        return 100 * float(sk.accuracy_score(truths, found))
    if name == "macro_f1":
        # The classes are the labels that the examples truly have.
        truly = truths.any(axis=0)
        truths, found = truths[:, truly], found[:, truly]
    return 100 * float(sk.f1_score(truths, found, average=name.split("_")[0], zero_division=0))


def of_spans(name, rows, task):
    """seqeval's F1 of tags: each thing named in truth or answer is a word of its own."""
    shape = task.get("shape", {})
    if name not in ("span_f1", "accuracy") or shape.get("kind") not in ("tagging", "dialogue"):
        return None
    if name == "accuracy" and not any(m == "span_f1" for m in task["metrics"]):
        return None
    separator = shape.get("separator", ";").strip()
    marker = shape.get("marker", ":" if shape["kind"] == "tagging" else "=").strip()

    def spans(text):
        pieces = [" ".join(piece.split()) for piece in text.split(separator)]
        split = [piece.partition(marker) for piece in pieces if piece and piece != "none"]
        return collections.Counter(
            (kind.strip(), rest.strip()) if found else ("", kind) for kind, found, rest in split)

    pairs = [(spans(row["references"][0]), spans(row["prediction"])) for row in rows]
    if name == "accuracy":
        return mean([truth == found for truth, found in pairs])
    tags = ([], [])
    for pair in pairs:
        every = [(*span, i) for span, n in (pair[0] | pair[1]).items() for i in range(n)]
        for side, counts in zip(tags, pair):
            side.append([f"B-{k or '?'}" if i < counts[k, text] else "O" for k, text, i in every])
    return 100 * float(seqeval_f1(*tags))


def of_options(name, rows, _):
    if name != "option_accuracy":
        return None
    right = [int(np.argmax([o["score"] for o in row["options"]])) == row["answer"] for row in rows]
    return mean(right)


def main():
    tasks, runs = sys.argv[1], sys.argv[2:]
    files = {path.stem: path for path in pathlib.Path(tasks).rglob("*.toml")}
    print({p: metadata.version(p) for p in ["rouge_score", "sacrebleu", "scikit-learn", "scipy", "seqeval", "t5"]})
    compared, largest, left_out = collections.Counter(), collections.Counter(), collections.Counter()
    wrong = []
    for run in map(pathlib.Path, runs):
        for path in sorted(run.glob("eval/*.json")):
            result = json.loads(path.read_text())
            if "metrics" not in result or path.stem not in files:
                continue
            task = tomllib.loads(files[path.stem].read_text())
            lines = (run / "predictions" / f"{path.stem}.jsonl").read_text().split("\n")[:-1]
            rows = [json.loads(line) for line in lines]
            for metric in result["metrics"]:
                name = metric["name"]
                ways = (of_options, of_label_sets, of_spans, of_classes, of_texts)
                again = next((v for way in ways if (v := way(name, rows, task)) is not None), None)
                # Of metrics over groups, the groups are not in the files.
                if again is None or metric["n"] != len(rows):
                    left_out[name] += 1
                    continue
                difference = abs(again - metric["value"])
                compared[name] += 1
                largest[name] = max(largest[name], difference)
                if not difference <= 1e-6:
                    wrong.append(f"{run.name} {path.stem} {name}: {metric['value']}, again {again}")
    for name in sorted(compared):
        print(f"{name:16} {compared[name]:4} scores, largest difference {largest[name]:.1e}")
    print("left out:", dict(left_out))
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
