"""Writes the reference values of Tests/BQLStorageTests/TimeZoneValues.swift, from Python's zoneinfo.

Run it with a system whose time zones are current; the years that it asks for are settled or follow
from the zones' rules: python3 time_zone_values.py > ../BQLStorageTests/TimeZoneValues.swift
"""

import textwrap
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
EPOCH = datetime(1970, 1, 1)


def changes(zone, year):
    """The seconds at which a zone's offset changes in a year."""
    found = []
    second = int((datetime(year, 1, 1) - EPOCH).total_seconds())
    end = int((datetime(year + 1, 1, 1) - EPOCH).total_seconds())
    while second < end:
        if offset(zone, second) != offset(zone, second + 3600):
            low, high = second, second + 3600
            while high - low > 1:
                middle = (low + high) // 2
                if offset(zone, middle) == offset(zone, low):
                    low = middle
                else:
                    high = middle
            found.append(high)
        second += 3600
    return found


def offset(zone, second):
    """Seconds east of UTC at an instant."""
    instant = datetime.fromtimestamp(second, timezone.utc)
    return int(instant.astimezone(zone).utcoffset().total_seconds())


def instant(zone, local):
    """The instant of a wall-clock time: of a gap by the offset before, of two the later."""
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    # In a gap fold 0 is the offset before the change, where clocks go back fold 1 the one behind it.
    chosen = first if first.utcoffset() < second.utcoffset() else second
    return int((local - chosen.utcoffset() - EPOCH).total_seconds())


def main():
    offsets, locals_ = [], []
    for name in ZONES:
        zone = ZoneInfo(name)
        for year in (1975, 2007, 2019, 2020, 2037, 2038, 2100, 2999):
            seconds = changes(zone, year) or [int((datetime(year, 6, 1) - EPOCH).total_seconds())]
            for second in seconds:
                for near in (second - 1, second, second + 1, second + 10_000_000):
                    offsets.append((name, near, offset(zone, near)))
                for minutes in (-60, -30, -1, 0, 1, 15, 30, 45, 60):
                    shown = EPOCH + timedelta(seconds=second + offset(zone, second - 1))
                    local = shown + timedelta(minutes=minutes)
                    seconds_local = int((local - EPOCH).total_seconds())
                    locals_.append((name, seconds_local, instant(zone, local)))
    print("// Written by Tests/Peers/time_zone_values.py.")
    print()
    print("/// Holds what Python's zoneinfo says of some zones.")
    print("enum TimeZoneValues {")
    for title, variable, rows in (
        ("By zone: an instant in seconds since 1970, seconds east of UTC then.", "offsets", offsets),
        (
            "By zone: a wall-clock time in seconds since 1970, the instant that it means.",
            "instants",
            locals_,
        ),
    ):
        print(f"  /// {title}")
        print(f'  static let {variable} = """')
        for name in ZONES:
            pairs = [f"{second}:{value}" for zone, second, value in rows if zone == name]
            print("\n".join(f"    {line}" for line in textwrap.wrap(f"{name} {' '.join(pairs)}", 90)))
        print('    """')
        if variable == "offsets":
            print()
    print("}")


main()
