"""The engine: one GGUF behind an OpenAI-compatible HTTP server, in this process. Alone knows xllamacpp."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from xllamacpp import CommonParams, Server

ERRORS_ONLY = 1  # of llama.cpp's levels: enough to say why a file does not load
HTTP_TIMEOUT_S = 600  # longer than any answer of a model that fits a child process


@dataclass(frozen=True, slots=True)
class Serving:
    """What the child serves: `context` is in tokens for each of `slots` requests at a time."""

    model: Path
    alias: str
    context: int
    slots: int
    threads: int


@dataclass(frozen=True, slots=True)
class Listening:
    """A running engine on a loopback port. It ends when `server` is dropped."""

    server: Server
    port: int


def serve(what: Serving, key: str) -> Listening:
    """Load the model and listen on a free loopback port, for requests that bear the key.

    Raises `RuntimeError` if the file cannot be loaded; the engine has then said why on standard error.
    """
    from xllamacpp import Server

    server = Server(_parameters(what, key))
    port = urlsplit(server.listening_address).port
    if port is None:
        raise RuntimeError(f"the engine listens at {server.listening_address}, which has no port")
    return Listening(server, port)


def version() -> str:
    """The engine's name and version: the same wheel gives the same bits."""
    from xllamacpp import __version__

    return f"xllamacpp {__version__}"


def features() -> str:
    """What of the processor the engine uses, in small letters and sorted: other instructions round otherwise."""
    from xllamacpp import get_system_info

    found = re.findall(r"(\w+) = 1\b", get_system_info())
    return " ".join(sorted(name.lower() for name in found))


def _parameters(what: Serving, key: str) -> CommonParams:
    from xllamacpp import CommonParams

    params = CommonParams()
    params.model.path = str(what.model)
    params.model_alias = {what.alias}  # a set: a plain string would become its letters
    params.verbosity = ERRORS_ONLY
    params.offline = True
    _sizes(params, what)
    _port(params, key)
    _greedy(params)
    _nothing_outlives_a_request(params)
    return params


def _sizes(params: CommonParams, what: Serving) -> None:
    params.n_ctx = what.context * what.slots
    params.n_parallel = what.slots
    params.cpuparams.n_threads = what.threads
    params.cpuparams_batch.n_threads = what.threads
    params.n_gpu_layers = 0
    params.fit_params = False  # the sizes are ours to say
    params.warmup = False  # it doubles the time to start a small model


def _port(params: CommonParams, key: str) -> None:
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.cors_origins = ""  # no browser speaks to a node
    params.ui = False
    params.endpoint_slots = False  # it shows other requests' prompts
    params.timeout_read = HTTP_TIMEOUT_S
    params.timeout_write = HTTP_TIMEOUT_S


def _greedy(params: CommonParams) -> None:
    """Unless a request says otherwise the likeliest token is taken, so that answers repeat."""
    params.sampling.temp = 0.0


def _nothing_outlives_a_request(params: CommonParams) -> None:
    """No prompt is kept for the next request: it would show in that one's timing, and change its bits."""
    params.cache_prompt = False
    params.cache_idle_slots = False
    params.cache_ram_mib = 0
