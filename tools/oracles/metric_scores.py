"""Scores of the cases of `metric_cases.py`, 2,000 a family, as Python's packages compute them.

    python tools/oracles/metric_scores.py | gzip -9n > crates/eval/tests/golden/metric_scores.json.gz

Needs t5 with all that it imports (README.md), nltk, scikit-learn, scipy, sacrebleu, rouge_score, seqeval
and editdistance; versions are part of the output. Scores are in 0..1. SARI is written down here after Hugging
Face's `evaluate`, which has it in no package; `--sari FILE` compares with its `metrics/sari/sari.py`.
"""

import argparse
import ast
import json
import math
import warnings
import zlib
from collections import Counter
from importlib import metadata

import editdistance
import numpy as np
import sacrebleu
from absl import logging
from metric_cases import *
from nltk.stem.porter import PorterStemmer
from nltk.translate.meteor_score import meteor_score
from rouge_score import rouge_scorer
from scipy import stats
from seqeval.metrics import f1_score as seqeval_f1
from sklearn import metrics
from t5.data.postprocessors import wsc_simple
from t5.evaluation import metrics as t5_metrics
from t5.evaluation import qa_utils

logging.set_verbosity(logging.FATAL)
warnings.filterwarnings("ignore")
ROUGE = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
LSUM = rouge_scorer.RougeScorer(["rougeLsum"], use_stemmer=False)
TOKENIZERS = {name: sacrebleu.BLEU(tokenize=name).tokenizer for name in ["13a", "intl"]}
STEMMER = PorterStemmer()


class NoWordNet:
    def synsets(self, word):
        return []


def checksum(words):
    return zlib.crc32("|".join(words).encode())


def lower_words(text):
    return TOKENIZERS["13a"](text.lower()).split(" ")


def same_words(a, b):
    return a.split() == b.split()


def grams(words, n):
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def sari_of_order(source, prediction, references, n):
    s = Counter({gram: count * len(references) for gram, count in grams(source, n).items()})
    p = Counter({gram: count * len(references) for gram, count in grams(prediction, n).items()})
    r = sum((grams(reference, n) for reference in references), Counter())
    ratio = lambda right, all: sum(right[g] / all[g] for g in right) / len(all) if all else 1
    f1 = lambda a, b: 2 * a * b / (a + b) if a + b else 0
    kept, wanted = s & p, s & r
    keep = f1(ratio(kept & r, kept), (kept & r).total() / wanted.total() if wanted else 1)
    deleted = s - p
    delete = ratio(deleted - r, deleted)
    added, to_add = set(p) - set(s), set(r) - set(s)
    right = len(added & to_add)
    add = f1(right / len(added) if added else 1, right / len(to_add) if to_add else 1)
    return (keep + delete + add) / 3


def sari(source, prediction, references):
    source, prediction = lower_words(source), lower_words(prediction)
    references = [lower_words(reference) for reference in references]
    return sum(sari_of_order(source, prediction, references, n) for n in range(1, 5)) / 4


def similarity(a, b):
    a, b = " ".join(a.split()), " ".join(b.split())
    return 1 - editdistance.eval(a, b) / max(len(a), len(b)) if a or b else 1.0


def texts(draws):
    source, prediction, references = rewriting(draws)
    squad = t5_metrics.squad([references], [prediction])
    trivia = t5_metrics.trivia_qa([references], [prediction])
    rouge = ROUGE.score_multi(references, prediction)
    lines = [text.replace(" . ", " .\n") for text in [prediction] + references]
    words = lambda text: [word for word in lower_words(text) if word]
    meteor = meteor_score([words(r) for r in references], words(prediction), wordnet=NoWordNet())
    return {
        "accuracy": float(any(same_words(prediction, r) for r in references)),
        "exact_match": squad["em"] / 100,
        "token_f1": squad["f1"] / 100,
        "trivia_exact_match": trivia["em"] / 100,
        "trivia_token_f1": trivia["f1"] / 100,
        "rouge_1": rouge["rouge1"].fmeasure,
        "rouge_2": rouge["rouge2"].fmeasure,
        "rouge_l": rouge["rougeL"].fmeasure,
        "rouge_lsum": LSUM.score_multi(lines[1:], lines[0])["rougeLsum"].fmeasure,
        "sari": sari(source, prediction, references),
        "meteor_no_synonyms": meteor,
        "edit_similarity": max(similarity(prediction, r) for r in references),
        "words 13a": checksum(TOKENIZERS["13a"](source.rstrip()).split()),
        "words intl": checksum(TOKENIZERS["intl"](source.rstrip()).split()),
        "squad normal": checksum([qa_utils.normalize_squad(source)]),
        "trivia normal": checksum([qa_utils.normalize_trivia_qa(source)]),
    }


def bleus(draws):
    predictions, references = corpus(draws)
    columns = [[own[i] if i < len(own) else None for own in references] for i in range(max(map(len, references)))]
    score = lambda tokens: sacrebleu.corpus_bleu(predictions, columns, tokenize=tokens).score / 100
    found = {"bleu_13a": score("13a"), "bleu_intl": score("intl")}
    if None not in sum(columns, []):
        assert t5_metrics.bleu(columns, predictions)["bleu"] / 100 == found["bleu_intl"]
    return found


def of_classes(draws):
    count, truths, predictions, positive = classes(draws)
    unknown = [p if p < count else -1 for p in predictions]
    f1 = lambda **options: float(metrics.f1_score(truths, unknown, zero_division=0, **options))
    if count == 2 and positive == [1]:
        valid = [p if p < 2 else 2 for p in predictions]
        positives = t5_metrics.f1_score_with_invalid(np.array(truths), np.array(valid))["f1"] / 100
    elif count == 2 and positive == [0]:
        flip = lambda labels: np.array([1 - v if v < 2 else 2 for v in labels])
        positives = t5_metrics.f1_score_with_invalid(flip(truths), flip(predictions))["f1"] / 100
    else:
        positives = f1(labels=positive, average="macro")
    return {
        "accuracy": t5_metrics.accuracy(truths, unknown)["accuracy"] / 100,
        "matthews": float(metrics.matthews_corrcoef(truths, unknown)),
        "macro_f1": f1(labels=range(count), average="macro"),
        "weighted_f1": f1(labels=range(count), average="weighted"),
        "macro_recall": float(metrics.balanced_accuracy_score(truths, unknown)),
        "f1": float(positives),
    }


def correlations(draws):
    """Python reads more as numbers than T5's answers hold; what is none, or not finite, is -1."""
    truths, predictions = numbers(draws)
    def number(text):
        try:
            value = float(text)
        except ValueError:
            return -1.0
        return value if math.isfinite(value) else -1.0
    truths, predictions = [float(t) for t in truths], [number(p) for p in predictions]
    if len(truths) < 2:
        return {"pearson": 0.0, "spearman": 0.0}
    value = lambda found: 0.0 if math.isnan(found) else float(found)
    return {
        "pearson": value(stats.pearsonr(truths, predictions)[0]),
        "spearman": value(stats.spearmanr(truths, predictions)[0]),
    }


def of_label_sets(draws):
    count, truths, predictions = label_sets(draws)
    rows = lambda sets, width: np.array([[int(c in s) for c in range(width)] for s in sets])
    f1 = lambda width, average: float(
        metrics.f1_score(rows(truths, width), rows(predictions, width), average=average, zero_division=0)
    )
    right = metrics.accuracy_score(rows(truths, count + 1), rows(predictions, count + 1))
    return {"macro_f1": f1(count, "macro"), "micro_f1": f1(count + 1, "micro"), "accuracy": float(right)}


def of_spans(draws):
    """Joint goal accuracy: all slots of a turn have their values."""
    truths, predictions = zip(*tagged(draws))
    joint = [set(spans(t)) == set(spans(p)) for t, p in zip(truths, predictions)]
    return {"span_f1": float(seqeval_f1(list(truths), list(predictions))), "accuracy": sum(joint) / len(joint)}


def of_options(draws):
    count, examples = options(draws)
    flat = [
        (((i, option), option == answer, 1.0, 1), score)
        for i, (answer, scores) in enumerate(examples)
        for option, score in enumerate(scores)
    ]
    found = t5_metrics.rank_classification([t for t, _ in flat], [s for _, s in flat], num_classes=count)
    result = {"option_accuracy": found["accuracy"] / 100}
    if count > 2:
        result["option_macro_f1"] = found[f"mean_{count}class_f1"] / 100
        return result
    result["option_f1"] = found["f1"] / 100
    truths = [answer for answer, _ in examples]
    # scikit-learn leaves both undefined without examples of both classes.
    if len(set(truths)) == 2:
        result["auc_roc"], result["auc_pr"] = found["auc-roc"] / 100, found["auc-pr"] / 100
        odds = [scores[1] - scores[0] for _, scores in examples]
        again = t5_metrics.score_auc(truths, odds)
        assert math.isclose(again["auc-roc"], metrics.roc_auc_score(truths, odds))
    return result


def of_groups(draws):
    examples = grouped(draws)
    by_group = {}
    for group, answer, scores, _ in examples:
        by_group.setdefault(group, []).append((answer, scores[1] - scores[0]))
    precisions, ranks = [], []
    for members in by_group.values():
        right, scores = [m[0] for m in members], [m[1] for m in members]
        if not any(right):
            continue
        precisions.append(metrics.average_precision_score(right, scores))
        worst = stats.rankdata([-s for s in scores], method="max")
        ranks.append(1 / min(rank for rank, found in zip(worst, right) if found))
    truths = [{"group": group, "value": answer} for group, answer, _, _ in examples]
    predictions = [{"group": g, "value": answer if label is None else label} for g, answer, _, label in examples]
    f1 = t5_metrics.multirc_f1_over_all_answers(truths, predictions)["f1"]
    all_match = t5_metrics.mean_group_metric(t5_metrics.all_match)(truths, predictions)["exact_match"]
    mean = lambda values: float(np.mean(values)) if values else 0.0
    return {
        "mean_average_precision": mean(precisions),
        "mean_reciprocal_rank": mean(ranks),
        "f1": float(f1) / 100,
        "all_match": float(all_match) / 100,
    }


def of_questions(draws):
    """As ReCoRD: references of a group belong together, and its first prediction is scored."""
    examples = questions(draws)
    together = {}
    for group, _, references in examples:
        together.setdefault(group, []).extend(references)
    rows = [{"group": g, "value": together[g]} for g, _, _ in examples], [{"group": g, "value": p} for g, p, _ in examples]
    found = t5_metrics.deduplicate_metric(t5_metrics.squad)(*rows)
    return {"exact_match": found["em"] / 100, "token_f1": found["f1"] / 100}


def of_referents(draws):
    prediction, referent = referents(draws)
    return {"wsc": float(wsc_simple(prediction, example={"targets_pretokenized": referent}) == 1)}


def stems():
    """Stems of beginnings of words with one or two of the suffixes that the rules know, a checksum for each."""
    heads, suffixes = WORDS["heads"], WORDS["suffixes"]
    ends = lambda suffix: [suffix] + [suffix + other for other in suffixes]
    return {s: checksum([STEMMER.stem(h + end) for h in heads for end in ends(s)]) for s in suffixes}


def theirs(path):
    """SARI of `evaluate`'s file, of which only the functions are run."""
    tree = ast.parse(open(path).read())
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("SARI")]
    scope = {"Counter": Counter}
    exec(compile(tree, path, "exec"), scope)
    words = lambda text: TOKENIZERS["13a"](text.lower())
    return lambda s, p, rs: scope["SARIsent"](words(s), words(p), [words(r) for r in rs])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sari", metavar="FILE")
    path = parser.parse_args().sari
    if path:
        other = theirs(path)
        for case in range(CASES):
            drawn = rewriting(Draws("texts", case))
            assert math.isclose(sari(*drawn), other(*drawn), rel_tol=1e-12), drawn
    families = {
        "texts": texts,
        "corpora": bleus,
        "classes": of_classes,
        "numbers": correlations,
        "label sets": of_label_sets,
        "spans": of_spans,
        "options": of_options,
        "groups": of_groups,
        "questions": of_questions,
        "referents": of_referents,
    }
    packages = ["editdistance", "nltk", "numpy", "rouge_score", "sacrebleu", "scikit-learn", "scipy", "seqeval", "t5"]
    result = {"versions": {package: metadata.version(package) for package in packages}, "stems": stems()}
    for name, scores in families.items():
        columns = {}
        for case in range(CASES):
            for metric, value in scores(Draws(name, case)).items():
                columns.setdefault(metric, [None] * CASES)[case] = value
        result[name] = columns
    print(json.dumps(result, separators=(",", ":")))


if __name__ == "__main__":
    main()
