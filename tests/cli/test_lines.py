"""Lines for people and for collectors, of events and of requests."""

import json
import threading

from msgspec.structs import replace

from comity.cli import lines as module
from comity.cli.lines import Lines
from tests.adapters.telemetry.test_exporter import ANSWERED
from tests.runtime.test_endpoints import stack


class Written:
    """What was written, and a way to wait for it."""

    def __init__(self):
        self.text = ""
        self._news = threading.Condition()

    def __call__(self, text):
        with self._news:
            self.text += text
            self._news.notify_all()

    def until(self, part):
        with self._news:
            assert self._news.wait_for(lambda: part in self.text, 20), self.text
        return self.text


def test_text_is_one_line_for_each():
    written = Written()
    lines = Lines("text", written)
    lines.say("worker 1: gone")
    lines.entered(ANSWERED, stack())
    said, request = written.until("ms=").splitlines()
    assert said.endswith("Z worker 1: gone")
    assert request == (
        "1970-01-01T00:00:02.000Z request receipt=s.1 application=desk model=small surface=responses stream=true "
        "deployment=first status=200 finish=stop attempts=1 input_tokens=7 output_tokens=3 cost_amount=100 "
        "cost_currency=EUR ms=1000"
    )


def test_json_is_an_object_for_each():
    written = Written()
    lines = Lines("json", written)
    lines.say("worker 1: gone\nand back")
    lines.entered(replace(ANSWERED, event="denial", finish="", model="a person's name"), stack())
    said, denial = map(json.loads, written.until("denial").splitlines())
    assert said["event"] == "said" and said["message"] == "worker 1: gone\nand back"
    assert denial["event"] == "denial" and denial["model"] == "other" and "finish" not in denial


def test_who_does_not_read_loses_lines_and_hears_how_many(monkeypatch):
    monkeypatch.setattr(module, "MAX_WAITING", 5)
    reads, begun = threading.Event(), threading.Event()
    written = Written()

    def stuck(text):
        begun.set()
        reads.wait(20)
        written(text)

    lines = Lines("text", stuck)
    lines.entered(ANSWERED, stack())
    assert begun.wait(20)
    for _ in range(12):
        lines.entered(ANSWERED, stack())
    reads.set()
    assert written.until("dropped").count(" request ") == 6
    assert "7 lines of the access log were dropped" in written.text
