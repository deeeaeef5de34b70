"""Does the tasks about customers in polars, on two engines and from two sides."""

import sys
from pathlib import Path

import polars as pl

sys.path.append(str(Path(__file__).resolve().parents[1]))
from customer_tasks import (
    COLUMNS, DAY, KINDS, MARGIN, MEASURES, OPTIONAL, ORDER_GAP, PERIOD, PERIOD_MEASURES, RATIOS,
    TO_MAXIMUM, TO_ZERO, numbers,
)

USER, START = pl.col("user"), pl.col("start")
#: Division by zero is no number here.
over = lambda numerator, denominator: numerator / pl.when(denominator != 0).then(denominator)


class Peer:
    version = "polars " + pl.__version__

    def __init__(self, files, threads):
        if pl.thread_pool_size() != threads:
            raise SystemExit(f"polars has {pl.thread_pool_size()} threads, not {threads}")
        columns = ["user", "session", "time", "event", "cents", "row"]
        table = pl.read_parquet(files["table"], columns=columns).rechunk()
        self.log = table.with_columns(USER.set_sorted()).lazy()

    def tasks(self, group):
        return {
            "features-base": {
                "groups and windows, streaming": lambda: self.base(self.windows(), "streaming"),
                "groups and windows, in-memory": lambda: self.base(self.windows(), "in-memory"),
                "runs and shifts, streaming": lambda: self.base(self.shifts(), "streaming"),
                "runs and shifts, in-memory": lambda: self.base(self.shifts(), "in-memory"),
            },
            "rfm": {
                "shifts, in-memory": lambda: self.rfm(self.shifted_orders(), "in-memory"),
                "shifts, streaming": lambda: self.rfm(self.shifted_orders(), "streaming"),
                "windows of sessions": lambda: self.rfm(self.windowed_orders(), "in-memory"),
            },
        }

    def answer(self, task, formulation, result):
        return numbers(result.row(0))

    # Sessions.

    def sessions(self, keys, **first):
        """Counts and adds up each session; `start` in seconds, `length` in minutes."""
        event, cents = pl.col("event"), pl.col("cents").cast(pl.Int64)
        counts = {f"{kind}_count": (event == kind).sum() for kind in KINDS}
        sums = {
            f"{kind}_cents": pl.when(event == kind).then(cents).otherwise(0).sum() for kind in KINDS
        }
        groups = self.log.group_by(*keys, maintain_order=bool(first))
        return groups.agg(
            **first, start=pl.col("time").min().cast(pl.Int64),
            end=pl.col("time").max().cast(pl.Int64), click_count=pl.len(), click_cents=cents.sum(),
            **counts, **sums,
        )

    def measured(self, sessions):
        """Adds what follows from a session's own counts and sums."""
        time = pl.from_epoch(START, "s")
        sessions = sessions.with_columns(
            length=(pl.col("end") - START) / 60, time=time,
            haspurchase=(pl.col("purchase_count") > 0).cast(pl.Int8),
            **{
                f"{kind}_revenue": pl.when(pl.col(f"{kind}_count") > 0)
                .then(pl.col(f"{kind}_cents") / 100) for kind in KINDS
            },
        )
        time, length = pl.col("time").dt, pl.col("length")
        quotients = {
            f"time_to_{kind}": over(length, pl.col(f"{kind}_count")) for kind in ["click", *KINDS]
        }
        quotients["time_to_click_revenue"] = over(length, pl.col("click_cents") / 100)
        for kind in KINDS:
            quotients[f"time_to_{kind}_revenue"] = over(length, pl.col(f"{kind}_revenue"))
        return sessions.with_columns(
            start_year=time.year(), start_yearday=time.ordinal_day(), start_month=time.month(),
            start_monthday=time.day(), start_week=time.week(), start_hour=time.hour(),
            # Monday is 1.
            start_weekday=time.weekday() % 7 + 1,
            start_isweekend=(time.weekday() >= 6).cast(pl.Int8),
            **quotients,
        )

    def aged(self, sessions):
        last = START.max()
        recency = (last - START) / DAY
        return sessions.with_columns(
            session_recency=recency, age=(last - START) // PERIOD,
            purchase_recency=pl.when(pl.col("haspurchase") == 1).then(recency),
        )

    def windows(self):
        """Groups rows by user and session, and looks back over each user's sessions."""
        sessions = self.measured(self.sessions(["user", "session"])).sort("user", "start")
        bought = pl.col("haspurchase") == 1
        earlier = pl.when(bought).then(START).forward_fill().shift().over("user")
        return self.aged(sessions).with_columns(
            session_number=pl.int_range(1, pl.len() + 1).over("user"),
            inter_session_time=(START - START.shift().over("user")) / DAY,
            purchase_number=pl.when(bought).then(
                pl.col("haspurchase").cast(pl.Int64).cum_sum().over("user")
            ),
            inter_purchase_time=pl.when(bought).then((START - earlier) / DAY),
        )

    def shifts(self):
        """A session is a run of rows, a user a run of sessions: what lies before is a row up."""
        log, self.log = self.log, self.log.with_columns(pl.col("session").set_sorted())
        sessions = self.measured(self.sessions(["session"], user=USER.first()))
        self.log = log
        sessions = sessions.with_columns(USER.set_sorted()).with_row_index("place")
        bought, begins = pl.col("haspurchase") == 1, (USER != USER.shift()).fill_null(True)
        place, purchases = pl.col("place"), pl.col("haspurchase").cast(pl.Int64).cum_sum()
        first = lambda value: pl.when(begins).then(value).forward_fill()
        gap = START - pl.when(bought).then(START).forward_fill().shift()
        same = USER == pl.when(bought).then(USER).forward_fill().shift()
        return self.aged(sessions).with_columns(
            session_number=place.cast(pl.Int64) - first(place) + 1,
            inter_session_time=pl.when(~begins).then((START - START.shift()) / DAY),
            purchase_number=pl.when(bought).then(
                purchases - first(purchases - pl.col("haspurchase"))
            ),
            inter_purchase_time=pl.when(bought & same).then(gap / DAY),
        )

    # Users.

    def base(self, sessions, engine):
        column = lambda name: pl.col(name).cast(pl.Float64)
        found = {}
        for name in MEASURES:
            found |= {
                f"{name}_mean": column(name).mean(), f"{name}_sum": column(name).sum(),
                f"{name}_min": column(name).min(), f"{name}_max": column(name).max(),
                f"{name}_stddev": column(name).std(),
            }
        age, revenue = pl.col("age"), pl.col("purchase_cents") / 100
        for back in range(4):
            here = age == back
            found |= {
                f"session_count_month_lag{back}": here.sum().cast(pl.Float64),
                f"purchase_count_month_lag{back}": (
                    (here & (pl.col("haspurchase") == 1)).sum().cast(pl.Float64)
                ),
                f"purchase_revenue_month_lag{back}": pl.when(here).then(revenue).sum(),
                f"so_far{back}": pl.when(age >= back).then(revenue).sum(),
            }
        # The first period is that of the oldest session of all.
        count = pl.col("oldest").max() + 1
        users = sessions.group_by("user").agg(oldest=pl.col("age").max(), **found)
        users = users.with_columns(
            **{
                f"{name}_sum": pl.when(pl.col(f"{name}_min").is_not_null()).then(f"{name}_sum")
                for name in OPTIONAL
            },
            **{
                f"{name}_cv": over(pl.col(f"{name}_stddev"), pl.col(f"{name}_mean"))
                for name in MEASURES
            },
            **{
                name: over(pl.col(measure), pl.col("session_recency_max"))
                for name, measure in RATIOS.items()
            },
            **{
                f"customer_value_month_lag{back}": pl.col(f"so_far{back}") * MARGIN / (count - back)
                for back in range(4)
            },
        )
        users = users.with_columns(
            **{
                f"{name}_month_ma3": pl.sum_horizontal(
                    f"{name}_month_lag{back}" for back in range(3)
                ) / 3
                for name in PERIOD_MEASURES
            }
        )
        filled = users.with_columns(
            *(pl.col(name).fill_null(0) for name in TO_ZERO),
            *(pl.col(name).fill_null(pl.col(name).max()) for name in TO_MAXIMUM),
        )
        # The whole table is made, then added up.
        table = filled.select("user", *COLUMNS).collect(engine=engine)
        return table.select(
            pl.len(), pl.col("purchase_number_mean").count().alias("buyers"), *map(pl.sum, COLUMNS)
        )

    # RFM.

    def purchases(self):
        return self.log.filter(pl.col("event") == "purchase").select(
            "user", "session", pl.col("time").cast(pl.Int64), "cents"
        )

    def shifted_orders(self):
        """Sessions are numbered as they stand: sorting by them is quick."""
        time, session = pl.col("time"), pl.col("session")
        begins = (session != session.shift()) | (time - time.shift() > ORDER_GAP)
        return self.purchases().sort("session", "time").with_columns(
            begins=begins.fill_null(True), user=USER.set_sorted()
        )

    def windowed_orders(self):
        gap = pl.col("time").diff().over("user", "session")
        return self.purchases().with_columns(begins=(gap > ORDER_GAP).fill_null(True))

    def rfm(self, orders, engine):
        end = self.log.select(pl.col("time").max().cast(pl.Int64)).collect().item() + DAY
        users = orders.group_by("user").agg(
            last=pl.col("time").max(), frequency=pl.col("begins").sum().cast(pl.Int64),
            cents=pl.col("cents").cast(pl.Int64).sum(),
        )
        score = lambda name: (
            (5 * (pl.col(name).rank("min").cast(pl.Int64) - 1)) // pl.len() + 1
        )
        table = users.select(
            "user", "frequency", recency=(end - pl.col("last")) / DAY,
            monetary=pl.col("cents") / 100, r=score("last"), f=score("frequency"),
            m=score("cents"),
        ).collect(engine=engine)
        r, f, m = (pl.col(name) for name in "rfm")
        return table.select(
            pl.len(), pl.col("recency").sum(), pl.col("frequency").sum(),
            pl.col("monetary").sum(), a=(r * pl.col("recency")).sum(),
            b=(f * pl.col("frequency")).sum(), c=(m * pl.col("monetary")).sum(), d=(r * f * m).sum(),
        )
