"""Payment cards: the numbers that an issuer may give, with their check digit.

Ranges: ISO/IEC 7812 as the networks publish theirs, from general knowledge (2026-11-23): Visa 4; Mastercard 51-55 and
2221-2720; American Express 34, 37; Discover 6011, 644-649, 65; Diners Club 300-305, 36, 38, 39; JCB 3528-3589; UnionPay
62; RuPay 60, 81, 82, 508; Mir 2200-2204; Troy 9792; Maestro 5018, 5020, 5038, 5893, 6304, 6759, 6761-6763.
"""

from __future__ import annotations

import re

from comity.detect.digits import luhn

_ISSUED = re.compile(
    r"(?:4(?:[0-9]{15}|[0-9]{18})"
    r"|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"
    r"|3[47][0-9]{13}"
    r"|(?:6011|64[4-9][0-9]|65[0-9]{2})[0-9]{12}"
    r"|3(?:0[0-5]|[689][0-9])[0-9]{11}"
    r"|35(?:2[89]|[3-8][0-9])[0-9]{12}"
    r"|62[0-9]{14}(?:[0-9]{3})?"
    r"|(?:60[0-9]{2}|8[12][0-9]{2}|508[0-9])[0-9]{12}"
    r"|220[0-4][0-9]{12}|9792[0-9]{12}"
    r"|(?:5018|5020|5038|5893|6304|6759|676[1-3])[0-9]{12})"
)


def is_card(digits: str) -> bool:
    """Whether the digits are a card's number."""
    return _ISSUED.fullmatch(digits) is not None and luhn(digits) and len(set(digits)) > 1
