"""Hooks: someone else's server is told of requests that are over, in the form of Standard Webhooks."""

from comity.adapters.hooks.post import Hook, NotTaken
from comity.adapters.hooks.sign import signature

__all__ = ["Hook", "NotTaken", "signature"]
