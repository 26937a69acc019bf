#!/usr/bin/env python3
"""What Hugging Face transformers computes for tiny T5s, for the tests of crates/model.

    python tools/oracles/t5_golden.py write crates/model/tests/golden
    python tools/oracles/t5_golden.py verify DIR

`write` makes one folder for each model below: config.json and model.safetensors as transformers
saves them, and expected.safetensors with inputs, logits, the summed loss, the gradient of every
parameter, greedy generations and log-probabilities of options; versions go to versions.json.

`verify` loads DIR with transformers and compares its logits and the gradient of every parameter
with those in DIR/probe.safetensors, as norms of differences over norms; the test `exports_load`
writes that file where EXT5_ORACLE_PYTHON names a Python that has transformers.
"""

import json
import platform
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import T5Config, T5ForConditionalGeneration

SHAPES = {
    "gated_untied": dict(feed_forward_proj="gated-gelu", tie_word_embeddings=False),
    "relu_tied": dict(feed_forward_proj="relu", tie_word_embeddings=True),
}
# The second model is smaller, and has stacks of unequal depth.
SIZES = {
    "gated_untied": dict(d_model=16, d_kv=8, d_ff=24, num_heads=3, num_layers=2,
                         num_decoder_layers=2, vocab_size=128),
    "relu_tied": dict(d_model=16, d_kv=8, d_ff=24, num_heads=2, num_layers=2,
                      num_decoder_layers=1, vocab_size=96),
}
# One question reaches past distance 128 in both stacks, so that every bucket is used.
INPUT_LENGTHS = [150, 9, 37]
TARGET_LENGTHS = [140, 5, 21]


def model_of(name):
    torch.manual_seed(20)
    config = T5Config(
        **SIZES[name], **SHAPES[name], dropout_rate=0.0, decoder_start_token_id=0, eos_token_id=1,
        pad_token_id=0, attn_implementation="eager",
    )
    model = T5ForConditionalGeneration(config).eval()
    tied = SHAPES[name]["tie_word_embeddings"]
    if not tied:
        # transformers 5 ties every head that it makes; loading a file with a head of its own
        # unties it.
        model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            # Larger than first weights, so that nothing is near zero by chance, but queries such
            # that attention is not so sharp that rounding errors grow.
            deviation = {"relative_attention_bias": 1.0, "layer_norm": 0.2, ".q.": 0.1}
            found = [value for part, value in deviation.items() if part in key]
            spread = found[0] if found else 1.5 * parameter.shape[-1] ** -0.5
            if "shared" in key or "embed_tokens" in key:
                spread = 1.0
            parameter.normal_(0.0, spread)
            if "layer_norm" in key:
                parameter.add_(1.0)
    return model


def padded(rows):
    width = max(map(len, rows))
    ids = torch.zeros(len(rows), width, dtype=torch.int64)
    for row, line in zip(rows, ids):
        line[: len(row)] = torch.tensor(row)
    return ids


def draw(lengths, vocabulary, seed):
    generator = torch.Generator().manual_seed(seed)
    rows = [torch.randint(2, vocabulary, (length - 1,), generator=generator).tolist() + [1]
            for length in lengths]
    return rows


def expected(model):
    vocabulary = model.config.vocab_size
    inputs, targets = (draw(lengths, vocabulary, seed)
                       for lengths, seed in [(INPUT_LENGTHS, 1), (TARGET_LENGTHS, 2)])
    encoder_ids, labels = padded(inputs), padded(targets)
    mask = (encoder_ids != 0).long()
    decoder_inputs = torch.cat([torch.zeros(len(targets), 1, dtype=torch.int64), labels[:, :-1]], 1)
    real = labels != 0
    logits = model(input_ids=encoder_ids, attention_mask=mask, decoder_input_ids=decoder_inputs).logits
    losses = torch.nn.functional.cross_entropy(logits.transpose(1, 2), labels, reduction="none")
    log_z = torch.logsumexp(logits, -1)
    loss = ((losses + 1e-4 * log_z**2) * real).sum()
    loss.backward()
    tensors = {
        "encoder_ids": encoder_ids, "decoder_inputs": decoder_inputs, "decoder_targets": labels,
        "token_losses": losses * real, "loss": loss.reshape(1),
        # Some positions of each row; all of them would fill the repository.
        "logits": logits[:, [0, 4]].contiguous(),
    }
    for key, parameter in model.named_parameters():
        tensors[f"gradient {key}"] = parameter.grad
    with torch.no_grad():
        tensors["generated"] = model.generate(
            input_ids=encoder_ids, attention_mask=mask, max_new_tokens=12, do_sample=False,
            num_beams=1)[:, 1:].contiguous()
        options = padded(draw([3, 1, 6], vocabulary, 3))
        scores = []
        for ids in inputs:
            repeated = torch.tensor([ids] * len(options))
            shifted = torch.cat([torch.zeros(len(options), 1, dtype=torch.int64), options[:, :-1]], 1)
            found = model(input_ids=repeated, decoder_input_ids=shifted).logits.log_softmax(-1)
            found = found.gather(2, options[:, :, None])[:, :, 0]
            scores.append((found * (options != 0)).sum(1))
        tensors["options"], tensors["scores"] = options, torch.stack(scores)
    return {key: value.detach().to(torch.int32) if value.dtype == torch.int64 else value.detach()
            for key, value in tensors.items()}


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHAPES:
        model = model_of(name)
        out = folder / name
        model.save_pretrained(out)
        (out / "generation_config.json").unlink(missing_ok=True)
        save_file(expected(model), out / "expected.safetensors")
    versions = {"python": platform.python_version(), "torch": torch.__version__,
                "transformers": transformers.__version__,
                "command": "python tools/oracles/t5_golden.py write crates/model/tests/golden"}
    (folder / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")


def verify(folder):
    model, info = T5ForConditionalGeneration.from_pretrained(
        folder, output_loading_info=True, attn_implementation="eager")
    wrong = {key: value for key, value in info.items() if value}
    if wrong:
        sys.exit(f"transformers complains: {wrong}")
    probe = load_file(folder / "probe.safetensors")
    targets = probe["decoder_targets"].long()
    logits = model.eval()(
        input_ids=probe["encoder_ids"].long(), decoder_input_ids=probe["decoder_inputs"].long(),
    ).logits
    torch.nn.functional.cross_entropy(logits.transpose(1, 2), targets, reduction="sum").backward()
    error = lambda found, expected: ((found - expected).norm() / expected.norm()).item()
    of_logits = error(probe["logits"], logits.detach())
    of_gradients = {key: error(probe[f"gradient {key}"], parameter.grad)
                    for key, parameter in model.named_parameters()}
    worst = max(of_gradients, key=of_gradients.get)
    print(f"{folder.name}: logits {of_logits:.1e}, {len(of_gradients)} gradients "
          f"{of_gradients[worst]:.1e} at most ({worst})")
    if not (of_logits < 1e-4 and of_gradients[worst] < 1e-3):
        sys.exit("too much")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", folder]:
            write(Path(folder))
        case ["verify", folder]:
            verify(Path(folder))
        case _:
            sys.exit(__doc__)
