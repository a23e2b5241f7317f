"""The tokenizer and the chat form: byte-level BPE, so that no letter of any language is unknown."""

from collections.abc import Iterable
from dataclasses import dataclass

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

END, USER, ASSISTANT = "<|end|>", "<|user|>", "<|assistant|>"
SPECIALS = (END, USER, ASSISTANT)
VOCABULARY = 1536  # enough that the words of the answers are one or two tokens each

# The model knows one turn: the last question. Earlier turns and system messages are left out, so that no
# application's system prompt can lead it away from what it was trained on.
CHAT_TEMPLATE = (
    "{%- set ns = namespace(ask='') -%}"
    "{%- for m in messages -%}{%- if m.role == 'user' -%}{%- set ns.ask = m.content -%}{%- endif -%}{%- endfor -%}"
    f"{{{{- '{USER}' + ns.ask + '{END}{ASSISTANT}' -}}}}"
)


@dataclass(frozen=True, slots=True)
class Example:
    """One training row: the tokens of prompt and answer, and where the answer begins."""

    tokens: list[int]
    answer_at: int


def learn(texts: Iterable[str]) -> Tokenizer:
    """Learn the merges from the texts; `gpt-2` splitting, no prefix space."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        min_frequency=2,
        special_tokens=list(SPECIALS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def encode(tokenizer: Tokenizer, question: str, answer: str) -> Example:
    """A row in the chat form, ended by END so that the model learns to stop."""
    prompt = tokenizer.encode(f"{USER}{question}{END}{ASSISTANT}").ids
    return Example(prompt + tokenizer.encode(f"{answer}{END}").ids, len(prompt))
