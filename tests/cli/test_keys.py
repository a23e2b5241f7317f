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
