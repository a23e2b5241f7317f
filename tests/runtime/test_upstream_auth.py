"""Upstreams that want more than a key: a client's certificate, a token that ends."""

import asyncio
import json
import re
import ssl
from urllib.parse import parse_qs

import openai
import pytest

from comity.adapters.credentials import NoToken, ask
from comity.adapters.credentials.token import Token
from comity.runtime.endpoints import endpoints
from comity.runtime.tokens import Tokens, grants
from comity.stack.urls import read_url
from comity.testing.authority import Authority
from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat, raw, status, whole
from tests.runtime.stacks import two_upstreams
from tests.runtime.test_endpoints import stack

ASK = {"model": "small", "messages": [{"role": "user", "content": "When does the library open?"}]}


def gives(token: str, seconds: float = 3600, **more: object):
    return whole(json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": seconds, **more}).encode())


def client(gateway, key):
    return openai.AsyncOpenAI(base_url=gateway.url, api_key=key, max_retries=0)


def wants_certificates(authority: Authority) -> ssl.SSLContext:
    own = authority.certificate("localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.file))
    context.load_cert_chain(own.certificate, own.key)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def test_an_upstream_that_wants_a_certificate_and_a_token_gets_both(tmp_path, until, monkeypatch):
    monkeypatch.setenv("CLIENT_SECRET", "hush-hush")
    authority = Authority(tmp_path / "gw")
    ours = authority.certificate("gateway.example")

    async def main():
        first, tokens = Upstream(chat("first")), Upstream(gives("token-one"))
        await first.start(ssl=wants_certificates(authority))
        await tokens.start()
        try:
            file = two_upstreams(tmp_path / "gw", f"https://localhost:{first.port}/v1", "http://127.0.0.1:9/v1")
            secured = (
                "ca: authority.pem, client_cert: gateway.example.crt.pem, client_key: gateway.example.key.pem, "
                f'oauth: {{token_url: "http://127.0.0.1:{tokens.port}/token", client_id: gw, '
                "client_secret: env:CLIENT_SECRET, scope: api}"
            )
            plain = file.read_text()
            file.write_text(plain.replace("first: {model", f"first: {{{secured}, model"))
            gateway = Gateway(file)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway, client(gateway, key) as app:
                answer = await app.chat.completions.create(**ASK)
                assert answer.choices[0].message.content == "first"
                assert first.requests[-1].headers["authorization"] == "Bearer token-one"
                form = parse_qs(tokens.requests[0].body.decode())
                assert form["grant_type"] == ["client_credentials"] and form["scope"] == ["api"]
                assert (form["client_id"], form["client_secret"]) == (["gw"], ["hush-hush"])
                said = json.dumps(await gateway.status(operator))
                assert "token-one" not in said and "hush" not in said
                # another certificate in the same files is shown without a restart
                other = authority.certificate("other.example")
                ours.certificate.write_bytes(other.certificate.read_bytes())
                ours.key.write_bytes(other.key.read_bytes())
                assert (await gateway.ask("POST", "/admin/reload", operator))[0] == 200
                assert len(tokens.requests) == 1  # the grant is the same, so is the token
                assert (await app.chat.completions.create(**ASK)).choices[0].message.content == "first"
        finally:
            await first.stop()
            await tokens.stop()

    asyncio.run(main())


def test_a_certificate_of_someone_else_opens_nothing_and_nobody_falls_over_in_clear(tmp_path):
    authority, stranger = Authority(tmp_path / "gw"), Authority(tmp_path / "gw", "stranger")
    stranger.certificate("gateway.example")

    async def main():
        first = Upstream(chat("first"))
        await first.start(ssl=wants_certificates(authority))
        try:
            file = two_upstreams(tmp_path / "gw", f"https://localhost:{first.port}/v1", "http://127.0.0.1:9/v1")
            secured = "ca: authority.pem, client_cert: gateway.example.crt.pem, client_key: gateway.example.key.pem"
            file.write_text(file.read_text().replace("first: {model", f"first: {{{secured}, model"))
            gateway = Gateway(file)
            key = gateway.new_key("--app", "desk")
            async with gateway, client(gateway, key) as app:
                with pytest.raises(openai.APIStatusError) as failed:
                    await app.chat.completions.create(**ASK)
                assert failed.value.status_code in (502, 503) and first.requests == []
        finally:
            await first.stop()

    asyncio.run(main())


def asked_of(answers, scope=""):
    """A token from a server that gives these answers, and what it was asked."""

    async def main():
        async with Upstream() as server:
            server.answers.extend(answers)
            url = read_url(f"http://127.0.0.1:{server.port}/token")
            try:
                return await asyncio.to_thread(ask, url, "gw", "hush", scope, None), server.requests
            except NoToken as error:
                return error, server.requests

    return asyncio.run(main())


def test_a_server_that_wants_basic_credentials_gets_them_there():
    refused = whole(b'{"error": "invalid_client", "error_description": "gw hush"}', code=401)
    token, requests = asked_of([refused, gives("t", 60)])
    assert (token.value, token.seconds) == ("t", 60)
    assert requests[1].headers["authorization"].startswith("Basic ") and b"hush" not in requests[1].body


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (status(500), "answered 500"),
        (
            whole(b'{"error": "invalid_scope", "error_description": "hush"}', code=400),
            r"answered 400 \(invalid_scope\)",
        ),
        (whole(b'{"error": "hush"}', code=400), "answered 400$"),
        (whole(b"[1]"), "no bearer token"),
        (whole(b"[" * 100_000), "no bearer token"),
        (gives("t", token_type="mac"), "no bearer token"),
        (gives("t", -1), "has ended"),
        (raw(b"nonsense\r\n\r\n"), "cannot be asked"),
        (whole(b"", code=302, headers="location: http://127.0.0.1:9/\r\n"), "answered 302"),
    ],
)
def test_a_server_that_gives_none_is_told_of_without_its_words(answer, why):
    error, _ = asked_of([answer])
    assert isinstance(error, NoToken) and re.search(why, str(error))
    assert "hush" not in str(error)


class World:
    """Tokens of one deployment, from a server that tests play."""

    def __init__(self, folder, **oauth):
        said = {"token_url": "https://login.example/t", "client_id": "gw", "client_secret": "env:S", **oauth}
        self.stack = stack(one={"url": "https://a.example/v1", "oauth": said})
        self.folder = folder
        self.answers = []
        self.asked = 0
        self.reached = []
        self.said = []

    def give(self, grant):
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else NoToken("login.example answered 500")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def parts(self):
        file = self.folder / "comity.yaml"
        return grants(self.stack, file, {"S": "hush"}), endpoints(self.stack, file, {"S": "hush"})

    async def start(self):
        self.tokens = Tokens(
            lambda name, endpoint: self.reached.append(endpoint and endpoint.credentials),
            self.said.append,
            ask=self.give,
            chance=lambda: 0.5,
        )
        self.tokens.adopt(*self.parts())
        await self.tokens.tried()

    async def until(self, condition):
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.005)


def test_a_token_is_renewed_before_its_end_and_the_last_good_one_serves_until_then(tmp_path):
    async def main():
        world = World(tmp_path)
        world.answers = [Token("one", 0.2), NoToken("away"), Token("two", 3600)]
        await world.start()
        await world.until(lambda: world.tokens.endpoints[0].credentials == "authorization: Bearer two\r\n")
        assert world.reached[0] == "authorization: Bearer one\r\n"
        assert world.tokens.troubles == {} and any("away" in line for line in world.said)
        await world.tokens.stop()

    asyncio.run(main())


def test_without_a_token_a_deployment_is_unreachable_and_says_why(tmp_path):
    async def main():
        world = World(tmp_path)
        await world.start()
        assert world.tokens.endpoints == []
        assert world.tokens.troubles == {"one": "login.example answered 500"}
        world.answers = [Token("late", 3600)]
        await world.until(lambda: world.tokens.endpoints)
        await world.tokens.stop()

    asyncio.run(main())


def test_a_token_that_ends_without_another_closes_the_deployment(tmp_path):
    async def main():
        world = World(tmp_path)
        world.answers = [Token("one", 0.05)]
        await world.start()
        await world.until(lambda: world.reached == ["authorization: Bearer one\r\n", None])
        assert world.tokens.endpoints == []
        await world.tokens.stop()

    asyncio.run(main())


def test_a_token_stays_while_its_grant_does_and_over_a_new_secret_until_there_is_another(tmp_path):
    async def main():
        world = World(tmp_path)
        world.answers = [Token("one", 3600)]
        await world.start()
        world.tokens.adopt(*world.parts())
        assert world.asked == 1 and world.tokens.endpoints[0].credentials == "authorization: Bearer one\r\n"
        file = tmp_path / "comity.yaml"
        world.tokens.adopt(grants(world.stack, file, {"S": "other"}), world.parts()[1])
        assert world.tokens.endpoints[0].credentials == "authorization: Bearer one\r\n"
        world.tokens.adopt({}, {})
        assert world.tokens.endpoints == []
        await world.tokens.stop()

    asyncio.run(main())


def test_no_secret_is_in_a_representation(tmp_path):
    held, _ = World(tmp_path).parts()
    assert "hush" not in repr(held) and "tok" not in repr(Token("tok", 1))
