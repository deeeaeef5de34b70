"""Makes the base model with numpy alone: a session is a run of rows, a user a run of sessions.

It is what one writes by hand where a data frame is too slow: six loops a measure, which several
threads can share.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas

from pandas_customers_peer import Peer as Customers

sys.path.append(str(Path(__file__).resolve().parents[1]))
from customer_tasks import (
    COLUMNS, DAY, KINDS, MARGIN, MEASURES, OPTIONAL, PERIOD, PERIOD_MEASURES, RATIOS, TO_MAXIMUM,
    TO_ZERO, numbers,
)


def run_starts(values):
    """Returns where each run of equal values begins."""
    return np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))


def over(numerator, denominator):
    found = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=found, where=denominator != 0)
    return found


class Peer:
    version = "numpy " + np.__version__

    def __init__(self, files, threads):
        log = Customers(files, threads).log
        # Sessions whose rows lie apart are brought together, unmeasured.
        log = log.sort_values(["session", "time"], kind="stable")
        self.log = {name: log[name].to_numpy() for name in log.columns}
        self.threads = threads

    def tasks(self, group):
        counts = {"runs, a measure at a time by threads": self.threads, "runs, one thread": 1}
        return {
            "features-base": {
                name: lambda threads=threads: self.sums(threads) for name, threads in counts.items()
            }
        }

    def answer(self, task, formulation, result):
        return numbers(result)

    def sums(self, threads):
        users = self.base(threads)
        mean = users["purchase_number_mean"]
        return [len(mean), len(mean) - np.isnan(mean).sum(), *map(np.nansum, users.values())]

    def measured(self):
        """Returns the measures of each session and where each user's sessions begin."""
        log = self.log
        begins = run_starts(log["session"])
        ends = np.concatenate((begins[1:], [len(log["time"])]))
        start = log["time"][begins].astype("int64")
        user = log["user"][begins]
        found = {"length": (log["time"][ends - 1] - start) / 60}
        found["click_count"] = ends - begins
        sums = {"click": np.add.reduceat(log["cents"], begins, dtype="int64") / 100}
        for kind in KINDS:
            found[f"{kind}_count"] = np.add.reduceat(log[kind], begins, dtype="int64")
            cents = np.add.reduceat(log["cents"] * log[kind], begins, dtype="int64")
            sums[kind] = np.where(found[f"{kind}_count"] > 0, cents / 100, np.nan)
            found[f"{kind}_revenue"] = sums[kind]
        for kind in ["click", *KINDS]:
            found[f"time_to_{kind}"] = over(found["length"], found[f"{kind}_count"])
            found[f"time_to_{kind}_revenue"] = over(found["length"], sums[kind])
        found |= self.calendar(start)
        bought = found["purchase_count"] > 0
        found["haspurchase"] = bought.astype("int8")
        users = run_starts(user)
        self.age = (start.max() - start) // PERIOD
        found["session_recency"] = (start.max() - start) / DAY
        found["session_number"], found["inter_session_time"] = self.distances(user, start)
        number, gap = self.distances(user[bought], start[bought])
        for name, values in (
            ("purchase_number", number), ("inter_purchase_time", gap),
            ("purchase_recency", found["session_recency"][bought]),
        ):
            found[name] = np.full(len(start), np.nan)
            found[name][bought] = values
        return found, users

    def calendar(self, start):
        """Looks the parts of each hour's start up in a table of the log's days."""
        day = start // DAY
        first = day.min()
        days = pandas.to_datetime(np.arange(first, day.max() + 1) * DAY, unit="s")
        weekday = (np.asarray(days.day_of_week) + 1) % 7 + 1
        parts = {
            "start_year": days.year, "start_yearday": days.day_of_year,
            "start_month": days.month, "start_monthday": days.day,
            "start_week": days.isocalendar()["week"], "start_weekday": weekday,
            "start_isweekend": (weekday == 1) | (weekday == 7),
        }
        found = {name: np.asarray(part, "int16")[day - first] for name, part in parts.items()}
        return found | {"start_hour": start % DAY // 3600}

    def distances(self, user, start):
        """Returns the number of each session within its user, and days since the one before."""
        begins = run_starts(user)
        sizes = np.diff(np.concatenate((begins, [len(user)])))
        gap = np.concatenate(([0], np.diff(start))) / DAY
        gap[begins] = np.nan
        return np.arange(len(user)) - np.repeat(begins, sizes) + 1, gap

    def statistics(self, name, values, users, sizes):
        """Returns the six statistics of a measure; a deviation takes a second pass."""
        values = values.astype(float)
        if name in OPTIONAL:
            there = ~np.isnan(values)
            count = np.add.reduceat(there, users, dtype="int64").astype(float)
            count[count == 0] = np.nan
            total = np.add.reduceat(np.where(there, values, 0), users)
            total[np.isnan(count)] = np.nan
        else:
            count, total = sizes, np.add.reduceat(values, users)
        mean = total / count
        apart = values - np.repeat(mean, sizes)
        np.square(apart, out=apart)
        if name in OPTIONAL:
            apart[~there] = 0
        deviation = np.sqrt(over(np.add.reduceat(apart, users), count - 1))
        return {
            f"{name}_mean": mean, f"{name}_sum": total,
            f"{name}_min": np.fmin.reduceat(values, users),
            f"{name}_max": np.fmax.reduceat(values, users),
            f"{name}_stddev": deviation, f"{name}_cv": over(deviation, mean),
        }

    def periods(self, back, found, users, count):
        here = self.age == back
        revenue = np.nan_to_num(found["purchase_revenue"])
        profit = np.add.reduceat(np.where(self.age >= back, revenue, 0), users) * MARGIN
        return {
            f"session_count_month_lag{back}": np.add.reduceat(here, users, dtype=float),
            f"purchase_count_month_lag{back}": np.add.reduceat(
                here * found["haspurchase"], users, dtype=float
            ),
            f"purchase_revenue_month_lag{back}": np.add.reduceat(revenue * here, users),
            f"customer_value_month_lag{back}": profit / (count - back),
        }

    def base(self, threads):
        """Returns the filled columns by their names."""
        found, users = self.measured()
        sizes = np.diff(np.concatenate((users, [len(self.age)])))
        count = self.age.max() + 1
        works = [lambda n=name: self.statistics(n, found[n], users, sizes) for name in MEASURES]
        works += [lambda b=back: self.periods(b, found, users, count) for back in range(4)]
        table = {}
        with ThreadPoolExecutor(threads) as pool:
            for part in pool.map(lambda work: work(), works):
                table |= part
        for name, column in RATIOS.items():
            table[name] = over(table[column], table["session_recency_max"])
        for name in PERIOD_MEASURES:
            table[f"{name}_month_ma3"] = sum(table[f"{name}_month_lag{b}"] for b in range(3)) / 3
        for name in TO_ZERO + TO_MAXIMUM:
            gaps = np.isnan(table[name])
            if gaps.any():
                table[name][gaps] = 0 if name in TO_ZERO else np.fmax.reduce(table[name])
        return {name: table[name] for name in COLUMNS}
