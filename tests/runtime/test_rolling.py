"""The roll-up beside a gateway: it counts, says once what keeps it from counting, and ends when it is told to."""

from threading import Event

from comity.adapters.rollup import FILE, Kept
from comity.runtime.rolling import Rolling
from tests.adapters.rollup import written
from tests.adapters.rollup.test_rollup import a_day


class Watched(Rolling):
    """Tells after each counting."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.counted = Event()
        wait = self._over.wait

        def waited(seconds):
            if self.begun:
                self.counted.set()
            self.begun = True
            return wait(seconds)

        self.begun = False
        self._over.wait = waited


def rolled(state, heard):
    rolling = Watched(state, heard.append, 0.001)
    rolling.start()
    assert rolling.counted.wait(30)
    rolling.stop()


def test_it_counts(tmp_path):
    written.write(tmp_path, a_day)
    heard = []
    rolled(tmp_path, heard)
    kept = Kept(tmp_path)
    assert [position.counted for position in kept.positions().values()] == [7]
    kept.close()
    assert heard == []


def test_what_keeps_it_from_counting_is_said_once(tmp_path):
    written.write(tmp_path, a_day)
    (tmp_path / FILE).write_bytes(b"no database" * 500)
    heard = []
    rolled(tmp_path, heard)
    rolled(tmp_path, heard)
    assert len(heard) == 2
    assert "the log's requests are not rolled up" in heard[0]
    assert "delete it" in heard[0]


def test_one_that_never_began_can_be_stopped(tmp_path):
    Rolling(tmp_path, print).stop()
    assert not (tmp_path / FILE).exists()
