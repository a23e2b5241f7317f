"""Client credentials: a client id and secret for a token that opens an API for a while (RFC 6749, section 4.4)."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from dataclasses import dataclass, field
from urllib.parse import quote_plus, urlencode

from comity.stack.urls import Url

TIMEOUT_S = 10.0
"""Authorization servers answer in a tenth of this."""

MAX_ANSWER_BYTES = 65_536
"""An answer holds one token; those of Entra have 2 kB."""

UNSAID_S = 300.0
"""How long a token is believed that does not say (`expires_in` is only recommended): short, so that it is renewed."""

MAX_LIFE_S = 86_400.0
"""However long a server says that a token lives, it is renewed once a day."""


class NoToken(Exception):
    """The server gave no token; the message says why, without the secret and without the server's own words."""


@dataclass(frozen=True, slots=True)
class Token:
    """What opens the API: `value` for `seconds` from now."""

    value: str = field(repr=False)
    seconds: float


def ask(url: Url, client: str, secret: str, scope: str, context: ssl.SSLContext | None) -> Token:
    """Ask the server at `url` for a token. Blocking, for ten seconds at most a step; follows nothing, uses no proxy.

    Credentials go in the body, as most servers document; one that refuses them so is asked once more with them as
    HTTP Basic, which the RFC makes every server understand (section 2.3.1).

    Raises:
        NoToken: it cannot be reached, or gave none.
    """
    form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
    status, answer = _post(url, {**form, "client_id": client, "client_secret": secret}, {}, context)
    if status in (400, 401) and answer.get("error") == "invalid_client":
        pair = f"{quote_plus(client)}:{quote_plus(secret)}".encode()
        basic = {"authorization": f"Basic {base64.b64encode(pair).decode()}"}
        status, answer = _post(url, form, basic, context)
    return _token(url, status, answer)


def _token(url: Url, status: int, answer: dict[str, object]) -> Token:
    value, seconds = answer.get("access_token"), answer.get("expires_in", UNSAID_S)
    if status != http.client.OK:
        code = answer.get("error")
        known = f" ({code})" if isinstance(code, str) and code in ERRORS else ""
        raise NoToken(f"{url.host} answered {status}{known}")
    if not isinstance(value, str) or str(answer.get("token_type", "bearer")).lower() != "bearer":
        raise NoToken(f"{url.host} gave no bearer token")
    try:
        life = float(str(seconds))
    except ValueError:
        life = UNSAID_S
    if not life > 0:  # nan, too
        raise NoToken(f"{url.host} gave a token that has ended")
    return Token(value, min(life, MAX_LIFE_S))


ERRORS = frozenset(
    {
        *("invalid_request", "invalid_client", "invalid_grant", "unauthorized_client"),
        *("unsupported_grant_type", "invalid_scope", "temporarily_unavailable", "server_error"),
    }
)
"""Codes of RFC 6749, sections 4.1.2.1 and 5.2: these alone are shown; what else a server says may quote the secret."""


def _post(
    url: Url, form: dict[str, str], headers: dict[str, str], context: ssl.SSLContext | None
) -> tuple[int, dict[str, object]]:
    host = url.host.strip("[]")
    connection = (
        http.client.HTTPSConnection(host, url.port, timeout=TIMEOUT_S, context=context)
        if url.scheme == "https"
        else http.client.HTTPConnection(host, url.port, timeout=TIMEOUT_S)
    )
    headers |= {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    try:
        connection.request("POST", url.path or "/", urlencode(form), headers)
        response = connection.getresponse()
        body = response.read(MAX_ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise NoToken(f"{url.host} cannot be asked ({type(error).__name__})") from None
    finally:
        connection.close()
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    return response.status, answer if isinstance(answer, dict) else {}
