"""Control state in a real PostgreSQL: the same code, and several hosts at once."""

import asyncio
import threading

import pytest

from comity.adapters.database import Database, DatabaseFault
from comity.adapters.database.postgres import BadUrl, arguments, shown
from comity.adapters.database.schema import STEPS
from comity.adapters.keys import KeyStore, KeyStoreError, UnknownKey
from comity.relay.limits.meter import Meter
from comity.relay.limits.shared import Leased
from comity.runtime.hosts import Hosts
from comity.stack.operation import Budget, Limits
from tests.postgres import postgres

__all__ = ["postgres"]


def test_keys_are_kept_as_in_a_file(postgres, tmp_path):
    url = postgres.fresh()
    with KeyStore(tmp_path, url) as one, KeyStore(tmp_path / "another-host", url) as other:
        assert other.changed() and not other.changed()
        key, _ = one.add(
            application="a",
            now=1,
            models=("small",),
            limits=Limits(concurrent=2),
            budgets=(Budget(per="day", money=1.5),),
        )
        assert other.changed() and other.keys() == (key,)
        assert other.revoke(key.id, 5).revoked == 5
        assert one.changed() and not one.keys()[0].live(6)
        with pytest.raises(UnknownKey):
            one.revoke("nobody", 5)
        with pytest.raises(KeyStoreError):
            one.add(now=1)
        assert len(one.keys()) == 1  # what failed left nothing behind
    assert not (tmp_path / "keys.db").exists()


def test_hosts_that_start_together_make_the_tables_once(postgres, tmp_path):
    url, faults = postgres.fresh(), []

    def start():
        try:
            Database(tmp_path, url).close()
        except Exception as error:  # noqa: BLE001 - whatever it is fails the test
            faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    with Database(tmp_path, url) as database:
        assert database.read("SELECT version FROM versions") == [(len(STEPS),)]


def test_a_newer_version_s_tables_are_left_alone(postgres, tmp_path):
    url = postgres.fresh()
    with Database(tmp_path, url) as database, database.writing() as writing:
        writing.run("UPDATE versions SET version = 99")
    with pytest.raises(DatabaseFault, match="newer version"):
        Database(tmp_path, url)


def test_a_server_that_was_away_is_found_again(postgres, tmp_path):
    with KeyStore(tmp_path, postgres.fresh()) as store:
        store.add(application="a", now=1)
        postgres.stop()
        try:
            for _ in range(2):
                with pytest.raises(KeyStoreError, match=r"cannot be (read|opened)"):
                    store.keys()
        finally:
            postgres.start()
        assert len(store.keys()) == 1


def test_hosts_share_a_limit_exactly(postgres, tmp_path):
    url, meter = postgres.fresh(), Meter("application", "desk", "tokens", 500, "total")
    used = [0, 0, 0]

    async def host(number):
        with Database(tmp_path, url) as database:
            hosts = Hosts(database, tmp_path / str(number), lambda name, meter, now: 20, [].append)
            leased = Leased(meter, 0)
            clock = asyncio.get_running_loop().time
            watch = asyncio.create_task(
                hosts.watch(lambda: {meter.id: (leased, 0)}, lambda names: None, lambda: int(clock() * 1000))
            )
            beyond = 0
            while beyond < 50:  # tries after the budget is used up
                if leased.left(int(clock() * 1000), 0) >= 1:
                    leased.take(1, int(clock() * 1000), 0)
                    used[number] += 1
                else:
                    leased.fetch(1)
                    hosts.hurry.set()
                beyond += sum(used) >= 480
                await asyncio.sleep(0.002)
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def walk():
        async with asyncio.timeout(60):
            await asyncio.gather(*(host(number) for number in range(3)))

    asyncio.run(walk())
    assert sum(used) == 480 and all(used)


def test_what_a_dead_host_held_comes_back(postgres, tmp_path):
    url, meter = postgres.fresh(), Meter("key", "k", "concurrent", 4)
    with Database(tmp_path, url) as database:
        one = Hosts(database, tmp_path / "one", lambda *_: 0, [].append)
        two = Hosts(database, tmp_path / "two", lambda *_: 0, [].append)

        def lease(host, want, held=0):
            from comity.relay.limits.shared import Ask

            return host.lease({meter.id: meter}, {meter.id: Ask(0, 0, held, want)})[meter.id].amount

        assert lease(one, 3) == 3 and lease(two, 4) == 1
        again = Hosts(database, tmp_path / "one", lambda *_: 0, [].append)
        assert lease(again, 2) == 2  # it began anew: nothing of before is held
        with database.writing() as writing:
            writing.run("UPDATE leases SET seen = seen - 60000 WHERE host = ?", again._name)
        assert lease(two, 4, held=1) == 3
        again.forget()


@pytest.mark.parametrize(
    "url, expected",
    [
        ("postgresql://u:p%40x@db.example/name", {"user": "u", "password": "p@x", "port": 5432, "database": "name"}),
        ("postgres://u@localhost:5433", {"port": 5433, "database": "u", "ssl_context": None}),
        ("postgresql://u@/name?host=/run/postgresql", {"unix_sock": "/run/postgresql/.s.PGSQL.5432"}),
    ],
)
def test_urls_are_read(url, expected):
    assert expected.items() <= arguments(url).items()


def test_another_machine_is_spoken_to_over_tls_with_its_name_checked():
    context = arguments("postgresql://u@db.example/name")["ssl_context"]
    assert context.check_hostname
    assert not arguments("postgresql://u@db.example/name?sslmode=require")["ssl_context"].check_hostname


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u@h/n",
        "postgresql://h/n",
        "postgresql://u@h/n?sslmode=prefer",
        "postgresql://u@h/n?x=1",
        "postgresql://u@h:p/n",
    ],
)
def test_what_cannot_be_read_is_refused_without_its_password(url):
    with pytest.raises(BadUrl):
        arguments(url.replace("u@", "u:hush@"))
    assert "hush" not in shown("postgresql://u:hush@h/n")
