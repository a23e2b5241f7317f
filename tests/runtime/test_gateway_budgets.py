"""What was spent stays spent, whatever dies: budgets begin with what the log says."""

import asyncio
import os
import signal

from comity.adapters.database import Database
from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat
from tests.runtime.stacks import two_upstreams
from tests.runtime.test_gateway_limits import asked


def test_a_budget_outlives_workers_supervisor_and_tables(tmp_path, until):
    async def walk():
        async with Upstream(chat("At nine.", usage=(20, 10))) as first:
            file = two_upstreams(tmp_path / "gw", first.url, first.url)
            text = file.read_text().replace("desk: {", "desk: {budgets: [{per: month, money: 0.00022}], ")
            file.write_text(text)
            gateway = Gateway(file, workers=2)
            key, auditor = gateway.new_key("--app", "desk"), gateway.new_key("--role", "auditor")
            async with gateway:
                assert (await asked(gateway, key)).status_code == 200
                for worker in (await gateway.status(auditor))["workers"]:
                    os.kill(worker["pid"], signal.SIGKILL)

                async def again():
                    try:
                        return (await asked(gateway, key)).status_code == 200
                    except Exception:  # noqa: BLE001 - nobody listens yet
                        return False

                await until(again)
                await gateway.kill()
            spent = first.requests.copy()
            with Database(gateway.state) as database, database.writing() as writing:
                for table in ("usage", "positions", "sessions"):
                    writing.run(f"DELETE FROM {table}")
            async with gateway:
                answers = [await asked(gateway, key) for _ in range(8)]
                statuses = [answer.status_code for answer in answers]
                # 30 tokens at 1 EUR a million cost 0.00003 EUR and may cost 0.00005, so six fit, over all three lives
                assert statuses[-1] == 429 and len(spent) + statuses.count(200) == 6, statuses
                assert answers[-1].json()["error"]["code"] == "budget_exceeded"
                assert "0.00022 EUR for each month" in answers[-1].json()["error"]["message"]
            rows = gateway.comity("usage", "--json")
            assert f'"requests": {len(first.requests)}' in rows

    asyncio.run(walk())
