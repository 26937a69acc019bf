"""Metrics side by side: ext5 and the Python packages that define them; those use one thread.

    cargo build --release -p ext5-eval --example score_cases
    python tools/benchmarks/metrics_vs_python.py [--binary FILE] [--rounds N] [--threads N]

2,000 pairs of texts of 20 to 60 words, 20,000 labels, numbers and option scores, some 9,000 tagged
sentences, all from `tools/oracles/metric_cases.py`. The two take turns, metric by metric and round by round;
a time is the median over the rounds. Both start from what a model gives: texts, of labels and numbers too,
and scores of options, which scikit-learn has as arrays, though. Tags of sentences seqeval has as lists and ext5 as
texts of spans. Scores must be equal. Prints a table in Markdown.

Needs: t5 with all that it imports (tools/oracles/README.md), nltk, scikit-learn, scipy, sacrebleu,
rouge_score, seqeval.
"""

import argparse
import math
import os
import platform
import subprocess
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from statistics import median

for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]:
    os.environ[name] = "1"
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools/oracles"))

import numpy as np  # noqa: E402
import sacrebleu  # noqa: E402
from absl import logging  # noqa: E402
from metric_cases import CASES, Draws, label, long, tagged  # noqa: E402
from metric_scores import NoWordNet, sari, similarity  # noqa: E402
from nltk.translate.meteor_score import meteor_score  # noqa: E402
from rouge_score import rouge_scorer  # noqa: E402
from scipy import stats  # noqa: E402
from seqeval.metrics import f1_score as seqeval_f1  # noqa: E402
from sklearn import metrics  # noqa: E402
from t5.evaluation import metrics as t5_metrics  # noqa: E402

BINARY = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def mean(values):
    values = list(values)
    return 100 * sum(values) / len(values)


def texts():
    cases = [long(Draws("long", case)) for case in range(CASES)]
    sources, predictions, references = zip(*cases)
    predictions, lists = list(predictions), [[reference] for reference in references]

    def rouge(kind):
        scorer = rouge_scorer.RougeScorer([kind], use_stemmer=False)
        return lambda: mean(scorer.score(r, p)[kind].fmeasure for p, r in zip(predictions, references))

    def bleu(tokens):
        return lambda: sacrebleu.corpus_bleu(predictions, [list(references)], tokenize=tokens).score

    words = sacrebleu.BLEU(tokenize="13a").tokenizer
    meteor = lambda p, r: meteor_score([words(r.lower()).split()], words(p.lower()).split(), wordnet=NoWordNet())
    return "texts", {
        "exact_match": ("t5", lambda: t5_metrics.squad(lists, predictions)["em"]),
        "token_f1": ("t5", lambda: t5_metrics.squad(lists, predictions)["f1"]),
        "trivia_token_f1": ("t5", lambda: t5_metrics.trivia_qa(lists, predictions)["f1"]),
        "rouge_1": ("rouge_score", rouge("rouge1")),
        "rouge_2": ("rouge_score", rouge("rouge2")),
        "rouge_l": ("rouge_score", rouge("rougeL")),
        "rouge_lsum": ("rouge_score", rouge("rougeLsum")),
        "bleu_13a": ("sacrebleu", bleu("13a")),
        "bleu_intl": ("sacrebleu", bleu("intl")),
        "sari": ("Python, as evaluate", lambda: mean(sari(s, p, r) for s, p, r in zip(sources, predictions, lists))),
        "meteor_no_synonyms": ("nltk", lambda: mean(map(meteor, predictions, references))),
        "edit_similarity": ("editdistance", lambda: mean(map(similarity, predictions, references))),
    }


def classes():
    draws = Draws("many", 0)
    truths, predictions = zip(*[[f"class {c}" for c in label(draws)] for _ in range(20_000)])
    f1 = lambda average: lambda: 100 * metrics.f1_score(truths, predictions, average=average)
    return "classes", {
        "accuracy": ("scikit-learn", lambda: 100 * metrics.accuracy_score(truths, predictions)),
        "matthews": ("scikit-learn", lambda: 100 * metrics.matthews_corrcoef(truths, predictions)),
        "macro_f1": ("scikit-learn", f1("macro")),
        "weighted_f1": ("scikit-learn", f1("weighted")),
        "macro_recall": ("scikit-learn", lambda: 100 * metrics.balanced_accuracy_score(truths, predictions)),
    }


def numbers():
    draws = Draws("many", 1)
    texts = list(zip(*[[f"{c}.5" for c in label(draws)] for _ in range(20_000)]))
    numbers = lambda: [[float(text) for text in side] for side in texts]
    return "numbers", {
        "pearson": ("scipy", lambda: 100 * stats.pearsonr(*numbers())[0]),
        "spearman": ("scipy", lambda: 100 * stats.spearmanr(*numbers())[0]),
    }


def spans():
    pairs = [pair for case in range(CASES) for pair in tagged(Draws("spans", case))]
    truths, predictions = map(list, zip(*pairs))
    return "spans", {"span_f1": ("seqeval", lambda: 100 * seqeval_f1(truths, predictions))}


def options():
    draws = Draws("many", 2)
    drawn = [(draws.below(2), draws.below(1000) / 8 - 60) for _ in range(20_000)]
    truths, odds = map(np.array, zip(*drawn))
    return "options", {
        "auc_roc": ("scikit-learn", lambda: 100 * metrics.roc_auc_score(truths, odds)),
        "auc_pr": ("scikit-learn", lambda: 100 * metrics.average_precision_score(truths, odds)),
        "option_f1": ("scikit-learn", lambda: 100 * metrics.f1_score(truths, odds > 0)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=BINARY / "release/examples/score_cases")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1, help="of ext5")
    arguments = parser.parse_args()
    logging.set_verbosity(logging.FATAL)
    warnings.filterwarnings("ignore")
    environment = os.environ | {"RAYON_NUM_THREADS": str(arguments.threads)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    ours = subprocess.Popen([arguments.binary], **pipes)
    packages = ["sacrebleu", "rouge_score", "nltk", "t5", "scikit-learn", "scipy", "seqeval", "editdistance"]
    print(f"Python {platform.python_version()}, " + ", ".join(f"{p} {version(p)}" for p in packages) + "\n")
    print("| metric | beside | ext5, ms | package, ms | ratio |\n|---|---|---:|---:|---:|")
    for name, peers in [texts(), classes(), numbers(), spans(), options()]:
        for metric, (package, score) in peers.items():
            seconds = [[], []]
            for _ in range(arguments.rounds):
                print(name, metric, file=ours.stdin, flush=True)
                passed, found = map(float, ours.stdout.readline().split())
                seconds[0].append(passed)
                start = time.perf_counter()
                expected = score()
                seconds[1].append(time.perf_counter() - start)
                assert math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9), (metric, found, expected)
            mine, theirs = map(median, seconds)
            print(f"| `{metric}` | {package} | {mine * 1e3:.2f} | {theirs * 1e3:.1f} | {theirs / mine:.1f} |", flush=True)
    ours.stdin.close()
    ours.wait()


if __name__ == "__main__":
    main()
