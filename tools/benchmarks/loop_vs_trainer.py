#!/usr/bin/env python3
"""Times the whole training loop of ext5 beside transformers' Trainer, interleaved: useful tokens a second.

    cargo build --release
    python tools/benchmarks/loop_vs_trainer.py target/release/ext5 DATA_ROOT [--rounds 3]

Needs torch, transformers, accelerate and pyarrow, and a data root with sst2, nq_open, e2e_nlg and
vocab/spiece.model. Both sides train the same T5 1.1 (the shape of --shape) in f32 with Adafactor at a
fixed rate, dropout 0.1, on the same tokenised examples: those that `ext5 mix export` writes are the
Trainer's data set, and ext5 packs them itself. The Trainer pads to the longest of a batch, which has as
many examples as ext5's rows hold on average, in random order and grouped by length, its OpenMP threads
spinning and sleeping: the best of the four is the one to quote.

Tokens are real ones of encoder and decoder, padding left out. The clock runs over all that a loop does
once it is warm, waiting for data included; starting, building the token store and saving are left out.
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
SHAPES = {
    # d_model, d_kv, d_ff, layers in each stack, heads, rows, inputs, targets
    "tiny": (64, 16, 128, 2, 4, 8, 128, 32),
    "mini": (256, 64, 512, 4, 4, 16, 256, 64),
    "small": (512, 64, 1024, 8, 6, 8, 256, 64),
}
VOCABULARY = 32_128
RATE = 1e-3
DROPOUT = 0.1

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
[model.config]
vocab_size = {vocabulary}
d_model = {d_model}
d_kv = {d_kv}
d_ff = {d_ff}
num_layers = {layers}
num_decoder_layers = {layers}
num_heads = {heads}
[loss]
z_loss = 0.0
dropout = {dropout}
[optimizer]
name = "adafactor_hugging_face"
relative_step = false
scale_parameter = false
[schedule]
base = {rate}
factors = ["constant"]
[train]
steps = {steps}
log_every = 1
threads = {threads}
[evaluation]
every = 0
[checkpoints]
every_minutes = 0.0
"""


def recipe(folder, arguments):
    keys = ("d_model", "d_kv", "d_ff", "layers", "heads", "rows", "inputs", "targets")
    text = RECIPE.format(
        root=json.dumps(str(arguments.data_root.resolve())),
        tasks=json.dumps(str(arguments.tasks.resolve())), cache=json.dumps(str(folder / "cache")),
        names=json.dumps(TASKS), vocabulary=VOCABULARY, dropout=DROPOUT, rate=RATE,
        steps=arguments.warm_up + arguments.steps, threads=arguments.threads,
        **dict(zip(keys, SHAPES[arguments.shape])),
    )
    path = folder / "recipe.toml"
    path.write_text(text)
    return path


def ext5(arguments, path, out):
    """Useful tokens a second of the steps after the warm-up, share of waiting, examples a step."""
    command = [arguments.binary, "pretrain", path, "--out", out]
    subprocess.run(command, check=True, capture_output=True)
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    seconds = [line["seconds"] for line in lines]
    spans = [after - before for before, after in zip([0.0, *seconds], seconds)]
    warm = list(zip(lines, spans))[arguments.warm_up:]
    tokens = sum(line["tokens_per_second"] * span for line, span in warm)
    waited = sum(line["waiting"] * span for line, span in warm)
    whole = sum(span for _, span in warm)
    examples = sum(entry["examples"] for line, _ in warm for entry in line["entries"].values())
    return {"rate": tokens / whole, "waiting": waited / whole, "step": whole / len(warm),
            "examples": examples / len(warm)}


def trainer(options):
    """The same of transformers' Trainer, in this process."""
    import pyarrow.parquet as pq
    import torch
    from transformers import (Seq2SeqTrainer, Seq2SeqTrainingArguments, T5Config,
                              T5ForConditionalGeneration, TrainerCallback)

    torch.set_num_threads(options["threads"])
    torch.manual_seed(0)
    d_model, d_kv, d_ff, layers, heads, *_ = SHAPES[options["shape"]]
    config = T5Config(
        vocab_size=VOCABULARY, d_model=d_model, d_kv=d_kv, d_ff=d_ff, num_layers=layers,
        num_decoder_layers=layers, num_heads=heads, feed_forward_proj="gated-gelu",
        tie_word_embeddings=False, dropout_rate=DROPOUT, decoder_start_token_id=0,
    )
    model = T5ForConditionalGeneration(config)
    # transformers 5 ties every head that it makes; T5 1.1 has one of its own.
    model.lm_head.weight = torch.nn.Parameter(torch.randn_like(model.lm_head.weight))
    rows = pq.read_table(options["examples"], columns=["inputs_ids", "targets_ids"]).to_pylist()
    examples = [{"input_ids": row["inputs_ids"], "labels": row["targets_ids"]} for row in rows]

    def collate(batch):
        def padded(key, value):
            longest = max(len(example[key]) for example in batch)
            return torch.tensor([example[key] + [value] * (longest - len(example[key]))
                                 for example in batch])
        ids, labels = padded("input_ids", 0), padded("labels", -100)
        return {"input_ids": ids, "attention_mask": (ids != 0).long(), "labels": labels}

    counted = {"tokens": 0, "start": None, "seconds": None}

    class Counting(Seq2SeqTrainer):
        def training_step(self, model, inputs, *rest):
            if counted["start"] is not None:
                counted["tokens"] += int(inputs["attention_mask"].sum())
                counted["tokens"] += int((inputs["labels"] != -100).sum())
            return super().training_step(model, inputs, *rest)

    class Clock(TrainerCallback):
        def on_step_end(self, arguments, state, control, **_):
            if state.global_step == options["warm_up"]:
                counted["start"] = time.perf_counter()
            if state.global_step == state.max_steps:
                counted["seconds"] = time.perf_counter() - counted["start"]

    with tempfile.TemporaryDirectory() as folder:
        settings = Seq2SeqTrainingArguments(
            output_dir=folder, use_cpu=True, per_device_train_batch_size=options["batch"],
            max_steps=options["warm_up"] + options["steps"], optim="adafactor", learning_rate=RATE,
            lr_scheduler_type="constant", max_grad_norm=0.0, save_strategy="no", report_to=[],
            logging_steps=10_000, disable_tqdm=True, seed=1,
            train_sampling_strategy=options["sampling"], dataloader_num_workers=0,
        )
        Counting(model=model, args=settings, train_dataset=examples, data_collator=collate,
                 callbacks=[Clock()]).train()
    return {"rate": counted["tokens"] / counted["seconds"],
            "step": counted["seconds"] / options["steps"]}


def trainer_apart(options, policy):
    command = [sys.executable, __file__, "--trainer", json.dumps(options)]
    environment = {**os.environ, "OMP_WAIT_POLICY": policy}
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)
    return json.loads(output.stdout.splitlines()[-1])


def main():
    if sys.argv[1:2] == ["--trainer"]:
        print(json.dumps(trainer(json.loads(sys.argv[2]))))
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=Path, help="ext5, in release")
    parser.add_argument("data_root", type=Path)
    parser.add_argument("--tasks", type=Path, default=Path("tests/realdata_tasks"))
    parser.add_argument("--shape", choices=SHAPES, default="mini")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=30, help="counted steps a round")
    parser.add_argument("--warm-up", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    arguments.binary = arguments.binary.resolve()

    found = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        path = recipe(folder, arguments)
        # Builds the token store, and says how many examples the rows of a batch hold.
        batch = round(ext5(arguments, path, folder / "first")["examples"])
        examples = batch * (arguments.warm_up + arguments.steps + 1)
        subprocess.run([arguments.binary, "mix", "export", path, "--examples", str(examples),
                        "--out", folder / "examples", "--format", "parquet"],
                       check=True, capture_output=True)
        options = {"threads": arguments.threads, "shape": arguments.shape, "batch": batch,
                   "steps": arguments.steps, "warm_up": arguments.warm_up,
                   "examples": str(folder / "examples/data")}
        for number in range(arguments.rounds):
            ours = ext5(arguments, path, folder / f"run-{number}")
            found.setdefault("ext5", []).append(ours)
            for sampling in ("random", "group_by_length"):
                for policy in ("ACTIVE", "PASSIVE"):
                    theirs = trainer_apart({**options, "sampling": sampling}, policy)
                    found.setdefault(f"Trainer {sampling} {policy}", []).append(theirs)

    versions = {package: metadata.version(package)
                for package in ("torch", "transformers", "accelerate")}
    print(f"{versions}, Python {platform.python_version()}, {arguments.threads} threads, "
          f"shape {arguments.shape} {SHAPES[arguments.shape]}, {batch} examples a batch")
    medians = {}
    for system, runs in found.items():
        rates = sorted(run["rate"] for run in runs)
        medians[system] = statistics.median(rates)
        step = statistics.median(run["step"] for run in runs)
        print(f"{system:32}  median {medians[system]:8,.0f} useful tokens/s, "
              f"{rates[0]:,.0f} to {rates[-1]:,.0f}, {step:.3f} s a step")
    waiting = max(run["waiting"] for run in found["ext5"])
    ours = medians.pop("ext5")
    print(f"ext5 / best Trainer: {ours / max(medians.values()):.2f}; "
          f"ext5 waited for data {waiting:.2%} of the time at most")


if __name__ == "__main__":
    main()
