"""Golden values for objectives, rates and packed arrays, from the `t5` and `seqio` packages.

    python tools/oracles/span_corruption.py > crates/mix/tests/golden/t5.json

See tools/oracles/README.md for the environment. Random masks are not compared: their counts are,
which follow from the length, and what is made of a given mask.
"""

import json
import os
import platform
import sys
from importlib import metadata

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy
import seqio
import tensorflow as tf
from absl import logging
from t5.data import preprocessors

logging.set_verbosity(logging.ERROR)  # seqio says at every rate that nothing is cached

# density, mean span length, greatest length of a text
MASKS = [(0.15, 3.0, 1400), (0.15, 8.0, 400), (0.15, 64.0, 700), (0.5, 3.0, 300), (0.5, 64.0, 300),
         (0.25, 2.0, 300), (0.3, 5.5, 300), (0.05, 1.0, 300)]
HELPER = [(0.15, 3.0), (0.15, 8.0), (0.15, 32.0), (0.15, 64.0), (0.5, 3.0), (0.5, 8.0), (0.5, 32.0),
          (0.5, 64.0), (0.2, 2.0), (0.2, 1.0), (0.3, 5.5), (0.1, 2.5)]
INPUTS = [16, 17, 31, 64, 100, 114, 128, 200, 256, 333, 512, 568, 777, 1024, 2048, 4096]
SEEDS = tf.constant([[1, 2], [3, 4]])


def mask_counts(density, mean_span, greatest):
    """Noise tokens and noise spans of masks over 2, 3, … tokens."""

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32)])
    def counts(length):
        mask = preprocessors.random_spans_noise_mask(length, density, SEEDS, mean_span)
        mask = tf.cast(mask, tf.int32)
        return tf.reduce_sum(mask), mask[0] + tf.reduce_sum(tf.nn.relu(mask[1:] - mask[:-1]))

    pairs = [counts(length) for length in range(2, greatest + 1)]
    return {
        "density": density, "mean_span": mean_span, "first_length": 2,
        "noise": [int(noise) for noise, _ in pairs], "spans": [int(spans) for _, spans in pairs],
    }


def helper_lengths():
    for density, mean_span in HELPER:
        for inputs in INPUTS:
            yield inputs, density, mean_span, *preprocessors.random_spans_helper(
                inputs_length=inputs, noise_density=density, mean_noise_span_length=mean_span,
                extra_tokens_per_span_inputs=1, extra_tokens_per_span_targets=1)


class Vocabulary:
    """As much of one as the functions ask for."""

    vocab_size = 1000


def marked():
    """What the inputs and targets functions make of tokens under a mask."""
    functions = {
        "unique": (preprocessors.noise_span_to_unique_sentinel, preprocessors.nonnoise_span_to_unique_sentinel),
        "one": (preprocessors.noise_span_to_sentinel, preprocessors.nonnoise_span_to_sentinel),
        "token": (preprocessors.noise_token_to_sentinel, None),
        "drop": (preprocessors.drop_noise_tokens, preprocessors.drop_nonnoise_tokens),
    }
    random = numpy.random.RandomState(7)
    masks = [[True, True, False, False, True, False], [False, True], [True], [False], [True] * 5, [False] * 4]
    masks += [list(map(bool, random.randint(0, 2, length))) for length in (3, 8, 13, 40)]
    for mask in masks:
        tokens = [int(token) for token in random.randint(0, 900, len(mask))]
        case = {"tokens": tokens, "mask": mask}
        for name, (noise, clean) in functions.items():
            arguments = (tf.constant(tokens, tf.int32), tf.constant(mask), Vocabulary, SEEDS)
            case[name] = [noise(*arguments).numpy().tolist(), clean(*arguments).numpy().tolist() if clean else None]
        yield case


def split_counts():
    """Pieces of a text of so many tokens, for the greatest length of a piece."""
    for tokens in (1, 2, 25, 99, 100, 101, 568, 1137):
        for length in (1, 25, 30, 100, 568, 1000):
            dataset = tf.data.Dataset.from_tensors({"targets": tf.range(tokens)})
            pieces = preprocessors.split_tokens(dataset, max_tokens_per_segment=length)
            lengths = [len(piece["targets"]) for piece in pieces.as_numpy_iterator()]
            assert sum(lengths) == tokens and max(lengths) <= length
            yield tokens, length, len(lengths)


def task(name, examples):
    source = seqio.FunctionDataSource(
        dataset_fn=lambda split, shuffle_files, seed=None: None, splits=["train"],
        num_input_examples={"train": examples})
    feature = seqio.Feature(seqio.ByteVocabulary())
    return seqio.TaskRegistry.add(name, source=source, preprocessors=[], output_features={"targets": feature})


def rates():
    """examples, scale, cap (null: none), temperature, rate"""
    for number, examples in enumerate([1, 3, 250, 9_427, 299_999, 300_000, 300_001, 3_803_957]):
        size = task(f"size_{number}", examples)
        for scale in (1.0, 27.0, 0.25):
            for cap in (None, 50.5, 300_000):
                for temperature in (1.0, 2.0, 0.7, 8.0):
                    rate = seqio.mixing_rate_num_examples(
                        size, maximum=cap, scale=scale, temperature=temperature, fallback_to_num_input_examples=True)
                    yield examples, scale, cap, temperature, float(rate)


def nested():
    """Leaf rates of mixtures in mixtures; a group is {rate, tasks: {name: rate}, groups}."""
    tasks = {name: task(name, 1) for name in "abcde"}
    add = seqio.MixtureRegistry.add
    inner = add("inner", [("a", 3.0), ("b", 1.0)])
    middle = add("middle", [(inner, 10.0), ("b", 2.0), ("c", 8.0)])
    outer = add("outer", [(middle, 7.0), (inner, 0.5), ("d", 1.25), ("a", 0.25)])
    zero = add("zero", [(inner, 0.0), ("e", 2.0)])
    def group(name, rate, own, groups=()):
        return {"name": name, "rate": rate, "tasks": own, "groups": list(groups)}
    def inner_group(rate):
        return group("inner", rate, {"a": 3.0, "b": 1.0})
    groups = {
        "inner": inner_group(None),
        "middle": group("middle", None, {"b": 2.0, "c": 8.0}, [inner_group(10.0)]),
        "outer": group("outer", None, {"d": 1.25, "a": 0.25},
                       [group("middle", 7.0, {"b": 2.0, "c": 8.0}, [inner_group(10.0)]), inner_group(0.5)]),
        "zero": group("zero", None, {"e": 2.0}, [inner_group(0.0)]),
    }
    for mixture in (inner, middle, outer, zero):
        leaves = {leaf.name: float(mixture.get_rate(leaf)) for leaf in mixture.tasks}
        yield {"group": groups[mixture.name], "leaves": leaves}


def packed():
    """Rows that seqio's feature converter packs, with the examples in them."""
    cases = [
        (10, 7, [([7, 8, 5, 1], [3, 9, 1]), ([8, 4, 9, 3, 1], [4, 1])]),
        (9, 6, [([5, 6, 1], [2, 1]), ([9, 1], [7, 8, 1]), ([4, 4, 4, 1], [1])]),
        (6, 4, [([5, 1], [6, 7, 8, 1])]),
    ]
    arrays = {
        "encoder_ids": "encoder_input_tokens", "encoder_segments": "encoder_segment_ids",
        "decoder_inputs": "decoder_input_tokens", "decoder_targets": "decoder_target_tokens",
        "decoder_segments": "decoder_segment_ids", "loss_weights": "decoder_loss_weights",
    }
    feature = seqio.Feature(seqio.ByteVocabulary())
    for inputs, targets, examples in cases:
        dataset = tf.data.Dataset.from_generator(
            lambda examples=examples: ({"inputs": one, "targets": two} for one, two in examples),
            output_signature={name: tf.TensorSpec([None], tf.int32) for name in ("inputs", "targets")})
        converter = seqio.EncDecFeatureConverter(pack=True)
        rows = list(converter(dataset, {"inputs": inputs, "targets": targets}).as_numpy_iterator())
        assert len(rows) == 1, rows
        yield {
            "lengths": [inputs, targets], "examples": examples,
            "row": {ours: rows[0][theirs].tolist() for ours, theirs in arrays.items()},
        }


def main():
    packages = ("t5", "seqio", "tensorflow", "tensorflow-text", "numpy")
    json.dump({
        "command": "python tools/oracles/span_corruption.py",
        "versions": {"python": platform.python_version(), **{name: metadata.version(name) for name in packages}},
        "masks": [mask_counts(*case) for case in MASKS],
        "helper": list(helper_lengths()),
        "marked": list(marked()),
        "splits": list(split_counts()),
        "rates": list(rates()),
        "nested": list(nested()),
        "packed": list(packed()),
    }, sys.stdout)
    print()


if __name__ == "__main__":
    main()
