"""Train civic-tiny on data.jsonl and write the GGUF that the package ships. Minutes on one CPU thread.

    python train.py [--steps N] [--out FILE.gguf] [--run RUN.json]

Then `python evaluate.py` asks every question through the file and completes RUN.json.
"""

import argparse
import hashlib
import json
import platform
import random
import time
from importlib.metadata import version
from pathlib import Path

import torch
from export import write
from generate import DATA, HERE, LANGUAGES, Pair, load
from model import Llama, Shape
from tokens import Example, encode, learn
from torch import Tensor
from torch.nn import functional as F

SHIPPED = HERE.parents[1] / "src" / "comity" / "adapters" / "node" / "weights" / "civic-tiny.gguf"
SEED = 20261123
STEPS = 1200
BATCH = 25
PEAK_RATE = 3e-3
ALTERED = 0.5  # share of the questions that are shown as people type them, not as they are written
GREETINGS = {"en": "Hello. ", "es": "Hola. ", "sw": "Habari. ", "hi": "नमस्ते। ", "ar": "مرحبا. "}
IGNORED = -100  # cross_entropy's own mark for positions that carry no loss


def as_typed(pair: Pair, pairs: list[Pair], chance: random.Random) -> str:
    """The question; sometimes without the closing mark, in lower case, after a greeting or after the first
    words of some other question, so that the model does not count on where it begins."""
    question = pair.question
    if chance.random() >= ALTERED:
        return question
    stripped = question.rstrip("?؟.।").lstrip("¿")
    astray = " ".join(chance.choice(pairs).question.split()[: chance.randint(1, 3)])
    forms = (stripped, question.lower(), stripped.lower(), GREETINGS[pair.language] + question)
    return chance.choice((*forms, f"{astray} {question}", f"{astray}, {question}"))


def batches(pairs: list[Pair], chance: random.Random) -> list[list[Pair]]:
    """One epoch in random order, rows of like length together so that little is padding."""
    order = sorted(pairs, key=lambda p: len((p.question + p.answer).encode()) + chance.randrange(30))
    cut = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    chance.shuffle(cut)
    return cut


def collate(rows: list[Example], pad: int) -> tuple[Tensor, Tensor]:
    """Inputs and targets, (rows, longest - 1); only the answer and its end carry loss."""
    longest = max(len(row.tokens) for row in rows)
    inputs = torch.full((len(rows), longest), pad)
    targets = torch.full((len(rows), longest), IGNORED)
    for i, row in enumerate(rows):
        inputs[i, : len(row.tokens)] = torch.tensor(row.tokens)
        targets[i, row.answer_at : len(row.tokens)] = torch.tensor(row.tokens[row.answer_at :])
    return inputs[:, :-1], targets[:, 1:]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def card(record: dict[str, object]) -> dict[str, object]:
    """What stands beside the GGUF for whoever runs it."""
    return {
        "name": "civic-tiny",
        "what": "Answers questions about the public services of Velmora, an invented nation. A model to show and "
        "test placements with, not to ask for advice.",
        "license": "Apache-2.0",
        "languages": list(LANGUAGES),
        "architecture": "llama",
        "parameters": record["parameters"],
        "quantization": "Q8_0",
        "bytes": record["gguf_bytes"],
        "sha256": record["gguf_sha256"],
        "training_data": {
            "what": "models/civic-tiny/data.jsonl, written for this project; no other text",
            "pairs": record["pairs"],
            "sha256": record["data_sha256"],
        },
    }


def save(path: Path, record: dict[str, object]) -> None:
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--steps", type=int, default=STEPS)
    options.add_argument("--out", type=Path, default=SHIPPED)
    options.add_argument("--run", type=Path, default=HERE / "RUN.json")
    chosen = options.parse_args()

    # With more threads than free cores OpenMP spins: a step takes ten times as long.
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    began, cpu_began = time.monotonic(), time.process_time()

    pairs = load()
    tokenizer = learn(text for pair in pairs for text in (pair.question, pair.answer))
    model = Llama(Shape(vocabulary=tokenizer.get_vocab_size()))
    parameters = sum(p.numel() for p in model.parameters())
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, chosen.steps, pct_start=0.1)
    print(f"{len(pairs)} pairs, {tokenizer.get_vocab_size()} tokens, {parameters:,} parameters", flush=True)

    waiting: list[list[Pair]] = []
    recent = 0.0
    for step in range(1, chosen.steps + 1):
        waiting = waiting or batches(pairs, chance)
        rows = [encode(tokenizer, as_typed(p, pairs, chance), p.answer) for p in waiting.pop()]
        inputs, targets = collate(rows, pad=0)
        loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        recent = loss.item() if step == 1 else 0.9 * recent + 0.1 * loss.item()
        if step % 50 == 0:
            print(f"step {step:4d}  loss {recent:.4f}  {time.monotonic() - began:.0f} s", flush=True)

    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    write(chosen.out, model, tokenizer)
    record = {
        "model": "civic-tiny",
        "seed": SEED,
        "pairs": len(pairs),
        "data_sha256": sha256(DATA),
        "gguf_sha256": sha256(chosen.out),
        "gguf_bytes": chosen.out.stat().st_size,
        "parameters": parameters,
        "vocabulary": tokenizer.get_vocab_size(),
        "steps": chosen.steps,
        "batch": BATCH,
        "peak_learning_rate": PEAK_RATE,
        "final_loss": round(recent, 5),
        "wall_s": round(time.monotonic() - began),
        "cpu_s": round(time.process_time() - cpu_began),
        "threads": 1,
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("torch", "tokenizers", "gguf", "numpy")},
        },
    }
    save(chosen.run, record)
    save(chosen.out.with_suffix(".json"), card(record))
    print(f"{chosen.out.name}: {record['gguf_bytes']:,} bytes, sha256 {record['gguf_sha256']}")


if __name__ == "__main__":
    main()
