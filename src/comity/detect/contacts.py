"""Ways to reach a person: e-mail addresses and telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_LOCAL, LONGEST_DOMAIN = 64, 255
"""RFC 5321, section 4.5.3.1."""

_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+\Z")
_DOMAIN = re.compile(r"(?:[\w](?:[\w-]{0,61}[\w])?\.)+([^\W\d_]{2,24}|xn--[a-z0-9-]{2,59})(?![\w-])")
_LOCAL_EDGES = ".'!#$%&*/=?^`{|}~"
_FILES = frozenset("png jpg jpeg gif svg webp avif ico css js ts py json html".split())
"""What stands behind the last dot in `icon@2x.png`, which is no domain."""

CALLING_CODES: dict[str, tuple[int, int]] = {
    **dict.fromkeys("1 7".split(), (10, 10)),
    **dict.fromkeys(
        "33 34 31 32 41 45 47 48 61 66 972 971 966 351 352 353 358 370 380 420 421 385 386".split(), (8, 10)
    ),
    **dict.fromkeys("91 90 98 92 63 86 52 57 81 82 84 20 27 30 36 40 46 51 54 55 56 58 60 62 64 65".split(), (7, 11)),
    **dict.fromkeys("39 43 44 49".split(), (6, 12)),
    **dict.fromkeys(
        "93 94 95 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 "
        "238 239 240 241 242 243 244 245 246 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 "
        "265 266 267 268 269 297 298 299 350 354 355 356 357 359 371 372 373 374 375 376 377 378 381 382 383 "
        "387 389 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599 670 673 "
        "674 675 676 677 678 679 680 682 685 686 687 689 691 692 850 852 853 855 856 880 886 960 961 962 963 "
        "964 965 967 968 970 973 974 975 976 977 992 993 994 995 996 998".split(),
        (5, 12),
    ),
}
"""ITU-T E.164: country calling codes and how many digits follow, from general knowledge (2026-11-23), loosely."""

PHONE_WORDS = (
    "phone|telephone|tel|mobile|cell|cellphone|call|fax|whatsapp|sms|text|hotline|landline|téléphone|portable|appeler"
    "|appelez|joindre|numéro de téléphone|telefon|telefonnummer|handy|handynummer|mobil|mobilnummer|rufnummer|anrufen"
    "|festnetz|teléfono|móvil|celular|llamar|llame|llámame|telefono|cellulare|chiamare|chiamami|telefone|telemóvel|ligar"
    "|ligue|telefoon|telefoonnummer|mobiel|bellen|bel|telefonu|komórka|komórkowy|zadzwoń|dzwonić|फ़ोन|फोन|मोबाइल|कॉल"
    "|هاتف|الهاتف|هاتفي|جوال|الجوال|جوالي|موبايل|اتصل|تلفون|رقم الهاتف"
)
SURE_PHONES = frozenset({"999) 999-9999", "999) 999 9999", "99) 9999-9999", "99) 99999-9999"})
"""Ways of writing that nothing else has; they begin within brackets."""

FRENCH = frozenset({"99 99 99 99 99", "99.99.99.99.99"})
"""How the French write theirs; it begins with one zero."""

LONGEST_PHONE = 15
"""Digits: ITU-T E.164."""

SURELY_ABROAD = 10
"""Digits of a number that begins with 00 and is no small one that was filled up."""


def emails(text: str) -> Iterator[str]:
    """Every e-mail address."""
    at = text.find("@")
    while at >= 0:
        domain = _DOMAIN.match(text, at + 1, at + 1 + LONGEST_DOMAIN)
        if domain is not None and domain[1].lower() not in _FILES:
            local = _LOCAL.search(text, max(0, at - LONGEST_LOCAL), at)
            name = local[0].lstrip(_LOCAL_EDGES) if local else ""
            if name and name != "git":
                yield f"{name}@{domain[0]}"
        at = text.find("@", at + 1)


def national_digits(digits: str) -> tuple[int, int] | None:
    """For digits behind a plus: how many a number with that calling code has in all, at least and at most."""
    for length in (1, 2, 3):
        found = CALLING_CODES.get(digits[:length])
        if found is not None:
            return found[0] + length, found[1] + length
    return None
