#!/usr/bin/env python3
"""What transformers generates by beam search with the tiny T5s of t5_golden.py, for crates/model.

    python tools/oracles/beam_golden.py crates/model/tests/golden

Reads DIR/gated_untied and DIR/relu_tied and writes DIR/beams.json: prompts and, for each of the
settings below, the output for each prompt. Random weights hardly ever end an output, so the head's
row for the end of sequence is first replaced by 7/8 of the row of a token that is written often; the
test does the same.
"""

import json
import platform
import sys
from pathlib import Path

import torch
import transformers
from transformers import T5ForConditionalGeneration

PROMPTS = 200
MAX_NEW = 14
SHARE = 0.875
SETTINGS = [
    {"num_beams": 1},
    {"num_beams": 2, "length_penalty": 1.0},
    {"num_beams": 4, "length_penalty": 1.0},
    {"num_beams": 4, "length_penalty": 0.0},
    {"num_beams": 7, "length_penalty": 2.5},
    {"num_beams": 3, "length_penalty": 1.0, "no_repeat_ngram_size": 2},
    {"num_beams": 3, "length_penalty": 0.6, "repetition_penalty": 1.5, "min_new_tokens": 5},
    {"num_beams": 1, "no_repeat_ngram_size": 1, "repetition_penalty": 1.3},
]


def often_written(model):
    counts = torch.zeros(model.config.vocab_size, dtype=torch.int64)
    for token in range(2, model.config.vocab_size):
        ids = model.generate(input_ids=torch.tensor([[token, 1]]), max_new_tokens=MAX_NEW)[0, 1:]
        counts += torch.bincount(ids, minlength=len(counts))
    return counts.argmax().item()


def generate(folder):
    model = T5ForConditionalGeneration.from_pretrained(folder, attn_implementation="eager").eval()
    generator = torch.Generator().manual_seed(7)
    vocabulary = model.config.vocab_size
    often = often_written(model)
    with torch.no_grad():
        model.lm_head.weight[1] = SHARE * model.lm_head.weight[often]
    prompts = []
    for number in range(PROMPTS):
        length = 1 + number % 17
        prompts.append(torch.randint(2, vocabulary, (length,), generator=generator).tolist() + [1])
    outputs = []
    for setting in SETTINGS:
        found = []
        for prompt in prompts:
            ids = model.generate(
                input_ids=torch.tensor([prompt]), max_new_tokens=MAX_NEW, do_sample=False,
                early_stopping=False, **setting)[0, 1:].tolist()
            end = ids.index(1) + 1 if 1 in ids else len(ids)
            found.append(ids[:end])
        outputs.append({"setting": setting, "outputs": found})
        ended = sum(output[-1] == 1 for output in found)
        print(f"{folder.name} {setting}: {ended} of {PROMPTS} end before {MAX_NEW} tokens are written")
    return {"often": often, "prompts": prompts, "settings": outputs}


def main(folder):
    torch.set_num_threads(1)
    result = {
        "command": "python tools/oracles/beam_golden.py crates/model/tests/golden",
        "python": platform.python_version(), "torch": torch.__version__,
        "transformers": transformers.__version__, "max_new": MAX_NEW,
        "models": {name: generate(folder / name) for name in ("gated_untied", "relu_tied")},
    }
    (folder / "beams.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
