#!/usr/bin/env python3
"""Times greedy decoding of ext5 beside transformers and CTranslate2, interleaved, on one model.

    cargo build --release -p ext5-model --example decode
    python tools/benchmarks/decoding.py target/release/examples/decode [--rounds 3]

Needs torch, transformers and ctranslate2. A T5 1.1 small with random weights decodes 64 tokens after
inputs of 128, in f32, end of sequence forbidden before; at batch 1 and 16, with one thread and two.
Each round runs all systems, each in a process of its own that does not count its first pass; medians
over all counted passes are compared. Outputs of ext5 and transformers must be the same tokens.
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

NEW, INPUTS = 64, 128


def make(folder):
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(0)
    config = T5Config(
        vocab_size=32_128, d_model=512, d_kv=64, d_ff=1024, num_layers=8, num_decoder_layers=8,
        num_heads=6, feed_forward_proj="gated-gelu", tie_word_embeddings=False,
        decoder_start_token_id=0,
    )
    model = T5ForConditionalGeneration(config)
    # transformers 5 ties every head that it makes; T5 1.1 has one of its own.
    model.lm_head.weight = torch.nn.Parameter(torch.randn_like(model.lm_head.weight))
    model.save_pretrained(folder)


def timed(run, rounds):
    run()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return times


def transformers_times(folder, inputs, threads, rounds):
    import torch
    from transformers import T5ForConditionalGeneration

    torch.set_num_threads(threads)
    model = T5ForConditionalGeneration.from_pretrained(folder).eval()
    ids = torch.tensor(inputs)
    outputs = []

    def run():
        with torch.no_grad():
            found = model.generate(input_ids=ids, max_new_tokens=NEW, min_new_tokens=NEW,
                                   do_sample=False, num_beams=1)
        outputs[:] = found[:, 1:].tolist()

    return timed(run, rounds), outputs


def ctranslate2_times(folder, inputs, threads, rounds):
    import ctranslate2

    translator = ctranslate2.Translator(str(folder), device="cpu", compute_type="float32",
                                        intra_threads=threads, inter_threads=1)
    tokens = [[f"<{number}>" for number in row] for row in inputs]

    def run():
        found = translator.translate_batch(tokens, beam_size=1, max_decoding_length=NEW,
                                           min_decoding_length=NEW, max_input_length=0)
        assert all(len(result.hypotheses[0]) == NEW for result in found)

    return timed(run, rounds), None


def convert(folder, out):
    """A folder of CTranslate2. It works on pieces, so every id is a piece of its own."""
    import ctranslate2
    from ctranslate2.converters.transformers import T5Loader, TransformersConverter
    from transformers import T5ForConditionalGeneration

    class Loader(T5Loader):
        def get_vocabulary(self, model, tokenizer):
            return [f"<{number}>" for number in range(model.config.vocab_size)]

        def set_vocabulary(self, spec, tokens):
            spec.register_source_vocabulary(tokens)
            spec.register_target_vocabulary(tokens)

        def set_config(self, config, model, tokenizer):
            config.bos_token, config.eos_token, config.unk_token = "<0>", "<1>", "<2>"
            config.decoder_start_token = "<0>"
            config.add_source_eos = False

    model = T5ForConditionalGeneration.from_pretrained(folder)
    spec = Loader()(model, None)
    spec.validate()
    Path(out).mkdir()
    spec.save(str(out))


def child(system, folder, data, threads, rounds):
    inputs = json.loads(Path(data).read_text())
    run = {"transformers": transformers_times, "ctranslate2": ctranslate2_times}[system]
    print(json.dumps(run(folder, inputs, threads, rounds)))


def main():
    if sys.argv[1:2] == ["--child"]:
        system, folder, data, threads, rounds = sys.argv[2:]
        return child(system, folder, data, int(threads), int(rounds))
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", help="the `decode` example of ext5-model, in release")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--passes", type=int, default=3, help="counted passes a round")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--without-ctranslate2", action="store_true")
    arguments = parser.parse_args()

    packages = ["torch", "transformers"]
    packages += [] if arguments.without_ctranslate2 else ["ctranslate2"]
    print({name: metadata.version(name) for name in packages}, "Python", platform.python_version())
    with tempfile.TemporaryDirectory() as scratch:
        folder, converted = Path(scratch, "hf"), Path(scratch, "ct2")
        make(folder)
        if not arguments.without_ctranslate2:
            convert(folder, converted)
        for threads in arguments.threads:
            for rows in [1, 16]:
                times = {}
                for _ in range(arguments.rounds):
                    run = lambda command, **more: json.loads(subprocess.run(
                        list(map(str, command)), env={**os.environ, **more}, check=True,
                        capture_output=True, text=True).stdout)
                    ours = run([arguments.binary, folder, rows, INPUTS, NEW, arguments.passes],
                               RAYON_NUM_THREADS=str(threads))
                    times.setdefault("ext5", []).extend(ours["seconds"])
                    data = Path(scratch, "inputs.json")
                    data.write_text(json.dumps(ours["inputs"]))
                    for policy in ["ACTIVE", "PASSIVE"]:
                        found, outputs = run(
                            [sys.executable, __file__, "--child", "transformers", folder, data,
                             threads, arguments.passes], OMP_WAIT_POLICY=policy)
                        times.setdefault(f"transformers {policy}", []).extend(found)
                        same = sum(a == b for a, b in zip(outputs, ours["outputs"]))
                        if same < rows:
                            print(f"only {same} of {rows} outputs are the same")
                    if not arguments.without_ctranslate2:
                        found, _ = run([sys.executable, __file__, "--child", "ctranslate2",
                                        converted, data, threads, arguments.passes])
                        times.setdefault("ctranslate2", []).extend(found)
                medians = {name: statistics.median(values) for name, values in times.items()}
                for name, values in times.items():
                    print(f"{threads} threads, batch {rows:2}  {name:21} "
                          f"median {medians[name]:.3f} s, {min(values):.3f} to {max(values):.3f}, "
                          f"{medians['ext5'] / medians[name]:.2f} of it is ext5's time")


if __name__ == "__main__":
    main()
