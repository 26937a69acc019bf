"""Golden values for the two template filters that T5's preprocessors define.

    python tools/oracles/task_filters.py > crates/task/tests/golden/filters.json

TensorFlow is not needed: its regex_replace is RE2, whose `\\W` and `\\s` are ASCII classes, and its
as_string prints like C. T5 (t5/data/preprocessors.py):

    _pad_punctuation: regex_replace(text, r'(\\W)', r' \\1 '), then regex_replace(text, r'\\s+', ' ')
    stsb: as_string(round(label * 5) / 5, precision=1), label a float32, round to even at ties
"""

import json
import platform
import re

import numpy

TEXTS = [
    "U.S.  can't",
    "(a_b)\t[c]\n\nd",
    "In 1999, \u00a35.50 \u2013 or 6\u00bd \u2013 was paid.",
    "caf\u00e9s na\u00efve Bogus\u0142awski",
    "no punctuation",
    "a\u00a0b\u3000c",
    "  ends ",
    "''twice``, \"quoted\"...",
    "\u65e5\u672c \U0001f600!",
]


def pad_punctuation(text):
    text = re.sub(r"([^0-9A-Za-z_])", r" \1 ", text)
    return re.sub(r"[\t\n\f\r ]+", " ", text)


def stsb(score):
    rounded = numpy.round(numpy.float32(score) * numpy.float32(5)) / numpy.float32(5)
    return "%.1f" % rounded


scores = [n / 100 for n in range(501)]
print(json.dumps({
    "versions": {"python": platform.python_version(), "numpy": numpy.__version__},
    "pad_punctuation": [[text, pad_punctuation(text)] for text in TEXTS],
    "stsb": [[score, stsb(score)] for score in scores],
}))
