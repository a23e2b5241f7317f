"""Requests and answers of one dialect, said in another: pure functions, three readers and three writers."""

from comity.relay.dialects.conversation import Dialect
from comity.relay.dialects.request import translate_request
from comity.relay.dialects.stream import StreamTranslation
from comity.relay.dialects.whole import Translated, whole_translation

__all__ = ["Dialect", "StreamTranslation", "Translated", "translate_request", "whole_translation"]
