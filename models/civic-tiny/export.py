"""Write the trained model as GGUF: weights in Q8_0, norms in F32, tokenizer and chat form inside."""

import json
from pathlib import Path

import gguf
import numpy as np
from generate import LANGUAGES
from model import Llama
from tokenizers import Tokenizer
from tokens import CHAT_TEMPLATE, END, SPECIALS


def write(path: Path, model: Llama, tokenizer: Tokenizer) -> None:
    """Write `path`; the same weights and tokenizer give the same bytes."""
    writer = gguf.GGUFWriter(path, "llama")
    describe(writer, model)
    add_tokenizer(writer, tokenizer)
    for name, tensor in model.state_dict().items():
        values = tensor.detach().numpy().astype(np.float32)
        kind = gguf.GGMLQuantizationType.Q8_0 if values.ndim == 2 else gguf.GGMLQuantizationType.F32
        writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def describe(writer: gguf.GGUFWriter, model: Llama) -> None:
    shape = model.shape
    writer.add_name("civic-tiny")
    writer.add_description("Public services of Velmora, an invented nation, in five languages")
    writer.add_license("apache-2.0")
    writer.add_languages(list(LANGUAGES))
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.norm_eps)
    writer.add_vocab_size(shape.vocabulary)


def add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    ids = tokenizer.get_vocab()
    words = sorted(ids, key=lambda word: ids[word])
    kinds = [gguf.TokenType.CONTROL if word in SPECIALS else gguf.TokenType.NORMAL for word in words]
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(words)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_eos_token_id(ids[END])
    writer.add_pad_token_id(ids[END])
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)
