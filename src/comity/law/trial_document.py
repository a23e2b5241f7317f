"""A trial as a document that programs read: `comity law test --json` and `POST /admin/law/test`."""

from __future__ import annotations

from comity.law.trial import Trial


def trial_document(trial: Trial) -> dict[str, object]:
    """What was run, what each rule and date is tried by, what is left untried, and everything that does not hold."""
    return {
        "pack": trial.pack,
        "holds": trial.whole,
        "cases": len(trial.results),
        "traps": trial.traps,
        "rules": [{"rule": rule.rule, "fires": rule.fires, "silent": rule.silent} for rule in trial.rules],
        "dates": [
            {
                "what": each.what,
                "day": each.day.isoformat(),
                "begins": each.begins,
                "cases_before": each.eve,
                "cases_on_it": each.first,
            }
            for each in trial.dates
        ],
        "untried": list(trial.gaps),
        "problems": [str(problem) for problem in trial.problems],
    }
