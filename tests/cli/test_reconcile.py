"""`comity reconcile`: invoices that agree with a log, that have more, less or other; and files that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import Ledger
from comity.cli.main import main
from tests.adapters.ledger.writing import enter, run
from tests.proof.samples import intent, outcome

DAY = 86_400_000
FIRST = 20_780 * DAY  # 2026-11-23

STACK = """\
origin: example.org/gw
law: []
currency: USD
parties:
  columbia: {seat: US}
  ovale: {seat: FR}
sites:
  ohio: {jurisdiction: US, operator: columbia}
  lyon: {jurisdiction: FR, operator: ovale}
models:
  big: {developer: US}
deployments:
  paris: {model: big, site: ohio, url: "https://one.example/v1", served_as: gpt-4o-mini}
  lyon: {model: big, site: lyon, url: "https://two.example/v1"}
applications:
  desk: {controller: FR, purpose: general, data: [], subjects: [FR]}
"""

USED = {"prompt_tokens": 100, "completion_tokens": 20}
COST = {"amount": 5 * 10**7, "currency": "USD"}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Two days: three answers and then two, each after an attempt at lyon that was refused; and a lost outcome."""
    folder = tmp_path_factory.mktemp("gateway")
    (folder / "comity.yaml").write_text(STACK)

    async def work(ledger: Ledger) -> str:
        for day, count in ((0, 3), (1, 2)):
            for _ in range(count):
                index = await enter(ledger, "intent", intent())
                ended = outcome(index, times={"finished": FIRST + day * DAY + 1}, usage=USED, cost=COST)
                await enter(ledger, "outcome", ended, index)
        return ledger.shard

    (folder / ".comity").mkdir(mode=0o700)
    return folder, run(folder / ".comity", work)


OPENAI = (
    "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,model,input_tokens,output_tokens\n"
)


def openai(rows: list[tuple[int, float, str, int, int]]) -> str:
    lines = [f"{FIRST // 1000 + day * 86_400},,,,p,{n},{model},{a},{b}\n" for day, n, model, a, b in rows]
    return OPENAI.replace("start_time_iso,", "x,") + "".join(lines)


HONEST = [(0, 2.0, "gpt-4o-mini-2024-07-18", 200, 40), (0, 1.0, "gpt-4o-mini-2024-07-18", 100, 20),
          (1, 2.0, "gpt-4o-mini", 200, 40), (1, 0.0, "", 0, 0)]  # fmt: skip


def reconciled(gateway: tuple[Path, str], text: str, *more: str) -> tuple[int, Any]:
    file = gateway[0] / "invoice.csv"
    file.write_text(text)
    status = main(["reconcile", str(file), "-c", str(gateway[0] / "comity.yaml"), "--json", *more])
    return status, None


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_an_export_that_agrees(gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert reconciled(gateway, openai(HONEST))[0] == 0
    document = told(capsys)
    assert (document["export"], document["from"], document["to"]) == ("openai-usage", "2026-11-23", "2026-11-24")
    assert (document["agreed"], document["log"]["requests"], document["log"]["unsure"]) == (2, "5", 0)


def test_what_is_on_one_side_only_is_named(gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    rows = [HONEST[0], HONEST[1], (2, 9.0, "gpt-4o-mini", 900, 9), (0, 1.0, "o9", 5, 5)]
    assert reconciled(gateway, openai(rows))[0] == 1
    found = [(each["kind"], each["day"], each["name"], each["lines"]) for each in told(capsys)["differences"]]
    assert found == [
        ("only-invoice", "2026-11-23", "o9", [5]),
        ("only-log", "2026-11-24", "gpt-4o-mini", []),
        ("only-invoice", "2026-11-25", "gpt-4o-mini", [4]),
    ]
    assert reconciled(gateway, openai(rows), "--is", "o9=lyon")[0] == 1
    status = main(["reconcile", str(gateway[0] / "invoice.csv"), "-c", str(gateway[0] / "comity.yaml")])
    said = capsys.readouterr().out.partition("}\nInvoice")[2]
    assert status == 1
    assert "2026-11-23 o9: only in the invoice (line 5); no deployment of the stack is called so" in said
    assert "2026-11-24 gpt-4o-mini: only in the log" in said


@pytest.mark.parametrize("wrong", ["nan", "inf", "-0.1", "1", "much"])
def test_a_tolerance_that_is_no_share_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["reconcile", "invoice.csv", "-c", "comity.yaml", f"--tolerance={wrong}"])
    assert ended.value.code == 2 and "argument --tolerance" in capsys.readouterr().err


def test_a_tolerance_is_kept(gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(0, 3.0, "gpt-4o-mini", 303, 60), HONEST[2]]
    assert reconciled(gateway, openai(rows))[0] == 0
    capsys.readouterr()
    assert reconciled(gateway, openai(rows), "--tolerance", "0.001")[0] == 1
    (each,) = told(capsys)["differences"]
    assert (each["kind"], each["measure"], each["invoice"], each["log"]) == ("differs", "prompt_tokens", "303", "300")


def test_money_is_compared_in_its_currency(gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    header = "start_time,start_time_iso,amount_value,amount_currency,line_item\n"
    text = header + (
        '1,2026-11-23T00:00:00+00:00,0.1,usd,"gpt-4o-mini-2024-07-18, input"\n'
        '1,2026-11-23T00:00:00+00:00,0.05,usd,"gpt-4o-mini-2024-07-18, output"\n'
        '1,2026-11-24T00:00:00+00:00,0.2,usd,"gpt-4o-mini, input"\n'
    )
    assert reconciled(gateway, text)[0] == 1
    (each,) = told(capsys)["differences"]
    assert (each["day"], each["measure"], each["invoice"], each["log"]) == ("2026-11-24", "USD", "0.2", "0.100000000")


@pytest.mark.parametrize("currencies", [("EUR", "EUR"), ("USD", "EUR")])
def test_an_invoice_in_other_money_does_not_agree(
    gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str], currencies: tuple[str, str]
) -> None:
    """Whatever it says of it: nothing is held against it, or not against all of it."""
    rows = "".join(
        f"2026-11-{day},gpt-4o-mini,{amount},{currency}\n"
        for day, own in ((23, "0.15"), (24, "0.1"))
        for currency, amount in zip(currencies, (own, "999999"), strict=True)
    )
    columns = [f"--column={each}" for each in ("day=day", "name=name", "cost=cost", "currency=money")]
    assert reconciled(gateway, "day,name,cost,money\n" + rows, *columns)[0] == 1
    document = told(capsys)
    found = [(each["kind"], each["day"], each["lines"]) for each in document["differences"]]
    assert found == [("not-compared", "2026-11-23", [2, 3]), ("not-compared", "2026-11-24", [4, 5])]
    assert "EUR" in document["uncompared"]
    file, stack = str(gateway[0] / "invoice.csv"), str(gateway[0] / "comity.yaml")
    assert main(["reconcile", file, "-c", stack, *columns]) == 1
    assert "not all of it can be compared" in capsys.readouterr().out


def test_where_one_thing_cannot_be_compared_it_is_said(
    gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = "day,name,requests,cost\n2026-11-23,gpt-4o-mini,3,5\n2026-11-24,gpt-4o-mini,2,5\n"
    columns = [f"--column={each}" for each in ("day=day", "name=name", "cost=cost", "requests=requests")]
    (gateway[0] / "euro.csv").write_text(text.replace(",cost", ",cost,money").replace(",5\n", ",5,EUR\n"))
    command = ["reconcile", str(gateway[0] / "euro.csv"), "-c", str(gateway[0] / "comity.yaml"), *columns]
    assert main([*command, "--column=currency=money"]) == 0
    said = capsys.readouterr().out
    assert "they agree where they can be compared" in said
    assert "EUR: 10 in the invoice, nothing in the log by the stack's prices; not compared" in said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--from", "2026-11-24", "--to", "2026-11-23"), "is after"),
        (("--from", "2027-01-01", "--to", "2027-01-31"), "no row of"),
        (("--is", "a=paris", "--is", "a=lyon"), "says twice"),
        (("--column", "requests=model", "--column", "requests=model"), "says twice"),
    ],
)
def test_what_leaves_nothing_to_compare_is_no_agreement(
    gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str], more: tuple[str, ...], said: str
) -> None:
    assert reconciled(gateway, openai(HONEST), *more)[0] == 2
    assert said in capsys.readouterr().err


def test_a_line_or_a_file_without_an_end_is_told(
    gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = [f"--column={each}" for each in ("day=day", "name=name", "cost=cost")]
    stack = str(gateway[0] / "comity.yaml")
    assert main(["reconcile", "/dev/zero", "-c", stack, *columns]) == 2
    assert "1048576 characters or more" in capsys.readouterr().err
    monkeypatch.setattr("comity.cli.reconcile.MAX_FILE_BYTES", 1_000)
    assert reconciled(gateway, "day,name,cost\n" + "\n" * 1_000, *columns)[0] == 2
    assert "larger than 1000 bytes" in capsys.readouterr().err


@pytest.mark.parametrize("huge", ["1e999999999", "-1e999999999", "1e-999999999", "1e-31", "sNaN"])
def test_a_number_with_a_huge_exponent_is_none(
    gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str], huge: str
) -> None:
    """One of them overflows where it is compared, another has a gigabyte of digits where it is shown."""
    columns = [f"--column={each}" for each in ("day=day", "name=name", "cost=cost")]
    assert reconciled(gateway, f"day,name,cost\n2026-11-23,gpt-4o-mini,{huge}\n", *columns)[0] == 2
    assert "line 2: cost is" in capsys.readouterr().err


def test_azure(gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "Date,MeterCategory,MeterName,ConsumedService,Quantity,UnitOfMeasure,CostInBillingCurrency,"
        "BillingCurrencyCode,ResourceId\n"
        "11/23/2026,Foundry Models,in,Microsoft.CognitiveServices,0.36,1K,0.15,USD,/x/accounts/our-account\n"
        "11/23/2026,Storage,LRS,Microsoft.Storage,9,1 GB/Month,9,USD,/x/storageAccounts/other\n"
        "11/24/2026,Foundry Models,in,microsoft.cognitiveservices,0.24,1K,0.1,USD,/x/accounts/our-account\n"
    )
    assert reconciled(gateway, text, "--is", "our-account=paris")[0] == 0
    assert told(capsys)["export"] == "azure"


def test_litellm(gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    header = "request_id,call_type,spend,prompt_tokens,completion_tokens,startTime,endTime,model\n"
    row = "chatcmpl-{},acompletion,0.05,100,20,2026-11-{} 10:00:00.123,,openai/gpt-4o-mini\n"
    text = header + "".join(row.format(n, 23 if n < 3 else 24) for n in range(5))
    assert reconciled(gateway, text)[0] == 0
    assert told(capsys)["export"] == "litellm"


def test_by_receipts(gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    _, shard = gateway
    text = f"id,in,out\n{shard}.0,100,20\n{shard}.2,150,20\n{shard}.999,7,7\n"
    columns = [f"--column={each}" for each in ("request=id", "prompt_tokens=in", "completion_tokens=out")]
    assert reconciled(gateway, text, *columns)[0] == 1
    found = [(each["kind"], each["request"], each["lines"]) for each in told(capsys)["differences"]]
    assert found == [("differs", f"{shard}.2", [3]), ("only-invoice", f"{shard}.999", [4])]
    assert reconciled(gateway, text, *columns, "--from", "2026-11-23", "--to", "2026-11-24")[0] == 1
    assert len([each for each in told(capsys)["differences"] if each["kind"] == "only-log"]) == 3


def test_only_one_supplier(gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert reconciled(gateway, openai(HONEST), "--supplier", "ovale")[0] == 1
    assert {each["kind"] for each in told(capsys)["differences"]} == {"only-invoice"}
    assert reconciled(gateway, openai(HONEST), "--supplier", "nobody")[0] == 2
    assert reconciled(gateway, openai(HONEST), "--deployment", "nowhere")[0] == 2
    assert reconciled(gateway, openai(HONEST), "--is", "x=nowhere")[0] == 2


def test_bad_rows_are_named_all_at_once(gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    text = openai([*HONEST, (0, 1, "gpt-4o-mini", 1, 1)]).replace(",1,1\n", ",NaN,1\n")
    text += "x,,,,p,1,gpt-4o-mini,1,1\n1795392000,,,,p,1,gpt-4o-mini,1e99,1\nshort,row\n"
    assert reconciled(gateway, text)[0] == 2
    said = capsys.readouterr().err
    assert "4 problems" in said
    for line in (
        "line 6: prompt_tokens is 'NaN'",
        "line 7: the day is 'x', no date",
        "line 8: prompt_tokens is '1e99', beyond",
        "line 9: it has 2 fields",
    ):
        assert line in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "of no known export"),
        ("a,b\n1,2\n", "of no known export"),
        ("a,b\n1,2\n", "there is no column c"),
        ("day,model\n2026-11-23,x\n", "no column says how much"),
        ('day,model,cost\n"2026-11-23,x,1\n', "line 2: it has 1 fields"),
        ("day,model,cost\n\0,x,1\n", "line 2: the day is"),
    ],
)
def test_files_that_are_none(
    gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    own = (
        ["--column", "day=day", "--column", "name=model", *(["--column", "cost=cost"] if "cost" in text else [])]
        if "model" in text
        else []
    )
    own += ["--column", "day=c", "--column", "name=b"] if "column c" in said else []
    assert reconciled(gateway, text, *own)[0] == 2
    assert said in capsys.readouterr().err
