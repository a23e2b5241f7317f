"""Other weights, made of the shipped ones by rewriting the GGUF: another quantisation, another model."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.adapters.node import locate

F32, Q4_0, Q8_0 = 0, 2, 8
BLOCK, ALIGNMENT = 32, 32
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9

Floats = NDArray[np.float32]


class Tensor(NamedTuple):
    name: str
    dims: tuple[int, ...]
    kind: int
    data: bytes


class File:
    """A GGUF: `head` are its key-value pairs as they stand."""

    def __init__(self, path: Path) -> None:
        self._data, self._at = path.read_bytes(), 24
        tensors, pairs = struct.unpack_from("<QQ", self._data, 8)
        for _ in range(pairs):
            self._string()
            self._skip(self._number("I"))
        self.head, self._pairs = self._data[24 : self._at], pairs
        infos = []
        for _ in range(tensors):
            name, count = self._string(), self._number("I")
            dims = tuple(self._number("Q") for _ in range(count))
            infos.append((name, dims, self._number("I"), self._number("Q")))
        start = self._at + -self._at % ALIGNMENT
        self.tensors = [
            Tensor(name, dims, kind, self._data[start + at : start + at + _length(dims, kind)])
            for name, dims, kind, at in infos
        ]

    def write(self, path: Path, tensors: list[Tensor]) -> Path:
        head, body = bytearray(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), self._pairs) + self.head), bytearray()
        for each in tensors:
            name = each.name.encode()
            head += struct.pack("<Q", len(name)) + name + struct.pack("<I", len(each.dims))
            head += struct.pack(f"<{len(each.dims)}QIQ", *each.dims, each.kind, len(body))
            body += each.data + bytes(-len(each.data) % ALIGNMENT)
        path.write_bytes(bytes(head) + bytes(-len(head) % ALIGNMENT) + bytes(body))
        return path

    def _number(self, form: str) -> int:
        (value,) = struct.unpack_from("<" + form, self._data, self._at)
        self._at += struct.calcsize("<" + form)
        return int(value)

    def _string(self) -> str:
        length = self._number("Q")
        self._at += length
        return self._data[self._at - length : self._at].decode()

    def _skip(self, kind: int) -> None:
        if kind == _STRING:
            self._string()
        elif kind == _ARRAY:
            inner, count = self._number("I"), self._number("Q")
            for _ in range(count):
                self._skip(inner)
        else:
            self._at += _SIZES[kind]


def four_bits(path: Path) -> Path:
    """The same weights in Q4_0."""
    return _rewritten(path, lambda values: (Q4_0, _to_q4_0(values)))


def nudged(path: Path, share: float = 0.02) -> Path:
    """Weights that were trained on a little: each off by a few hundredths of their spread, in the same Q8_0."""
    noise = np.random.default_rng(7)

    def change(values: Floats) -> tuple[int, bytes]:
        return Q8_0, _to_q8_0(values + noise.normal(0, share * values.std(), values.shape).astype(np.float32))

    return _rewritten(path, change)


def _rewritten(path: Path, change: Callable[[Floats], tuple[int, bytes]]) -> Path:
    file = File(locate("embedded:civic-tiny", models=None))

    def changed() -> Iterator[Tensor]:
        for each in file.tensors:
            if each.kind == Q8_0 and each.name != "token_embd.weight":
                kind, data = change(_from_q8_0(each.data))
                yield Tensor(each.name, each.dims, kind, data)
            else:
                yield each

    return file.write(path, list(changed()))


def _length(dims: tuple[int, ...], kind: int) -> int:
    count = int(np.prod(dims))
    return {F32: count * 4, Q8_0: count // BLOCK * 34, Q4_0: count // BLOCK * 18}[kind]


def _from_q8_0(data: bytes) -> Floats:
    blocks = np.frombuffer(data, np.uint8).reshape(-1, 34)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    return (blocks[:, 2:].view(np.int8) * scale).astype(np.float32)


def _to_q8_0(values: Floats) -> bytes:
    scale = np.abs(values).max(axis=1, keepdims=True) / 127
    whole = np.rint(values / np.where(scale == 0, 1, scale)).astype(np.int8)
    return np.hstack([scale.astype(np.float16).view(np.uint8), whole.view(np.uint8)]).tobytes()


def _to_q4_0(values: Floats) -> bytes:
    """As ggml's quantize_row_q4_0: the largest value, with its sign, becomes -8."""
    largest = np.take_along_axis(values, np.abs(values).argmax(axis=1)[:, None], axis=1)
    scale = largest / -8
    whole = np.clip(np.trunc(values / np.where(scale == 0, 1, scale) + 8.5), 0, 15).astype(np.uint8)
    packed = whole[:, :16] | (whole[:, 16:] << 4)
    return np.hstack([scale.astype(np.float16).view(np.uint8), packed]).tobytes()
