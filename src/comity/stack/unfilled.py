"""The mark of a fact that nobody has stated yet: what a drafted stack file holds where only people can answer.

It stands for no value, so a file that still has one is refused, each one by its place.
"""

from __future__ import annotations

UNFILLED = "TO-FILL"
"""No id, jurisdiction, date, number or address is spelled so; where any text would do it is refused as well."""
