"""An export says what the log says, request by request, and gives the groups that its roll-up gives."""

from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.adapters.duck import DuckFault, exported, parquet_groups, parts
from comity.adapters.duck.columns import COLUMNS
from comity.adapters.duck.export import of_log, write
from comity.adapters.rollup import groups_of
from comity.posture.replay.cells import counted, flat, grouped
from comity.posture.replay.groups import Asked
from comity.posture.replay.requests import Request
from comity.terms.errors import UsageFault
from tests.adapters.rollup import written
from tests.adapters.rollup.test_rollup import a_day

WORDS = st.sampled_from(["", "a", "b'c", 'é"{}', "long-" * 8])
NAMES = st.lists(st.sampled_from(["FR", "DE", "it's"]), max_size=2).map(tuple)
KEYS = st.builds(
    Asked,
    application=WORDS,
    operation=st.sampled_from(["infer", "embed"]),
    added=st.tuples(NAMES, NAMES, NAMES),
    model=WORDS,
    wish=WORDS,
    realm=WORDS,
    conditions=WORDS,
    mode=st.just("enforce"),
    period=st.sampled_from(["2026-10", "2026-11"]),
    placement=WORDS,
    deployment=WORDS,
    rules=NAMES,
    status=st.sampled_from(["answered", "refused", "failed"]),
)
FIGURE = st.integers(-1, 700_000)
REQUESTS = st.builds(
    Request,
    at=st.integers(0, 2**40),
    received=st.integers(0, 2**42),
    asked=KEYS,
    prompt_tokens=FIGURE,
    completion_tokens=FIGURE,
    cost=st.integers(-1, 2**53 - 1),
    currency=st.sampled_from(["", "EUR"]),
    first_byte_ms=FIGURE,
    total_ms=FIGURE,
    finish=WORDS,
)


def groups(requests):
    cells = {}
    for request in requests:
        counted(cells, request)
    return grouped(flat(cells))


def rows(path, what="*"):
    return duckdb.execute(f"SELECT {what} FROM read_parquet($path)", {"path": str(path)}).fetchall()


@settings(max_examples=25, deadline=None)
@given(requests=st.lists(REQUESTS, max_size=30), most=st.sampled_from([1, 7, 500_000]))
def test_groups_are_those_of_the_requests(tmp_path_factory, requests, most):
    folder = tmp_path_factory.mktemp("it's an export")
    before, parts.PART_ROWS = parts.PART_ROWS, most
    try:
        for to in (folder / "log.parquet", folder / "log"):
            done = write((("shard0000", request) for request in requests), to)
            assert (done.rows, done.files) == (len(requests), len(exported(to)))
            assert parquet_groups(exported(to)) == groups(requests)
            assert sorted(folder.glob(".*")) == []
    finally:
        parts.PART_ROWS = before


def test_a_log(tmp_path):
    written.write(tmp_path, a_day)
    to = tmp_path / "log.parquet"
    write(of_log(tmp_path), to)
    assert parquet_groups([to]) == groups_of(tmp_path)
    assert parquet_groups([to, to]) == {asked: sums + sums for asked, sums in groups_of(tmp_path).items()}
    assert [name for name, *_ in duckdb.execute(f"DESCRIBE FROM '{to}'").fetchall()] == [each.name for each in COLUMNS]
    assert rows(to, '"at", epoch_ms(received), prompt_tokens, cost, first_byte_ms, status, finish') == [
        (0, written.NOW, 10, 7000, 70, "answered", "stop"),
        (2, written.NOW, None, None, None, "failed", "stop"),
        (4, written.NOW, None, None, None, "refused", "denied"),
        (5, written.NOW, 10, 7000, 86_400_000, "answered", "stop"),
    ]
    assert to.stat().st_mode & 0o777 == 0o600


def test_equal_logs_give_equal_bytes(tmp_path):
    written.write(tmp_path, a_day)
    for name in ("one.parquet", "other.parquet"):
        write(of_log(tmp_path), tmp_path / name)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "other.parquet").read_bytes()


@pytest.mark.parametrize("name", ["log.parquet", "log"])
def test_whole_or_not_at_all(tmp_path, name):
    (tmp_path / "log.parquet").write_bytes(b"what was there")

    def interrupted():
        yield "shard0000", Request(0, 0, next(iter(groups_of(tmp_path)), None) or key())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(interrupted(), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["log.parquet"]
    assert (tmp_path / "log.parquet").read_bytes() == b"what was there"


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(UsageFault, match="is there already"):
        write((), tmp_path)
    with pytest.raises(UsageFault, match="cannot be written"):
        write((), tmp_path / "missing" / "log.parquet")


def test_what_is_no_export_is_told(tmp_path):
    path = tmp_path / "other.parquet"
    path.write_bytes(b"no parquet")
    with pytest.raises(DuckFault, match="DuckDB"):
        parquet_groups([path])
    duckdb.execute(f"COPY (SELECT 1 AS asked) TO '{path}'")
    with pytest.raises(DuckFault, match="it has no column added_data"):
        parquet_groups([path])
    assert exported(tmp_path / "missing.parquet") == []
    with pytest.raises(UsageFault):
        parquet_groups([])


def test_columns_may_be_wider_than_they_are_written(tmp_path):
    whole, path = tmp_path / "whole.parquet", tmp_path / "log.parquet"
    write([("shard0000", Request(0, 0, key(), 3, 4, 5))], whole)
    wider = "prompt_tokens::BIGINT AS prompt_tokens, received::TIMESTAMP_NS AS received"
    duckdb.execute(f"COPY (SELECT * REPLACE ({wider}) FROM '{whole}') TO '{path}'")
    assert parquet_groups([path]) == parquet_groups([whole])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("asked + 1 AS asked", "the key of another group"),
        ("false AS first", "has no first row"),
        ("-5 AS prompt_tokens", "figures below 0"),
        ("-1 AS cost", "figures below 0"),
        ("'x' AS prompt_tokens", "another version: its column prompt_tokens is VARCHAR, where INTEGER is expected"),
        ("1.5::DOUBLE AS cost", "another version: its column cost is DOUBLE"),
        ("[1] AS rules", "another version: its column rules"),
        ("'2026' AS received", "another version: its column received"),
    ],
)
def test_a_damaged_one_is_told(tmp_path, change, said):
    whole, path = tmp_path / "whole.parquet", tmp_path / "log.parquet"
    write([("shard0000", Request(0, 0, key()))], whole)
    duckdb.execute(f"COPY (SELECT * REPLACE ({change}) FROM '{whole}') TO '{path}'")
    with pytest.raises(DuckFault, match=said):
        parquet_groups([path])


def key(**members):
    names = dict.fromkeys(Asked.__struct_fields__, "x") | {"added": ((), (), ()), "rules": ()}
    return Asked(**names | members)


def test_it_reads_what_it_is_told_of_and_nothing_else(tmp_path: Path):
    from comity.adapters.duck.connection import connected

    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside, outside):
        folder.mkdir()
        write([("shard0000", Request(0, 0, key()))], folder / "log.parquet")
    for statement in (
        f"SELECT * FROM '{outside}/log.parquet'",
        f"COPY (SELECT 1) TO '{outside}/more.parquet'",
        "SELECT * FROM read_parquet('https://127.0.0.1:9/x.parquet')",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET autoinstall_known_extensions = true",
    ):
        with pytest.raises(DuckFault), connected((inside,)) as duck:
            duck.execute(statement)
    with connected((inside,)) as duck:
        assert duck.execute(f"SELECT count(*) FROM '{inside}/log.parquet'").fetchall() == [(1,)]


def test_it_tells_how_far_it_is(tmp_path):
    write([("shard0000", Request(n, n, key())) for n in range(50_000)], tmp_path / "log.parquet")
    told = []
    assert parquet_groups([tmp_path / "log.parquet"] * 200, told.append)[key()].n == 10_000_000
    assert all(0 <= hundredths <= 100 for hundredths in told)
