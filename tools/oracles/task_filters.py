"""Golden values for the two template filters that T5's preprocessors define.

    python tools/oracles/task_filters.py > crates/task/tests/golden/filters.json

See tools/oracles/README.md for the environment. Values come from the `t5` package itself:

    pad_punctuation: t5.data.preprocessors._pad_punctuation
    stsb: the target of t5.data.preprocessors.stsb
"""

import json
import os
import platform
from importlib import metadata

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import tensorflow as tf
from t5.data import preprocessors

TEXTS = [
    "U.S.  can't",
    "(a_b)\t[c]\n\nd",
    "In 1999, \u00a35.50 \u2013 or 6\u00bd \u2013 was paid.",
    "caf\u00e9s na\u00efve Bogus\u0142awski",
    "no punctuation",
    "a\u00a0b\u3000c",
    "a\x0bb\x0cc\x1cd\u2028e",
    "  ends ",
    "''twice``, \"quoted\"...",
    "\u65e5\u672c \U0001f600!",
    "".join(map(chr, range(33, 127))),
]


def pad_punctuation(text):
    return preprocessors._pad_punctuation(tf.constant(text)).numpy().decode()


def stsb(scores):
    rows = {"sentence1": "a", "sentence2": "b", "idx": 0}
    dataset = tf.data.Dataset.from_tensor_slices(tf.constant(scores, tf.float32))
    dataset = preprocessors.stsb(dataset.map(lambda score: dict(rows, label=score)))
    return [example["targets"].decode() for example in dataset.as_numpy_iterator()]


scores = [n / 100 for n in range(501)]
packages = ("t5", "tensorflow")
print(json.dumps({
    "versions": {"python": platform.python_version(), **{name: metadata.version(name) for name in packages}},
    "pad_punctuation": [[text, pad_punctuation(text)] for text in TEXTS],
    "stsb": [[score, target] for score, target in zip(scores, stsb(scores))],
}))
