#!/usr/bin/env python3
"""Golden values for crates/train: loss curves of transformers' T5 over 200 steps.

    OMP_NUM_THREADS=2 python tools/oracles/curves_golden.py > crates/train/tests/golden/curves.json

A tiny T5 1.1 learns to write its inputs backwards. First weights and batches are made by the integer
hash of hashed.py, which the test repeats, and are exact in float32. The loss is the
cross-entropy and the z-loss summed over all targets of the batch and divided by their number, as the
training loop has it. Each curve is computed with one thread and with two; both are in the file, and
beside them how far a change of the first weights by a float32 rounding moves the curve. Rates are such
that it does not move far: at three times these, rounding alone moves the curves by up to 5e-2.
"""

import json
import platform

import torch
import transformers
from hashed import draw
from transformers import T5Config, T5ForConditionalGeneration
from transformers.optimization import Adafactor

STEPS, ROWS, LENGTH, VOCABULARY = 200, 8, 8, 24
SHAPE = dict(vocab_size=VOCABULARY, d_model=32, d_kv=8, d_ff=48, num_heads=4, num_layers=2,
             num_decoder_layers=2)


def first_model():
    model = T5ForConditionalGeneration(T5Config(
        **SHAPE, feed_forward_proj="gated-gelu", tie_word_embeddings=False, dropout_rate=0.0,
        decoder_start_token_id=0, eos_token_id=1, pad_token_id=0, attn_implementation="eager"))
    # transformers 5 ties every head that it makes; a file with a head of its own unties it.
    model.config.tie_word_embeddings = False
    model.config.scale_decoder_outputs = False
    model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    named = dict(model.named_parameters())
    with torch.no_grad():
        for number, name in enumerate(sorted(named)):
            parameter = named[name]
            if "layer_norm" in name:
                parameter.fill_(1.0)
                continue
            scale = 1.0 if name == "shared.weight" else 0.5
            parameter.copy_(torch.tensor(draw(number, list(parameter.shape))) * scale)
    return model, sorted(named)


def batch(step):
    """Ids from 2 on, an end of sequence, and the same ids backwards."""
    values = torch.tensor(draw(5000 + step, [ROWS * (LENGTH - 1), 1])).reshape(-1)
    # Undo the falling sizes: every fifth row of a column is of full size.
    powers = torch.arange(len(values)) % 5
    ids = ((values * 2.0**powers + 0.5) * (VOCABULARY - 2)).floor().long() + 2
    ids = ids.reshape(ROWS, LENGTH - 1)
    end = torch.ones(ROWS, 1, dtype=torch.int64)
    return torch.cat([ids, end], 1), torch.cat([ids.flip(1), end], 1)


def curve(make, warmup, rate, clip, threads, noise=0.0):
    torch.set_num_threads(threads)
    model, _ = first_model()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1 + noise * torch.randn(parameter.shape, generator=generator))
    optimizer = make(model.parameters())
    losses = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, step / warmup)
        inputs, labels = batch(step)
        shifted = torch.cat([torch.zeros(ROWS, 1, dtype=torch.int64), labels[:, :-1]], 1)
        logits = model(input_ids=inputs, decoder_input_ids=shifted).logits
        losses_of = torch.nn.functional.cross_entropy(
            logits.transpose(1, 2), labels, reduction="none")
        loss = (losses_of + 1e-4 * torch.logsumexp(logits, -1) ** 2).sum() / labels.numel()
        optimizer.zero_grad()
        loss.backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        losses.append(losses_of.double().mean().item())
    return losses


CURVES = {
    "adamw": (lambda p: torch.optim.AdamW(p, lr=1.0, weight_decay=0.01), 20, 0.001, 1.0),
    "adafactor_hugging_face": (
        lambda p: Adafactor(p, lr=1.0, relative_step=False), 20, 0.01, None),
}
curves = {}
for name, settings in CURVES.items():
    one, two = (curve(*settings, threads) for threads in (1, 2))
    rounded = curve(*settings, 2, noise=6e-8)
    spread, rounding = (max(abs(a - b) for a, b in zip(two, other)) for other in (one, rounded))
    curves[name] = {"one_thread": one, "two_threads": two, "spread": spread,
                    "spread_of_rounding": rounding}
print(json.dumps({
    "command": "OMP_NUM_THREADS=2 python tools/oracles/curves_golden.py > crates/train/tests/golden/curves.json",
    "versions": {"python": platform.python_version(), "torch": torch.__version__,
                 "transformers": transformers.__version__},
    "parameters": first_model()[1], "curves": curves,
}, indent=1).replace(",\n     ", ", "))
