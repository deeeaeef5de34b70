"""Does the tasks about customers in pandas."""

import sys
from pathlib import Path

import pandas
import pyarrow.parquet

sys.path.append(str(Path(__file__).resolve().parents[1]))
from customer_tasks import (
    COLUMNS, DAY, KINDS, MARGIN, MEASURES, ORDER_GAP, PERIOD, PERIOD_MEASURES, RATIOS, STATISTICS,
    TO_MAXIMUM, TO_ZERO, numbers,
)


class Peer:
    version = "pandas " + pandas.__version__

    def __init__(self, files, threads):
        columns = ["user", "session", "time", "cents"]
        self.log = pyarrow.parquet.read_table(files["table"], columns=columns).to_pandas()
        events = pyarrow.parquet.read_table(files["table"], columns=["event"])["event"]
        events = events.combine_chunks().dictionary_decode().to_numpy(zero_copy_only=False)
        for kind in KINDS:
            self.log[kind] = events == kind
        self.log["time"] = self.log["time"].astype("int64")

    def tasks(self, group):
        return {
            "features-base": {
                "groups of users and sessions": lambda: self.base(["user", "session"], True),
                "groups of sessions": lambda: self.base(["session"], False),
            },
            "rfm": {
                "groups and shifts": lambda: self.rfm(False),
                "differences in groups": lambda: self.rfm(True),
            },
        }

    def answer(self, task, formulation, result):
        return numbers(result)

    def sessions(self, keys):
        """Counts and adds up each session; all columns of the log are summed at once."""
        log = self.log
        rows = pandas.DataFrame({key: log[key] for key in keys})
        rows["click_count"], rows["click_revenue"] = 1, log["cents"].astype("int64")
        for kind in KINDS:
            rows[f"{kind}_count"] = log[kind].astype("int64")
            rows[f"{kind}_revenue"] = log["cents"].where(log[kind], 0).astype("int64")
        table = rows.groupby(keys, sort=True).sum()
        times = log.groupby(keys, sort=True)["time"]
        table["start"], end = times.min(), times.max()
        table["length"] = (end - table["start"]) / 60
        if "user" not in keys:
            table["user"] = log.groupby(keys, sort=True)["user"].first()
        return table.reset_index()

    def measured(self, keys):
        table = self.sessions(keys).sort_values(["user", "start"], ignore_index=True)
        table["click_revenue"] /= 100
        for kind in KINDS:
            revenue = table[f"{kind}_revenue"] / 100
            table[f"{kind}_revenue"] = revenue.where(table[f"{kind}_count"] > 0)
        start = pandas.to_datetime(table["start"], unit="s").dt
        table["start_year"], table["start_yearday"] = start.year, start.day_of_year
        table["start_month"], table["start_monthday"] = start.month, start.day
        table["start_week"] = start.isocalendar()["week"].astype("int64").to_numpy()
        table["start_weekday"] = (start.day_of_week + 1) % 7 + 1
        table["start_isweekend"] = (start.day_of_week >= 5).astype("int64")
        table["start_hour"] = start.hour
        table["haspurchase"] = (table["purchase_count"] > 0).astype("int64")
        for kind in ["click", *KINDS]:
            for ending, divisor in (("", "_count"), ("_revenue", "_revenue")):
                divisor = table[kind + divisor]
                table[f"time_to_{kind}{ending}"] = table["length"] / divisor.where(divisor != 0)
        last = table["start"].max()
        table["session_recency"] = (last - table["start"]) / DAY
        table["age"] = (last - table["start"]) // PERIOD
        number = lambda rows: rows.groupby("user").cumcount() + 1
        since = lambda rows: (rows["start"] - rows["start"].shift()).where(
            rows["user"] == rows["user"].shift()
        ) / DAY
        bought = table[table["haspurchase"] == 1]
        table["session_number"], table["inter_session_time"] = number(table), since(table)
        table["purchase_number"], table["inter_purchase_time"] = number(bought), since(bought)
        table["purchase_recency"] = bought["session_recency"]
        return table

    def base(self, keys, is_agg):
        table = self.measured(keys)
        values = table[MEASURES].astype(float)
        groups = values.groupby(table["user"])
        if is_agg:
            found = groups.agg(["mean", "min", "max", "std"])
            found = {name: found.xs(name, axis=1, level=1) for name in ("mean", "min", "max", "std")}
        else:
            found = {
                "mean": groups.mean(), "min": groups.min(), "max": groups.max(),
                "std": groups.std(),
            }
        found["stddev"] = found.pop("std")
        found["sum"] = groups.sum(min_count=1)
        found["cv"] = found["stddev"] / found["mean"].where(found["mean"] != 0)
        users = pandas.concat([found[name].add_suffix(f"_{name}") for name in STATISTICS], axis=1)
        more = {}
        oldest = users["session_recency_max"].where(users["session_recency_max"] != 0)
        for name, column in RATIOS.items():
            more[name] = users[column] / oldest
        periods = self.periods(table)
        users = pandas.concat([users, pandas.DataFrame(more), periods], axis=1)
        zero = dict.fromkeys(TO_ZERO, 0)
        users = users.fillna(zero | users[TO_MAXIMUM].max().to_dict())[COLUMNS]
        count = users["purchase_number_mean"].count()
        return [len(users), count, *users.sum().to_numpy()]

    def periods(self, table):
        age, user = table["age"], table["user"]
        count = age.max() + 1
        revenue, one = table["purchase_revenue"].fillna(0), table["haspurchase"]
        rows = {}
        for back in range(4):
            here = age == back
            rows[f"session_count_month_lag{back}"] = here.astype(float)
            rows[f"purchase_count_month_lag{back}"] = one.where(here, 0).astype(float)
            rows[f"purchase_revenue_month_lag{back}"] = revenue.where(here, 0)
            rows[f"customer_value_month_lag{back}"] = revenue.where(age >= back, 0)
        users = pandas.DataFrame(rows).groupby(user).sum()
        for back in range(4):
            users[f"customer_value_month_lag{back}"] *= MARGIN / (count - back)
        for name in PERIOD_MEASURES:
            own = [f"{name}_month_lag{back}" for back in range(3)]
            users[f"{name}_month_ma3"] = users[own].sum(axis=1) / 3
        return users

    def measures(self, is_grouped):
        """Returns the recency, orders and money of each user with a purchase, by user."""
        rows = self.log.loc[self.log["purchase"], ["user", "session", "time", "cents"]]
        if is_grouped:
            gap = rows.groupby(["user", "session"])["time"].diff()
            begins = gap.isna() | (gap > ORDER_GAP)
        else:
            rows = rows.sort_values(["session", "time"])
            same = rows["session"] == rows["session"].shift()
            begins = ~same | (rows["time"].diff() > ORDER_GAP)
        groups = rows.assign(begins=begins).groupby("user")
        last = groups["time"].max()
        recency = (self.log["time"].max() + DAY - last) / DAY
        return pandas.DataFrame(
            {
                "last": last, "recency": recency, "orders": groups["begins"].sum(),
                "cents": groups["cents"].sum(),
            }
        )

    def rfm(self, is_grouped):
        users = self.measures(is_grouped)
        score = lambda worth: 1 + (5 * (worth.rank(method="min").astype("int64") - 1)) // len(worth)
        r, f, m = score(users["last"]), score(users["orders"]), score(users["cents"])
        recency, orders, cents = users["recency"], users["orders"], users["cents"]
        return [
            len(users), recency.sum(), orders.sum(), cents.sum() / 100, (r * recency).sum(),
            (f * orders).sum(), (m * cents).sum() / 100, (r * f * m).sum(),
        ]
