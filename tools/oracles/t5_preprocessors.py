"""What the preprocessors of the `t5` package make of rows, for our own task files to equal.

    python tools/oracles/t5_preprocessors.py > crates/task/tests/golden/t5_preprocessors.json

See tools/oracles/README.md for the environment. Rows are our own, in the columns that the Hub's data
sets have. They go through the preprocessors of the tasks that T5 registers, up to tokenization; what
T5's own copy of a data set calls differently is renamed here. References and groups come from T5's
postprocessors, which its metrics read.

Not compared: STS-B without a score, of which T5 makes the target `-1.0`, and WSC without a label,
which T5's filter takes for a right answer. Of MRPC every label is published.
"""

import functools
import json
import os
import platform
import sys
from importlib import metadata

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import seqio
import t5.data.tasks  # registers T5's tasks
import tensorflow as tf
from t5.data import postprocessors, preprocessors

PAIR = ("It's raining (again); bring 2 umbrellas.", "  The \"old\" caf\u00e9 costs \u00a35.50 \u2013 or less?")


def labelled(columns, labels):
    """One row for each label, and one whose label is withheld."""
    texts = dict(zip(columns, (*PAIR, "see you \u2014 then\nnext line")))
    return [dict(texts, label=label, idx=number) for number, label in enumerate([*labels, -1])]


def nli(columns, count):
    return labelled(columns, range(count))


SCORES = [0.0, 0.3, 0.5, 1.27, 2.5, 3.3, 3.4, 3.7, 3.8, 4.09, 4.1, 4.6, 4.7, 4.9, 5.0]

STSB = [
    {"sentence1": PAIR[0], "sentence2": PAIR[1], "label": score, "idx": number}
    for number, score in enumerate(SCORES)
]

BOOLQ = [
    {"question": "do bats lay eggs", "passage": "Bat -- Bats are mammals;\nthey bear young.", "idx": 0, "label": 0},
    {"question": "is 5 a prime number?", "passage": "Primes (2, 3, 5 \u2026) have 2 divisors.", "idx": 1, "label": 1},
    {"question": "is it open", "passage": "It may be.", "idx": 2, "label": -1},
]

COPA = [
    {"premise": "The cup fell.", "choice1": "It broke.", "choice2": "It grew.", "question": "effect", "idx": 0, "label": 0},
    {"premise": "She ran.", "choice1": "She was early.", "choice2": "She was late.", "question": "cause", "idx": 1, "label": 1},
    {"premise": "He slept.", "choice1": "He was tired.", "choice2": "It rained.", "question": "cause", "idx": 2, "label": -1},
]

WIC = [
    {"word": "bank", "sentence1": "We sat on the bank .", "sentence2": "The bank's closed.", "start1": 14, "start2": 4, "end1": 18, "end2": 8, "idx": 0, "label": 0},
    {"word": "run", "sentence1": "They run daily.", "sentence2": "She runs, too.", "start1": 5, "start2": 4, "end1": 8, "end2": 8, "idx": 1, "label": 1},
    {"word": "run", "sentence1": "A run.", "sentence2": "Run!", "start1": 2, "start2": 0, "end1": 5, "end2": 3, "idx": 2, "label": -1},
]

PARAGRAPH = "<b>Sent 1: </b>Ann met Bob.<br><b>Sent 2: </b>They ate <i>soup</i> & bread.<br>"


def multirc(question, answer, paragraph_id, question_id, answer_id, label):
    ids = {"paragraph": paragraph_id, "question": question_id, "answer": answer_id}
    return {"paragraph": PARAGRAPH, "question": question, "answer": answer, "idx": ids, "label": label}


MULTIRC = [
    multirc("What did they eat?", "soup", 3, 11, 0, 1),
    multirc("What did they eat?", "<b>fish</b> (raw)", 3, 11, 1, 0),
    multirc("Who came<br>first?", "Ann", 3, 12, 2, 1),
    multirc("Who?", "Bob", 4, 13, 3, -1),
]


def record(passage, query, entities, answers, number):
    return {
        "passage": passage, "query": query, "entities": entities, "answers": answers,
        "idx": {"passage": number, "query": 10 * number},
    }


RECORD = [
    record(
        "Ann Lee won in Rome.\n@highlight\nIt was hot\n@highlight\n\"So hot\"\n@highlight\nIs it over?\n@highlight\nYes!\n@highlight\nThe 'end'\n@highlight\nbye",
        "It was @placeholder's third win", ["Ann Lee", "Rome"], ["Ann Lee"], 1),
    record("A. B; C\nD", "@placeholder is near", ["A. B", "C", "B"], ["A. B", "B"], 2),
    record("Nobody won.", "Did @placeholder win?", ["Ann", "Bob"], [], 3),
]


def wsc(text, noun_at, noun, pronoun_at, pronoun, label, number):
    return {
        "text": text, "span1_index": noun_at, "span2_index": pronoun_at,
        "span1_text": noun, "span2_text": pronoun, "idx": number, "label": label,
    }


WSC = [
    wsc("Ann asked Eve if she could lend her a pen.", 2, "Eve", 4, "she", 1, 0),
    wsc("Ann asked Eve if she could lend her a pen.", 0, "Ann", 4, "she", 0, 1),
    wsc("When she came , the tall guard greeted Ann's aunt.", 4, "the tall guard", 1, "she", 0, 2),
    wsc("It rained on it , because it was the monsoon .", 8, "the monsoon", 6, "it", 1, 3),
    wsc("The box (red) hit the pole ; it fell.", 0, "The box (red)", 7, "it", 1, 4),
    wsc("Ann saw Eve when she left.", 0, "Ann", 4, "she", -1, 5),
]

# The noun of T5's other form of WSC is a regular expression: no brackets there.
WSC_LABEL = [row for row in WSC if "(" not in row["span1_text"]]

DPR = [
    {"sentence": "Ann thanked Eve because she helped, and she smiled.", "pronoun": "she", "candidates": ["Ann", "Eve"], "label": 1},
    {"sentence": "The dogs chased the cats until they slept.", "pronoun": "they", "candidates": ["The dogs", "the cats"], "label": 0},
    {"sentence": "Bob lent Tim a book; the man thanked him.", "pronoun": "him", "candidates": ["Bob", "Tim"], "label": 0},
]


def squad(question, context, answers, number):
    starts = [max(context.find(answer), 0) for answer in answers]
    return {
        "id": f"q{number}", "title": "T", "context": context, "question": question,
        "answers": {"text": answers, "answer_start": starts},
    }


SQUAD = [
    squad("Who's first?", "Ann (b. 1900) won.\n\nBob\tlost.", ["Ann", "Ann (b. 1900)", "Ann"], 0),
    squad("  How much is  it? ", "It costs \u00a35.50 \u2013 or $6 at the caf\u00e9 in \u0141\u00f3d\u017a.", ["\u00a35.50"], 1),
    squad("What is snake_case_x?", "\"snake_case_x\", `a^b~c|d`, is {odd} <b>.", ["odd"], 2),
    squad("Which year did it open in U.S.?", "It opened in 1999, not 2001; 50% say so.", ["1999", "in 1999,"], 3),
]

CNN = [
    {"article": "(Wire) -- Rome was hot.\nIt's 40 degrees .", "highlights": "Rome is hot .\nIt is 40 degrees .", "id": "a"},
    {"article": " By Ann Lee . Updated: 12:00 EST", "highlights": "Short .", "id": "b"},
]

XSUM = [{"document": "The club said: \"No.\"\nIt is over.", "summary": "A club has said no.", "id": "1"}]


def translation(first, second):
    rows = [("It's 5 o'clock, isn't it?", "Es ist 5 Uhr, nicht wahr?"), ("Caf\u00e9 (old)", "\u201eAlt\u201c \u2013 ja")]
    return [{"translation": {first: one, second: two}} for one, two in rows]


def hub_pair(row):
    return row["translation"]


# name of our task: (T5's task or a preprocessor, rows in the Hub's columns, renaming)
TASKS = {
    "cola": ("glue_cola_v002", labelled(["sentence"], [0, 1]), None),
    "sst2": ("glue_sst2_v002", labelled(["sentence"], [0, 1]), None),
    "mrpc": ("glue_mrpc_v002", labelled(["sentence1", "sentence2"], [0, 1])[:2], None),
    "qqp": ("glue_qqp_v002", labelled(["question1", "question2"], [0, 1]), None),
    "stsb": ("glue_stsb_v002", STSB, None),
    "mnli": ("glue_mnli_v002", nli(["premise", "hypothesis"], 3), None),
    "mnli_mismatched": ("glue_mnli_mismatched_v002", nli(["premise", "hypothesis"], 3), None),
    "qnli": ("glue_qnli_v002", nli(["question", "sentence"], 2), None),
    "glue_rte": ("glue_rte_v002", nli(["sentence1", "sentence2"], 2), None),
    "ax": ("glue_ax_v002", nli(["premise", "hypothesis"], 0), None),
    "boolq": ("super_glue_boolq_v102", BOOLQ, None),
    "cb": ("super_glue_cb_v102", nli(["premise", "hypothesis"], 3), None),
    "copa": ("super_glue_copa_v102", COPA, None),
    "multirc": ("super_glue_multirc_v102", MULTIRC, None),
    "record": ("super_glue_record_v102", RECORD, None),
    "rte": ("super_glue_rte_v102", nli(["premise", "hypothesis"], 2), None),
    "wic": ("super_glue_wic_v102", WIC, None),
    "wsc": ("super_glue_wsc_v102_simple_train", [row for row in WSC if row["label"] >= 0], None),
    "wsc_label": (preprocessors.wsc, WSC_LABEL, None),
    "axb": ("super_glue_axb_v102", nli(["sentence1", "sentence2"], 0), None),
    "axg": ("super_glue_axg_v102", nli(["premise", "hypothesis"], 0), None),
    "dpr": ("dpr_v001_simple", DPR, None),
    "squad": ("squad_v010_allanswers", SQUAD, None),
    "squad_closed_book": ("squad_v010_context_free", SQUAD, None),
    "cnn_dailymail": ("cnn_dailymail_v002", CNN, None),
    "xsum": (functools.partial(preprocessors.summarize, article_key="document", summary_key="summary"), XSUM, None),
    "wmt14_en_de": ("wmt14_ende_v003", translation("en", "de"), hub_pair),
    "wmt14_en_fr": ("wmt14_enfr_v003", translation("en", "fr"), hub_pair),
    "wmt16_en_ro": ("wmt16_enro_v003", translation("en", "ro"), hub_pair),
}


def preprocessors_of(task):
    """Those that make text of a row, and the name of T5's task."""
    if callable(task):
        return [task]
    steps = seqio.TaskRegistry.get(task).preprocessors
    return steps[:steps.index(seqio.preprocessors.tokenize)]


def tensor(value):
    if isinstance(value, dict):
        return {key: tensor(item) for key, item in value.items()}
    if isinstance(value, list):
        return tf.constant(value, tf.string if not value or isinstance(value[0], str) else tf.int32)
    if isinstance(value, float):
        return tf.constant(value, tf.float32)
    if isinstance(value, int):
        return tf.constant(value, tf.int32)
    return tf.constant(value)


def plain(value):
    if isinstance(value, bytes):
        return value.decode()
    return [plain(item) for item in value] if hasattr(value, "tolist") and value.ndim else value


def scoring(name, example):
    """What T5's postprocessors hand to its metrics, where that is more than the target."""
    if name == "multirc":
        of = {key: example[key] for key in ("idx/paragraph", "idx/question", "idx/answer")}
        return {"group": str(postprocessors.multirc("True", of, is_target=True)["group"])}
    if name == "record":
        of = {key: example[key] for key in ("idx/passage", "idx/query", "answers")}
        found = postprocessors.record("", of, is_target=True)
        return {"group": "-".join(map(str, found["group"])), "references": [plain(a) for a in found["value"]]}
    if name in ("squad", "squad_closed_book"):
        return {"references": [plain(answer) for answer in postprocessors.qa("", example, is_target=True)]}
    return {}


def examples(name, steps, row):
    dataset = tf.data.Dataset.from_tensors(tensor(row))
    for step in steps:
        dataset = step(dataset)
    for example in dataset.as_numpy_iterator():
        yield {"inputs": plain(example["inputs"]), "targets": plain(example["targets"]), **scoring(name, example)}


def main():
    tasks = {}
    for name, (task, rows, rename) in TASKS.items():
        steps = preprocessors_of(task)
        made = [
            {"row": row, "examples": list(examples(name, steps, rename(row) if rename else row))}
            for row in rows
        ]
        tasks[name] = {"t5": task if isinstance(task, str) else "preprocessor", "rows": made}
    packages = ("t5", "seqio", "tensorflow", "tensorflow-text", "tensorflow-datasets")
    json.dump({
        "command": "python tools/oracles/t5_preprocessors.py",
        "versions": {"python": platform.python_version(), **{name: metadata.version(name) for name in packages}},
        "tasks": tasks,
    }, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
