#!/usr/bin/env python3
"""Golden values for crates/train: twenty updates of every optimiser, and schedules.

    python tools/oracles/optimizers_golden.py > crates/train/tests/golden/optimizers.json

T5X's Adafactor and nanoT5's AdamW are written here in numpy from their published rules (T5X is not
on PyPI); transformers' Adafactor and torch's AdamW are the classes themselves. All compute in
float64. Values and gradients are made by the integer hash of hashed.py, which the test repeats, and are
exact in float32. Of each result the file holds evenly spread elements and the norm of them all; and,
for comparison, how far the same class in float32 is from float64.
"""

import json
import math
import platform

import numpy as np
import torch
import transformers
from hashed import draw
from transformers.optimization import Adafactor

STEPS = 20
SAMPLE = 48
SHAPES = [[128, 128], [127, 129], [128, 129], [129, 128], [127, 128], [300, 40], [150, 260],
          [32, 6], [1, 200], [128], [77], [1]]


def rms(x):
    return math.sqrt(float(np.mean(x * x)))


def t5x(p, gradients, rate, weight_decay):
    v = row = column = None
    factored = p.ndim == 2 and min(p.shape) >= 128
    for s, g in enumerate(gradients):
        beta = 1.0 - (s + 1.0) ** -0.8
        q = g * g + 1e-30
        if factored:
            row = beta * (0 if row is None else row) + (1 - beta) * q.mean(1)
            column = beta * (0 if column is None else column) + (1 - beta) * q.mean(0)
            y = g * (row / row.mean())[:, None] ** -0.5 * column[None, :] ** -0.5
        else:
            v = beta * (0 if v is None else v) + (1 - beta) * q
            y = g * v**-0.5
        y = y / max(1.0, rms(y))
        p = (1 - weight_decay) * p - rate * max(rms(p), 1e-3) * y
    return p


def nano_t5(p, gradients, rate, weight_decay):
    m, v = np.zeros_like(p), np.zeros_like(p)
    for t, g in enumerate(gradients, 1):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        step = rate * math.sqrt(1 - 0.999**t) / (1 - 0.9**t) * max(1e-3, rms(p))
        p = p - step * m / (np.sqrt(v) + 1e-6)
        p = p - rate * weight_decay * p
    return p


def run_class(make, dtype):
    def run(p, gradients):
        p = torch.nn.Parameter(torch.tensor(p, dtype=dtype))
        optimizer = make([p])
        for g in gradients:
            p.grad = torch.tensor(g, dtype=dtype)
            optimizer.step()
        return p.detach().double().numpy()
    return run


def hugging_face(**settings):
    return lambda p: Adafactor(p, **settings)


def adamw(p):
    return torch.optim.AdamW(p, lr=0.003, weight_decay=0.05)


CLASSES = {
    "adafactor_hugging_face": hugging_face(),
    "adafactor_hugging_face, warmup_init": hugging_face(warmup_init=True),
    "adafactor_hugging_face, rate and decay": hugging_face(
        lr=0.01, relative_step=False, weight_decay=0.1),
    "adafactor_hugging_face, no scale": hugging_face(
        lr=0.001, relative_step=False, scale_parameter=False),
    "adamw": adamw,
}
RULES = {name: run_class(make, torch.float64) for name, make in CLASSES.items()}
RULES["adafactor"] = lambda p, g: t5x(p, g, 0.01, 0.0)
RULES["adafactor, decay"] = lambda p, g: t5x(p, g, 0.01, 0.001)
RULES["adamw_scale"] = lambda p, g: nano_t5(p, g, 0.02, 0.0)
RULES["adamw_scale, decay"] = lambda p, g: nano_t5(p, g, 0.02, 0.1)


def ratio(found, expected):
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def cases():
    for name, run in RULES.items():
        worst = 0.0
        for number, shape in enumerate(SHAPES):
            first = draw(1000 + number, shape)
            gradients = [draw(31 * number + 7 * step + 1, shape) for step in range(STEPS)]
            last = run(first, gradients)
            if name in CLASSES:
                narrow = run_class(CLASSES[name], torch.float32)(first, gradients)
                worst = max(worst, ratio(narrow, last))
            flat = last.reshape(-1)
            stride = max(1, flat.size // SAMPLE)
            yield {"rule": name, "number": number, "shape": shape, "norm": float(np.linalg.norm(flat)),
                   "stride": stride, "values": flat[::stride].tolist()}
        if worst:
            FLOAT32[name] = worst


FLOAT32 = {}


def rate(step, base, factors, warmup, decay, minimum):
    """T5X's create_learning_rate_scheduler; its linear decay without the base and warm-up in it."""
    result = 1.0
    for name in factors:
        progress = max(0.0, (step - warmup) / float(decay)) if decay else None
        result *= {
            "constant": lambda: base,
            "linear_warmup": lambda: min(1.0, step / max(warmup, 1)),
            "rsqrt_decay": lambda: 1 / math.sqrt(max(step, warmup, 1)),
            "cosine_decay": lambda: max(0.0, 0.5 * (1.0 + math.cos(math.pi * (progress % 1.0)))),
            "linear_decay": lambda: max(0.0, min(1.0, 1.0 + (warmup - step) / decay)),
        }[name]()
    return max(result, minimum)


def schedules():
    steps = [0, 1, 7, 99, 100, 101, 550, 999, 1000, 1099, 1100, 1101, 5000, 10_000, 65_536, 1_000_000]
    for base, factors, warmup, decay, minimum in [
        (1.0, ["constant", "rsqrt_decay"], 10_000, None, 0.0),
        (0.001, ["constant"], 10_000, None, 0.0),
        (0.5, ["constant", "linear_warmup", "rsqrt_decay"], 100, None, 0.0),
        (0.02, ["constant", "linear_warmup", "cosine_decay"], 100, 1000, 1e-5),
        (0.003, ["constant", "linear_warmup", "linear_decay"], 100, 1000, 0.0),
        (0.003, ["constant", "linear_decay"], 0, 5000, 1e-4),
    ]:
        yield {"base": base, "factors": factors, "warmup_steps": warmup, "decay_steps": decay,
               "minimum": minimum,
               "rates": [[s, rate(s, base, factors, warmup, decay, minimum)] for s in steps]}


found = list(cases())
print(json.dumps({
    "command": "python tools/oracles/optimizers_golden.py > crates/train/tests/golden/optimizers.json",
    "versions": {"python": platform.python_version(), "numpy": np.__version__,
                 "torch": torch.__version__, "transformers": transformers.__version__},
    "steps": STEPS, "worst_ratio_in_float32": FLOAT32, "cases": found, "schedules": list(schedules()),
}).replace('{"rule"', '\n{"rule"').replace('{"base"', '\n{"base"'))
