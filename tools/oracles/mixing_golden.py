#!/usr/bin/env python3
"""Rates of nested mixtures, as seqio gives them.

    python tools/oracles/mixing_golden.py > crates/mix/tests/golden/mixing.json

Needs seqio. Records its version in the output.
"""

import importlib.metadata
import json
import sys

import seqio
import tensorflow as tf


def task(name, examples):
    splits = {"train": examples}
    source = seqio.FunctionDataSource(
        dataset_fn=lambda split, shuffle_files, seed=None: tf.data.Dataset.range(examples),
        splits=["train"],
        num_input_examples=splits,
    )
    seqio.TaskRegistry.add(
        name,
        source=source,
        preprocessors=[],
        output_features={"targets": seqio.Feature(seqio.PassThroughVocabulary(10))},
    )


SIZES = {"a": 3, "b": 100, "c": 40, "d": 1000, "e": 7}
for name, size in SIZES.items():
    task(name, size)


def by_size(maximum=None, temperature=1.0, scale=1.0):
    def rate(task):
        examples = SIZES[task.name] * scale
        if maximum:
            examples = min(examples, maximum)
        return examples ** (1.0 / temperature)

    return rate


ADD = seqio.MixtureRegistry.add
ADD("inner", [("a", by_size()), ("b", by_size(50)), ("c", by_size())])
ADD("level", [("d", by_size(temperature=2.0)), ("e", by_size(temperature=2.0))])
ADD("middle", [("inner", 3.0), ("level", 5.0), ("c", by_size(25))])
ADD("whole", [("middle", 40.0), ("inner", 2.0), ("b", by_size(30)), ("e", 0.0)])

rates = {}
for name in ["inner", "level", "middle", "whole"]:
    mixture = seqio.MixtureRegistry.get(name)
    rates[name] = {task.name: mixture.get_rate(task) for task in mixture.tasks}

json.dump(
    {"versions": {"seqio": importlib.metadata.version("seqio")}, "sizes": SIZES, "rates": rates},
    sys.stdout,
    indent=1,
    sort_keys=True,
)
print()
