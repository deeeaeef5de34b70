"""Times in zones are those of Python's zoneinfo; the seed stands in each failure."""

import random
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

import program

ZONES = [
    "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns",
    "Pacific/Auckland", "Africa/Casablanca", "Europe/Dublin", "America/Sao_Paulo", "Asia/Tehran",
]


def iso(moment):
    """The text of a time as --format json writes it."""
    return moment.isoformat(timespec="seconds")


@pytest.mark.parametrize("name", ZONES)
def test_instants_and_clocks(name):
    draw, zone = random.Random(name), ZoneInfo(name)
    for _ in range(3):
        moments = [
            datetime(1985, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=draw.randint(0, 50_000_000))
            for _ in range(60)
        ]
        values = ", ".join(f"(TIMESTAMP '{m:%Y-%m-%d %H:%M:%S}Z')" for m in moments)
        rows = program.answers(
            [
                f"SET timezone = '{name}'",
                f"SELECT t, t::date AS day, hour(t) AS h, date_trunc('day', t) AS start, "
                f"weekday(t) AS w, t + 1 MONTH AS later FROM (SELECT column1 AS t FROM (VALUES {values}))",
            ]
        )[0]
        for moment, row in zip(moments, rows):
            local = moment.astimezone(zone)
            assert row["t"] == iso(local), f"{name}: {moment}"
            assert row["day"] == str(local.date()), f"{name}: {moment}"
            assert row["h"] == local.hour, f"{name}: {moment}"
            assert row["w"] == local.isoweekday(), f"{name}: {moment}"


@pytest.mark.parametrize("name", ZONES)
def test_wall_clock_times(name):
    draw, zone = random.Random(name), ZoneInfo(name)
    locals_ = [
        datetime(1985, 1, 1) + timedelta(minutes=draw.randint(0, 50_000_000)) for _ in range(60)
    ]
    # Around changes of clocks: every half hour of some days.
    second = datetime(2015, 1, 1, tzinfo=timezone.utc)
    for hours in range(24 * 365):
        before, after = second.astimezone(zone), (second + timedelta(hours=1)).astimezone(zone)
        if before.utcoffset() != after.utcoffset():
            start = before.replace(tzinfo=None) - timedelta(hours=2)
            locals_ += [start + timedelta(minutes=30 * half) for half in range(12)]
        second += timedelta(hours=1)
    values = ", ".join(f"(TIMESTAMP '{moment}')" for moment in locals_)
    rows = program.answers(
        [f"SET timezone = '{name}'", f"SELECT epoch(t) AS e FROM (SELECT column1 AS t FROM (VALUES {values}))"]
    )[0]
    for local, row in zip(locals_, rows):
        first, later = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        meant = first if first.utcoffset() < later.utcoffset() else later
        expected = (local - meant.utcoffset() - datetime(1970, 1, 1)).total_seconds()
        assert row["e"] == expected, f"{name}: {local}"
