"""An issuer of tokens: real keys, real signatures, its keys published over HTTP on loopback."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
SHORT = rsa.generate_private_key(public_exponent=65537, key_size=1024)
ISSUER = "https://login.example"
AUDIENCE = "comity"


def jwk(key, kid, **more):
    algorithm = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": kid, "use": "sig", **more}


KEYS = (jwk(RSA, "r1"), jwk(EC, "e1"))


def claims(**more):
    now = int(time.time())
    return {"iss": ISSUER, "aud": AUDIENCE, "exp": now + 600, "nbf": now - 1, "azp": "desk-client", **more}


def token(key=EC, kid="e1", algorithm="ES256", headers=None, **more):
    said = {name: value for name, value in claims(**more).items() if value is not None}
    return jwt.encode(said, key, algorithm=algorithm, headers={"kid": kid, **(headers or {})})


def forged(header, said, secret=b""):
    """A token that no honest library would make: HMAC with whatever bytes, or no signature at all."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, said)]
    body = b".".join(parts)
    sign = base64.urlsafe_b64encode(hmac.digest(secret, body, hashlib.sha256)).rstrip(b"=") if secret else b""
    return (body + b"." + sign).decode()


class Issuer:
    """Publishes `keys` by discovery; `asked` counts how often they were fetched."""

    def __init__(self, keys=KEYS):
        self.keys, self.asked, self.status = keys, 0, 200
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path.endswith("/openid-configuration"):
                    body = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys?v=1"}
                else:
                    issuer.asked += 1
                    body = {"keys": list(issuer.keys)}
                self.send_response(issuer.status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
