"""Why a gateway does not start, in words for the person who started it."""

from comity.terms.errors import Fault


class CannotServe(Fault):
    """The gateway cannot start; the message names the thing, the place and the way out."""
