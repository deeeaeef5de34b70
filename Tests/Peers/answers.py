"""Compares answers of programs: bags of rows, or rows in order, values of one meaning as equal."""

import math
from datetime import date, datetime, timedelta
from decimal import Decimal

TIME_LENGTH = len("2020-01-31 12:05:00")


def plain(value):
    """Returns a number, a text or None: what a value means in all programs."""
    if value is None or isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, (bool, float, Decimal)):
        return int(value) if value == value and value == int_or_none(value) else float(value)
    if isinstance(value, timedelta):
        return plain(value.total_seconds())
    if isinstance(value, (date, datetime)):
        return str(value)
    text = str(value)
    return text.removesuffix(" UTC") if len(text) == TIME_LENGTH + 4 else text


def int_or_none(value):
    return int(value) if math.isfinite(value) else None


def key(row):
    """Orders rows of any values; numbers that differ in their last digits alone are equal here."""
    return [
        (0, 0) if value is None
        else (2, value) if isinstance(value, str)
        else (1, float(f"{float(value):.12g}"))
        for value in row
    ]


def alike(one, other):
    # A number past the 64-bit ones is a float, however it is written.
    is_large = all(isinstance(value, int) and abs(value) >= 2**63 for value in (one, other))
    if is_large or isinstance(one, float) or isinstance(other, float):
        if one is None or other is None or isinstance(one, str) or isinstance(other, str):
            return False
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9) or one != one and other != other
    return one == other


def difference(ours, theirs, is_ordered):
    """Returns in words how two lists of rows differ; None where they mean the same."""
    ours, theirs = ([list(map(plain, row)) for row in rows] for rows in (ours, theirs))
    if len(ours) != len(theirs):
        return f"{len(ours)} rows, a peer {len(theirs)}: {ours[:5]} / {theirs[:5]}"
    if not is_ordered:
        ours, theirs = sorted(ours, key=key), sorted(theirs, key=key)
    for number, (own, other) in enumerate(zip(ours, theirs)):
        if len(own) != len(other) or not all(map(alike, own, other)):
            return f"row {number}: {own}, a peer {other}"
    return None
