"""`comity keys`: a key is shown once, alone on the last line of standard output."""

import json
import stat

from comity.adapters.keys import KeyStore, digest_of
from comity.cli.main import main


def stored(file):
    with KeyStore(file.parent / ".comity") as store:
        return store.keys()


def test_a_new_key_stands_alone_on_the_last_line(file, capsys):
    assert main(["keys", "new", "-c", str(file), "--app", "desk"]) == 0
    *_, last = capsys.readouterr().out.splitlines()
    (key,) = stored(file)
    assert key.digest == digest_of(last.encode()) and key.disclose == "full"
    assert stat.S_IMODE((file.parent / ".comity").stat().st_mode) == 0o700


def test_an_unknown_application_is_named_with_the_nearest(file, capsys):
    assert main(["keys", "new", "-c", str(file), "--app", "dsek"]) == 1
    told = capsys.readouterr().err
    assert "dsek" in told and "did you mean desk?" in told
    assert main(["keys", "new", "-c", str(file), "--app", "qqqqqqqqqq"]) == 1
    assert "there are desk" in capsys.readouterr().err
    assert not (file.parent / ".comity").exists()


def test_keys_are_listed_and_revoked_by_their_id(file, capsys):
    assert main(["keys", "new", "-c", str(file), "--role", "auditor", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert main(["keys", "list", "-c", str(file)]) == 0
    listed = capsys.readouterr().out
    assert made["id"] in listed and "role auditor" in listed and made["key"] not in listed
    assert main(["keys", "revoke", made["id"], "-c", str(file)]) == 0
    assert main(["keys", "list", "-c", str(file), "--json"]) == 0
    (shown,) = json.loads(capsys.readouterr().out.split("\n", 1)[1])
    assert shown["revoked"] and not shown["live"] and "digest" not in shown
    assert main(["keys", "revoke", "nobody", "-c", str(file)]) == 1
    assert "no key nobody" in capsys.readouterr().err


def test_a_key_ends_after_its_last_day(file, capsys):
    assert main(["keys", "new", "-c", str(file), "--app", "desk", "--until", "2020-01-01"]) == 2
    assert "has passed" in capsys.readouterr().err
    assert main(["keys", "new", "-c", str(file), "--app", "desk", "--until", "2999-12-31"]) == 0
    (key,) = stored(file)
    assert key.expires == 32_503_680_000_000


def test_state_may_be_elsewhere(file, tmp_path, capsys):
    assert main(["keys", "new", "-c", str(file), "--app", "desk", "--state", str(tmp_path / "other")]) == 0
    assert (tmp_path / "other" / "keys.db").is_file()
    assert not (file.parent / ".comity").exists()


def test_a_stack_file_that_is_not_there_is_named(tmp_path, capsys):
    for verb in (["new", "--app", "desk"], ["list"], ["revoke", "abc"]):
        assert main(["keys", verb[0], *verb[1:], "-c", str(tmp_path / "none.yaml")]) == 1
        assert "none.yaml" in capsys.readouterr().err
    assert not (tmp_path / ".comity").exists()


def test_a_key_may_be_narrowed_limited_and_short_lived(file, capsys):
    narrowed = ["--model", "small", "--expires", "30d", "--limit", "requests_per_minute=60"]
    narrowed += ["--budget", "month money=50", "--budget", "session tokens=1000", "--disclose", "none"]
    assert main(["keys", "new", "-c", str(file), "--app", "desk", *narrowed]) == 0
    (key,) = stored(file)
    assert key.models == ("small",) and key.expires == key.created + 30 * 86_400_000 and key.disclose == "none"
    assert key.limits.requests_per_minute == 60 and [budget.per for budget in key.budgets] == ["month", "session"]
    capsys.readouterr()
    assert main(["keys", "list", "-c", str(file)]) == 0
    listed = capsys.readouterr().out
    assert "models small, requests_per_minute 60, each month money=50, each session tokens=1000" in listed


def test_what_cannot_be_a_limit_is_refused(file, capsys):
    for wrong in (
        ["--limit", "requests=60"],
        ["--limit", "requests_per_minute=many"],
        ["--budget", "month"],
        ["--budget", "fortnight money=1"],
        ["--budget", "month money=-1"],
        ["--expires", "soon"],
        ["--expires", "9999w"],
    ):
        assert main(["keys", "new", "-c", str(file), "--app", "desk", *wrong]) == 2
    assert main(["keys", "new", "-c", str(file), "--role", "auditor", "--limit", "concurrent=1"]) == 2
    assert main(["keys", "new", "-c", str(file), "--app", "desk", "--model", "smal"]) == 1
    assert "did you mean small?" in capsys.readouterr().err


def test_a_key_can_be_revoked_while_the_stack_file_is_wrong(file, capsys):
    assert main(["keys", "new", "-c", str(file), "--app", "desk", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    file.write_text(file.read_text() + "\nnonsense: true\n")
    assert main(["keys", "revoke", made["id"], "-c", str(file)]) == 0
