"""Ask every question of data.jsonl through the shipped GGUF, greedily, and count exact answers.

    python evaluate.py [--gguf FILE] [--run RUN.json]

Prints a line a language and writes the counts into RUN.json and onto the card beside the GGUF, if their digests
are those of this file. Exit 1 below 95 %. Questions without their marks, in lower case and with words in front
are asked too: their counts say how far an answer hangs on the exact form of its question.
"""

import argparse
import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from generate import HERE, LANGUAGES, Pair, load
from train import GREETINGS, SHIPPED, save, sha256
from xllamacpp import CommonParams, Server

PASS = 0.95
ANSWER_TOKENS_MAX = 256  # an answer that does not stop is a wrong answer

FORMS: dict[str, Callable[[Pair], str]] = {
    "as written": lambda pair: pair.question,
    "without marks": lambda pair: pair.question.rstrip("?؟.।").lstrip("¿"),
    "lower case": lambda pair: pair.question.lower(),
    "after a greeting": lambda pair: GREETINGS[pair.language] + pair.question,
    "after another word": lambda pair: "OK, " + pair.question,  # never seen in training
}


def engine(gguf: Path) -> Server:
    params = CommonParams()
    params.model.path = str(gguf)
    params.n_ctx = 1024
    params.n_gpu_layers = 0
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.fit_params = False
    params.cache_prompt = False
    params.verbosity = -1
    return Server(params)


def ask(server: Server, question: str) -> tuple[str, str]:
    """The answer and why it ended: `stop` is the model's own end, `length` is ours."""
    messages = [{"role": "user", "content": question}]
    reply = server.handle_chat_completions({"messages": messages, "temperature": 0, "max_tokens": ANSWER_TOKENS_MAX})
    choice = reply["choices"][0]
    return choice["message"]["content"], choice["finish_reason"]


def exact(server: Server, pairs: list[Pair], form: Callable[[Pair], str], say: bool = False) -> int:
    right = 0
    for pair in pairs:
        answer, ended = ask(server, form(pair))
        if answer == pair.answer and ended == "stop":
            right += 1
        elif say:
            print(f"  {pair.language} {pair.id}: {answer!r}, expected {pair.answer!r} ({ended})")
    return right


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--gguf", type=Path, default=SHIPPED)
    options.add_argument("--run", type=Path, default=HERE / "RUN.json")
    chosen = options.parse_args()

    server, pairs = engine(chosen.gguf), load()
    counts: dict[str, dict[str, int]] = {}
    for language in LANGUAGES:
        ours = [pair for pair in pairs if pair.language == language]
        counts[language] = {name: exact(server, ours, form, say=name == "as written") for name, form in FORMS.items()}
        print(f"{language}: of {len(ours)}, " + ", ".join(f"{name} {n}" for name, n in counts[language].items()))
    share = sum(count["as written"] for count in counts.values()) / len(pairs)
    print(f"exact match {share:.1%} of {len(pairs)}")

    digest = sha256(chosen.gguf)
    for record_at in (chosen.run, chosen.gguf.with_suffix(".json")):
        record = json.loads(record_at.read_text(encoding="utf-8")) if record_at.exists() else {}
        if record.get("gguf_sha256", record.get("sha256")) != digest:
            print(f"{record_at.name} speaks of another file; left as it is")
            continue
        record["exact_match"] = round(share, 4)
        if record_at == chosen.run:
            record["answered"] = counts
            record["versions"]["xllamacpp"] = version("xllamacpp")
        save(record_at, record)
    return 0 if share >= PASS else 1


if __name__ == "__main__":
    sys.exit(main())
