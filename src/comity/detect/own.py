"""Checks of identifiers that python-stdnum 2.2 does not have, or has slowly. Each is told compact capitals.

From general knowledge of how each is made (2026-11-23); a vector for each stands in the tests.
"""

from __future__ import annotations

from comity.detect.digits import luhn


def emirates(number: str) -> bool:
    """Emirates ID: 784, a year, seven digits, Luhn."""
    return number.startswith("784") and "1900" <= number[3:7] <= "2099" and luhn(number)


def aadhaar(number: str) -> bool:
    """India's Aadhaar: Verhoeff's check, no 0 or 1 in front, no palindrome. Twelve digits in groups of four are what
    tables are full of, and python-stdnum's check takes ten times as long; a test holds the two against each other.
    """
    total = 0
    for at, digit in enumerate(reversed(number)):
        total = _PRODUCTS[total][_TURNS[at % 8][int(digit)]]
    return total == 0 and number[0] > "1" and number != number[::-1]


def _product(one: int, other: int) -> int:
    """In the dihedral group of ten, the symmetries of a pentagon; from 5 on they are reflections."""
    turned = one + other if one < 5 else one - other
    return turned % 5 + 5 * ((one < 5) != (other < 5))


_PRODUCTS = tuple(tuple(_product(one, other) for other in range(10)) for one in range(10))
_TURNS = [tuple(range(10))]
while len(_TURNS) < 8:
    _TURNS.append(tuple(_TURNS[-1][each] for each in (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)))


def egypt(number: str) -> bool:
    """Egypt's national number: century 2 or 3, date of birth, governorate, sequence, and a digit whose check is not
    published; so by date and governorate alone.
    """
    return number[0] in "23" and _month_day(number[3:7]) and number[7:9] in _GOVERNORATES


_GOVERNORATES = frozenset(f"{each:02}" for each in (*range(1, 5), *range(11, 20), *range(21, 30), *range(31, 36), 88))


def saudi(number: str) -> bool:
    """Saudi national ID (1) or residence (2), Luhn."""
    return number[0] in "12" and luhn(number)


def snils(number: str) -> bool:
    """Russia's insurance number: nine digits weighed 9 to 1, the sum modulo 101, where 100 is written 00."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:9], range(9, 0, -1), strict=True))
    return number[:9] > "001001998" and total % 101 % 100 == int(number[9:])


def taj(number: str) -> bool:
    """Hungary's TAJ: weights 3 and 7 in turn, modulo 10."""
    return sum(int(digit) * (3, 7)[at % 2] for at, digit in enumerate(number[:8])) % 10 == int(number[8])


def hetu(number: str) -> bool:
    """Finland's, of the last century, where its check character happens to be a digit."""
    return _month_day(number[2:4] + number[0:2]) and int(number[:9]) % 31 == int(number[9])


def jmbg(number: str) -> bool:
    """The number of the former Yugoslav states, of regions 71 to 89: Serbia."""
    return number[7] in "78" and _unique_master(number)


def emso(number: str) -> bool:
    """The same of region 50: Slovenia."""
    return number[7] == "5" and _unique_master(number)


def _unique_master(number: str) -> bool:
    if not _month_day(number[2:4] + number[0:2]) or number[4] not in "09":
        return False
    digits = [int(digit) for digit in number]
    total = sum((7 - at) * (digits[at] + digits[at + 6]) for at in range(6))
    return (11 - total % 11) % 11 == digits[12]


def nino(number: str) -> bool:
    """UK National Insurance number: no check digit, but prefixes that are not given."""
    return number[:2] not in ("BG", "GB", "NK", "KN", "TN", "NT", "ZZ")


def hkid(number: str) -> bool:
    """Hong Kong identity card: one or two letters, six digits, a check digit modulo 11 in brackets."""
    compact = number.replace("(", "").replace(")", "")
    value = [36] * (9 - len(compact)) + [int(each, 36) for each in compact]
    return sum((9 - at) * each for at, each in enumerate(value)) % 11 == 0


def nric(number: str) -> bool:
    """Singapore's NRIC and FIN: weights 2, 7, 6, 5, 4, 3, 2, and a letter that the first one chooses the row of."""
    total = sum(int(digit) * weight for digit, weight in zip(number[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    if number[0] == "M":
        return "KLJNPQRTUWX"[10 - (total + 3) % 11] == number[8]
    row = "JZIHGFEDCBA" if number[0] in "ST" else "XWUTRQPNMLK"
    return row[(total + 4 * (number[0] in "TG")) % 11] == number[8]


def taiwan(number: str) -> bool:
    """Taiwan's national identification card: a letter as two digits, weights 1, 9, 8 … 1, 1, modulo 10."""
    place = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0]) + 10
    digits = [place // 10, place % 10, *(int(digit) for digit in number[1:])]
    return (
        sum(digit * weight for digit, weight in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0
    )


_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _month_day(text: str) -> bool:
    month, day = int(text[:2]), int(text[2:])
    return 1 <= month <= len(_DAYS) and 1 <= day <= _DAYS[month - 1]
