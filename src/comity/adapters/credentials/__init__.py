"""Credentials that are asked for, rather than kept: tokens of an authorization server (RFC 6749)."""

from comity.adapters.credentials.token import NoToken, Token, ask

__all__ = ["NoToken", "Token", "ask"]
