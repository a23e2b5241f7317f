"""The rows of the gateways that people use today; `make bench-peers` installs them."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

from bench.compare.asks import Ask
from bench.compare.rows import Launch, Ready, Row, plain_environment
from bench.compare.world import FILES, GATEWAY, PEERS, SPARE, STREAM, WHOLE, World

INSTALL = "not installed: make bench-peers"


def peer_rows() -> list[Row]:
    """The Rust routers, LiteLLM and Portkey."""
    routers = [
        _python(
            "vllm-router", "vllm-router", partial(_router, (str(PEERS / "vllm-router/bin/vllm-router"),), "warning")
        ),
        _python(
            "sglang-router", "sglang-router", partial(_router, (str(PEERS / "sglang-router/bin/smg"), "launch"), "warn")
        ),
    ]
    portkey = PEERS / "portkey/node_modules/@portkey-ai/gateway"
    missing = "" if (portkey / "build/start-server.js").exists() else INSTALL
    if not shutil.which("node"):
        missing = "needs node"
    version = "" if missing else json.loads((portkey / "package.json").read_text())["version"]
    return [
        *routers,
        _python("litellm", "LiteLLM", _litellm),
        Row("portkey", "Portkey", partial(_portkey, portkey), missing, version),
    ]


def _python(name: str, title: str, ready: Ready) -> Row:
    found = sorted((PEERS / name).glob(f"lib/python*/site-packages/{name.replace('-', '_')}-*.dist-info"))
    version = found[0].name.removesuffix(".dist-info").rpartition("-")[2] if found else ""
    return Row(name, title, ready, "" if found else INSTALL, version, apart="router" in name)


def _router(words: tuple[str, ...], level: str, world: World, folder: Path, streams: bool) -> Launch:
    """One upstream, so no policy has a choice to make; round robin is the one that keeps no tree of prefixes."""
    upstream = STREAM if streams else WHOLE
    command = [*words, "--host", "127.0.0.1", "--port", str(GATEWAY)]
    command += ["--worker-urls", f"http://127.0.0.1:{upstream}", "--policy", "round_robin", "--log-level", level]
    command += ["--prometheus-host", "127.0.0.1", "--prometheus-port", str(SPARE)]
    return Launch(tuple(command), plain_environment(), Ask(), Ask())


def _litellm(world: World, folder: Path, streams: bool) -> Launch:
    shutil.copy(FILES / "litellm.yaml", folder)
    command = [str(PEERS / "litellm/bin/litellm"), "--config", "litellm.yaml", "--host", "127.0.0.1"]
    command += ["--port", str(GATEWAY), "--num_workers", "1"]
    quiet = {
        "HOME": str(folder),
        "LITELLM_LOG": "ERROR",
        "LITELLM_MODE": "PRODUCTION",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else it is fetched from the network at start
    }
    bearer = {"authorization": "Bearer sk-bench"}
    environment = {**plain_environment(), **quiet}
    return Launch(tuple(command), environment, Ask("m", headers=bearer), Ask("s", headers=bearer))


def _portkey(package: Path, world: World, folder: Path, streams: bool) -> Launch:
    command = ("node", str(package / "build/start-server.js"), f"--port={GATEWAY}", "--headless")
    whole, stream = (
        Ask(
            headers={
                "authorization": "Bearer none",
                "x-portkey-provider": "openai",
                "x-portkey-custom-host": f"http://127.0.0.1:{port}/v1",
            }
        )
        for port in (WHOLE, STREAM)
    )
    return Launch(command, {**plain_environment(), "NODE_ENV": "production"}, whole, stream)
