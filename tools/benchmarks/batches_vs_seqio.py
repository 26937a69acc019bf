#!/usr/bin/env python3
"""Times packed batches of ext5 beside SeqIO's, interleaved: same rows, texts, vocabulary, lengths.

    cargo build --release -p ext5-mix --example batches_from_text
    python tools/benchmarks/batches_vs_seqio.py target/release/examples/batches_from_text DATA_ROOT

Needs seqio and tensorflow-text, see tools/oracles/README.md, and a data root with the folders sst2,
nq_open and e2e_nlg (train.jsonl each) and vocab/spiece.model. Four things are timed, each in a
process of its own, with one thread and with the default number:

    ext5, from text      the token store is built from JSON lines, then come the batches
    ext5, warm store     the store is there
    SeqIO, from text     rows come from TFRecords of tf.Example, SeqIO's own form, written before
    SeqIO, cached        token ids come from TFRecords, as SeqIO's cached tasks have them

The clock starts when libraries are loaded and stops at the last batch. SeqIO's cache is written
before and not timed; ext5's store is, in the first line. Tokens are real ones, padding left out.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

TASKS = ("sst2", "nq_open", "e2e_nlg")
LENGTHS = {"inputs": 512, "targets": 128}
ROWS = 32

RECIPE = """\
name = "benchmark"
seed = 1
vocabulary = "vocab/spiece.model"
[data]
root = {root}
tasks = [{tasks}]
cache = {cache}
[mixture]
tasks = {names}
r = 0.0
[batch]
rows = {rows}
inputs = {inputs}
targets = {targets}
"""


def text_of(task, row):
    """What the task files make of a row."""
    if task == "sst2":
        return "sst2 sentence: " + row["sentence"], ("negative", "positive")[int(row["label"])]
    if task == "nq_open":
        return "nq question: " + row["question"], row["answer"][0]
    return "e2e_nlg: " + row["mr"], row["ref"]


def rows_of(root, task):
    with open(root / task / "train.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write_records(root, folder):
    """Rows, and token ids with end of sequence, as TFRecords."""
    import seqio
    import tensorflow as tf

    vocabulary = seqio.SentencePieceVocabulary(str(root / "vocab/spiece.model"), extra_ids=100)

    def feature(value):
        if isinstance(value, int):
            return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
        if isinstance(value, list) and value and isinstance(value[0], int):
            return tf.train.Feature(int64_list=tf.train.Int64List(value=value))
        texts = [text.encode() for text in (value if isinstance(value, list) else [value])]
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=texts))

    def write(path, row):
        features = {name: feature(value) for name, value in row.items()}
        path.write(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())

    counts = {}
    for task in TASKS:
        rows = rows_of(root, task)
        counts[task] = len(rows)
        text = tf.io.TFRecordWriter(str(folder / f"{task}.text"))
        ids = tf.io.TFRecordWriter(str(folder / f"{task}.ids"))
        with text, ids:
            for row in rows:
                columns = {"sst2": ("sentence", "label"), "nq_open": ("question", "answer"), "e2e_nlg": ("mr", "ref")}
                write(text, {name: row[name] for name in columns[task]})
                made = [vocabulary.encode(part) + [1] for part in text_of(task, row)]
                write(ids, dict(zip(("inputs", "targets"), made)))
    (folder / "counts.json").write_text(json.dumps(counts))


def seqio_mixture(root, folder, cached):
    import seqio
    import tensorflow as tf

    counts = json.loads((folder / "counts.json").read_text())
    vocabulary = seqio.SentencePieceVocabulary(str(root / "vocab/spiece.model"), extra_ids=100)
    features = {name: seqio.Feature(vocabulary, add_eos=True) for name in ("inputs", "targets")}
    one = tf.io.FixedLenFeature([], tf.string)
    many = tf.io.FixedLenSequenceFeature([], tf.string, allow_missing=True)
    columns = {
        "sst2": {"sentence": one, "label": one},
        "nq_open": {"question": one, "answer": many},
        "e2e_nlg": {"mr": one, "ref": one},
    }

    @seqio.map_over_dataset
    def sst2(row):
        label = tf.strings.to_number(row["label"], tf.int32)
        word = tf.gather(tf.constant(["negative", "positive"]), label)
        return {"inputs": tf.strings.join(["sst2 sentence: ", row["sentence"]]), "targets": word}

    @seqio.map_over_dataset
    def nq_open(row):
        return {"inputs": tf.strings.join(["nq question: ", row["question"]]), "targets": row["answer"][0]}

    @seqio.map_over_dataset
    def e2e_nlg(row):
        return {"inputs": tf.strings.join(["e2e_nlg: ", row["mr"]]), "targets": row["ref"]}

    ids = tf.io.FixedLenSequenceFeature([], tf.int64, allow_missing=True)
    to_text = {"sst2": sst2, "nq_open": nq_open, "e2e_nlg": e2e_nlg}
    for task in TASKS:
        source = seqio.TFExampleDataSource(
            {"train": str(folder / f"{task}.{'ids' if cached else 'text'}")},
            {"inputs": ids, "targets": ids} if cached else columns[task],
            num_input_examples={"train": counts[task]})
        if cached:
            cast = seqio.map_over_dataset(lambda row: {name: tf.cast(row[name], tf.int32) for name in row})
            steps = [cast]
        else:
            steps = [to_text[task], seqio.preprocessors.tokenize, seqio.preprocessors.append_eos_after_trim]
        seqio.TaskRegistry.add(task, source=source, preprocessors=steps, output_features=features)
    seqio.MixtureRegistry.add("all", [(task, float(counts[task])) for task in TASKS])
    return "all"


def seqio_run(root, folder, threads, cached, batches):
    import seqio
    import tensorflow as tf
    from absl import logging

    logging.set_verbosity(logging.ERROR)
    if threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    mixture = seqio_mixture(root, folder, cached)
    start = time.perf_counter()
    dataset = seqio.get_dataset(
        mixture, LENGTHS, dataset_split="train", shuffle=True, num_epochs=None, seed=1,
        feature_converter=seqio.EncDecFeatureConverter(pack=True)).batch(ROWS, drop_remainder=True)
    if threads:
        options = tf.data.Options()
        options.threading.private_threadpool_size = threads
        options.threading.max_intra_op_parallelism = threads
        options.autotune.enabled = False
        dataset = dataset.with_options(options)
    first = tokens = slots = examples = 0
    for number, batch in enumerate(dataset.prefetch(2).take(batches).as_numpy_iterator()):
        if number == 0:
            first = time.perf_counter() - start
        for side in ("encoder_segment_ids", "decoder_segment_ids"):
            tokens += int((batch[side] > 0).sum())
            slots += batch[side].size
        examples += int(batch["encoder_segment_ids"].max(axis=1).sum())
    print(json.dumps({
        "ready_seconds": 0.0, "first_seconds": first, "seconds": time.perf_counter() - start,
        "batches": batches, "tokens": tokens, "slots": slots, "examples": examples,
    }))


def child(command, threads):
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
    if threads:
        environment["RAYON_NUM_THREADS"] = str(threads)
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def compare(program, root, tasks, batches, rounds):
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        write = [sys.executable, __file__, program, str(root), "--write", str(scratch)]
        if subprocess.run(write, capture_output=True).returncode != 0:
            sys.exit(f"could not write TFRecords: run {' '.join(write)}")
        recipe = scratch / "recipe.toml"

        def ext5(threads, cache):
            recipe.write_text(RECIPE.format(
                root=json.dumps(str(root)), tasks=json.dumps(str(tasks)), cache=json.dumps(str(cache)),
                names=json.dumps(list(TASKS)), rows=ROWS, **LENGTHS))
            return child([program, str(recipe), str(batches)], threads)

        def seqio(threads, cached):
            command = [sys.executable, __file__, program, str(root), "--seqio", str(scratch),
                       "--threads", str(threads or 0), "--batches", str(batches)]
            return child(command + ["--cached"] * cached, threads)

        runs = {}
        for number in range(rounds):
            for threads in (1, None):
                cache = scratch / f"cache-{number}-{threads}"
                for name, run in (
                    ("ext5, from text", lambda: ext5(threads, cache)),
                    ("SeqIO, from text", lambda: seqio(threads, False)),
                    ("ext5, warm store", lambda: ext5(threads, cache)),
                    ("SeqIO, cached", lambda: seqio(threads, True)),
                ):
                    runs.setdefault((threads, name), []).append(run())
        return runs


def report(runs, batches, rounds):
    versions = {name: metadata.version(name) for name in ("seqio", "tensorflow", "tensorflow-text")}
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
          + ", ".join(f"{name} {version}" for name, version in versions.items()))
    print(f"{batches} batches of {ROWS} rows, {LENGTHS['inputs']} + {LENGTHS['targets']} tokens; medians of "
          f"{rounds} interleaved runs\n")
    print("| threads | what | tokens/s | first batch, s | all, s | tokens | fill |")
    print("|---|---|---:|---:|---:|---:|---:|")
    speeds = {}
    for (threads, name), found in runs.items():
        median = lambda of: statistics.median(of(run) for run in found)
        whole = lambda run: run["ready_seconds"] + run["seconds"]
        speed = speeds[threads, name] = median(lambda run: run["tokens"] / whole(run))
        first = median(lambda run: run["ready_seconds"] + run["first_seconds"])
        print(f"| {threads or 'default'} | {name} | {speed:,.0f} | {first:.3f} | {median(whole):.3f} | "
              f"{found[0]['tokens']:,} | {100 * found[0]['tokens'] / found[0]['slots']:.1f} % |")
    print()
    for threads in (1, None):
        for ours, theirs in (("ext5, from text", "SeqIO, from text"), ("ext5, warm store", "SeqIO, cached")):
            ratio = speeds[threads, ours] / speeds[threads, theirs]
            print(f"- {ours} against {theirs}, {threads or 'default'} thread(s): {ratio:.1f} times the tokens/s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the built example batches_from_text")
    parser.add_argument("root", type=Path, help="the data root")
    parser.add_argument("--tasks", type=Path, default=Path(__file__).parents[2] / "tests/realdata_tasks")
    parser.add_argument("--batches", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seqio", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--cached", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    if arguments.write:
        write_records(root, arguments.write)
    elif arguments.seqio:
        seqio_run(root, arguments.seqio, arguments.threads, arguments.cached, arguments.batches)
    else:
        runs = compare(arguments.program, root, arguments.tasks.resolve(), arguments.batches, arguments.rounds)
        report(runs, arguments.batches, arguments.rounds)


if __name__ == "__main__":
    main()
