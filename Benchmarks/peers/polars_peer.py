"""Does the tasks in polars, on two engines and from several sides."""

import polars as pl

from answers import (
    EVENTS, GAP, HEADER, PERIODS, WINDOW, groups, paths, retention, times, top_categories,
    transitions, waits,
)

VIEW, CART, PURCHASE = EVENTS[:3]
U, K, EVENT = pl.col("u"), pl.col("k"), pl.col("event")
USER, STATE, TIME = pl.col("user"), pl.col("state"), pl.col("time")


def changes(column):
    """Counts the runs of equal values: the distinct ones, where a column is sorted."""
    return (column != column.shift(fill_value=0)).sum()


def next_of_user(column):
    return pl.when(USER.shift(-1) == USER).then(column.shift(-1))


def over_users(column):
    return column.shift(-1).over("user")


def first_of_user():
    return U != U.shift(fill_value=0)


class Peer:
    version = "polars " + pl.__version__

    def __init__(self, files, threads):
        self.files = files
        if pl.thread_pool_size() != threads:
            raise SystemExit(f"polars has {pl.thread_pool_size()} threads, not {threads}")

    def tasks(self, group):
        return {"load": self.loads, "clustered": self.questions, "plain": self.summaries}[group]()

    def answer(self, task, formulation, result):
        if task == "load":
            return [result.height, round(100 * result["price"].cast(pl.Float64).sum())]
        if task in ("funnel-brand", "group-brand"):
            return groups(result.rows())
        if task == "funnel-category":
            return top_categories(result.rows())
        if task == "paths":
            return paths(result.rows())
        if task == "transitions":
            return transitions(result.rows())
        if task == "summarize":
            return summary(*result)
        return result

    # Loading: `sorted` also clusters by user, the others do not.

    def loads(self):
        file = self.files["csv"]
        narrow = {
            "event_type": pl.Enum(EVENTS), "category_code": pl.Categorical,
            "brand": pl.Categorical, "product_id": pl.UInt32, "user_id": pl.UInt32,
        }
        time = pl.col("event_time").str.slice(0, 19).str.to_datetime("%Y-%m-%d %H:%M:%S")
        whole = lambda: pl.scan_csv(file, schema_overrides=narrow).with_columns(time)
        return {
            "load": {
                "read_csv": lambda: pl.read_csv(file),
                "scan_csv, streaming": lambda: pl.scan_csv(file).collect(engine="streaming"),
                "scan_csv, encoded": lambda: whole().collect(engine="streaming"),
                "scan_csv, encoded, sorted by user": lambda: whole()
                .sort("user_id", "event_time", maintain_order=True)
                .collect(engine="streaming"),
            }
        }

    # Questions to the sorted table.

    def questions(self):
        table = pl.read_parquet(self.files["table"]).rechunk()
        self.log = table.with_columns(pl.col("user").set_sorted()).lazy()
        both = {
            "asof joins": self.asof_chains,
            "carried forward": self.filled_chains,
        }
        return self.sequences() | {
            "funnel": {n: lambda f=f: self.funnel(*f("user")) for n, f in both.items()}
            | {"over user": self.funnel_over},
            "funnel-session": {n: lambda f=f: self.funnel(*f("session")) for n, f in both.items()},
            "funnel-holding": {
                "asof joins by product": lambda: self.funnel(*self.held_chains()),
                "carried forward, by product": lambda: self.funnel(*self.held_filled_chains()),
            },
            "funnel-any": {
                "carried forward": self.funnel_any, "over user": self.funnel_any_over,
            },
            "funnel-times": {n: lambda f=f: self.times(*f("user")) for n, f in both.items()},
            "funnel-brand": {
                n: lambda f=f: self.by("brand", *f("user")) for n, f in both.items()
            },
            "funnel-category": {
                n: lambda f=f: self.by("category", *f("user")) for n, f in both.items()
            },
            "group-brand": {
                "changes of user": lambda: self.brands(changes(pl.col("user")), "in-memory"),
                "runs of users": lambda: self.brands(
                    pl.col("user").rle_id().last() + 1, "in-memory"
                ),
                "n_unique": lambda: self.brands(pl.col("user").n_unique(), "in-memory"),
                "by brand and user, streaming": self.brands_in_two,
            },
            "sessionize": {
                "two columns": lambda: self.sessionize(self.columns_begin()),
                "one key": lambda: self.sessionize(self.key_begins()),
                "numbered by two columns": lambda: self.number_sessions(self.columns_begin()),
                "numbered by one key": lambda: self.number_sessions(self.key_begins()),
            },
            "retention": {
                "runs of weeks, in-memory": lambda: self.retention_by_runs("in-memory"),
                "runs of weeks, streaming": lambda: self.retention_by_runs("streaming"),
                "weeks of users": self.retention_by_users,
            },
            "timing": {
                "asof join": lambda: self.timing(self.asof_ends()),
                "join and group": lambda: self.timing(self.grouped_ends()),
            },
            "distinct": {
                "n_unique": lambda: self.distinct("in-memory"),
                "n_unique, streaming": lambda: self.distinct("streaming"),
            },
        }

    def keyed(self, unit):
        """One integer a row: the unit, then the time.

        The keys of two units differ by more than any window. The rows of a session may lie apart:
        so they are sorted by the key, which is quick where they are in order.
        """
        key = pl.col(unit).cast(pl.Int64) * (1 << 32) + pl.col("time")
        return self.log.select(u=unit, k=key, event="event")

    def asof_chains(self, unit):
        """Joins each cart with the view before it, each purchase with the cart before it.

        Returns carts and purchases whose chain begins with view `v` in the window, the rows of
        views, and the engine to run it on.
        """
        rows = self.keyed(unit)

        def step(event):
            found = rows.filter(EVENT == event).select("u", "k")
            return (found if unit == "user" else found.sort("k")).with_columns(K.set_sorted())

        views = step(VIEW)
        carts = step(CART).join_asof(views.select("k", v="k"), on="k")
        purchases = step(PURCHASE).join_asof(carts.select("k", "v", c="k"), on="k")
        near = K - pl.col("v") <= WINDOW
        # Sorting what is in order is quick in memory alone.
        engine = "streaming" if unit == "user" else "in-memory"
        return views, carts.filter(near), purchases.filter(near), engine

    def filled_chains(self, unit):
        """Carries the last view's key forward, then the last cart's and its view's; as above."""
        rows = self.keyed(unit)
        if unit != "user":
            rows = rows.sort("k", maintain_order=True)
        rows = rows.with_columns(v=pl.when(EVENT == VIEW).then("k").forward_fill())
        others = rows.filter((EVENT == CART) | (EVENT == PURCHASE)).with_columns(
            c=pl.when(EVENT == CART).then("k").forward_fill(),
            s=pl.when(EVENT == CART).then("v").forward_fill(),
        )
        carts = others.filter((EVENT == CART) & (K - pl.col("v") <= WINDOW))
        purchases = others.filter((EVENT == PURCHASE) & (K - pl.col("s") <= WINDOW))
        purchases = purchases.select("u", "k", "c", v="s")
        return rows.filter(EVENT == VIEW), carts, purchases, "in-memory"

    def held_chains(self):
        """As `asof_chains`, each cart with a view of its product, each purchase with such a cart."""
        key = pl.col("user").cast(pl.Int64) * (1 << 32) + pl.col("time")
        rows = self.log.select(u="user", k=key, p="product", event="event")
        step = lambda event: rows.filter(EVENT == event).select("u", "k", "p")
        views = step(VIEW)
        join = {"on": "k", "by": "p", "check_sortedness": False}
        carts = step(CART).join_asof(views.select("k", "p", v="k"), **join)
        purchases = step(PURCHASE).join_asof(carts.select("k", "p", "v", c="k"), **join)
        near = K - pl.col("v") <= WINDOW
        return views, carts.filter(near), purchases.filter(near), "in-memory"

    def held_filled_chains(self):
        """As `filled_chains`, over the rows of carted products, sorted by user and product."""
        keys = ["user", "product"]
        carted = self.log.filter(EVENT == CART).select(keys).unique()
        rows = self.log.select("time", "event", "row", *keys).join(carted, on=keys, how="semi")
        rows = rows.sort("user", "product", "row")
        key = pl.struct(keys).rle_id().cast(pl.Int64) * (1 << 32) + pl.col("time")
        rows = rows.select(u="user", k=key, event="event")
        rows = rows.with_columns(v=pl.when(EVENT == VIEW).then("k").forward_fill())
        rows = rows.with_columns(s=pl.when(EVENT == CART).then("v").forward_fill())
        carts = rows.filter((EVENT == CART) & (K - pl.col("v") <= WINDOW))
        purchases = rows.filter((EVENT == PURCHASE) & (K - pl.col("s") <= WINDOW))
        views = self.log.filter(EVENT == VIEW).select(u="user")
        return views, carts, purchases, "in-memory"

    def funnel_any(self):
        """Carries the last key of each event forward: in any order, all lie near the row's own."""
        rows = self.keyed("user").with_columns(
            **{
                name: pl.when(EVENT == event).then("k").forward_fill()
                for name, event in (("v", VIEW), ("c", CART), ("p", PURCHASE))
            }
        )
        near = lambda name: K - pl.col(name) <= WINDOW
        carts = rows.filter(near("v") & near("c"))
        return self.funnel(
            rows.filter(EVENT == VIEW), carts, carts.filter(near("p")), "in-memory"
        )

    def funnel_any_over(self):
        last = lambda event: pl.when(EVENT == event).then("time").forward_fill().over("user")
        near = lambda name: pl.col("time") - pl.col(name) <= WINDOW
        rows = self.log.select("user", "time", "event")
        rows = rows.with_columns(v=last(VIEW), c=last(CART), p=last(PURCHASE))
        users = rows.group_by("user").agg(
            a=(EVENT == VIEW).any(), b=(near("v") & near("c")).any(),
            c=(near("v") & near("c") & near("p")).any(),
        )
        return list(users.select(pl.col("a", "b", "c").sum()).collect().row(0))

    def funnel(self, views, carts, purchases, engine):
        steps = [rows.select(changes(U)) for rows in (views, carts, purchases)]
        return [found.item() for found in pl.collect_all(steps, engine=engine)]

    def funnel_over(self):
        rows = self.log.select("user", "time", "event")
        view = pl.when(EVENT == VIEW).then("time").forward_fill().over("user")
        start = pl.when(EVENT == CART).then("v").forward_fill().over("user")
        time = pl.col("time")
        users = (
            rows.with_columns(v=view).with_columns(s=start).group_by("user")
            .agg(
                a=(EVENT == VIEW).any(),
                b=((EVENT == CART) & (time - pl.col("v") <= WINDOW)).any(),
                c=((EVENT == PURCHASE) & (time - pl.col("s") <= WINDOW)).any(),
            )
        )
        return list(users.select(pl.col("a", "b", "c").sum()).collect().row(0))

    def times(self, views, carts, purchases, engine):
        """The chain of a user: its first purchase's, else its first cart's."""
        bought = purchases.filter(first_of_user())
        bought = bought.select("u", two=pl.col("c") - pl.col("v"), three=K - pl.col("c"))
        carted = carts.filter(first_of_user()).select("u", two=K - pl.col("v"))
        carted = carted.join(bought.select("u"), on="u", how="anti")
        two = pl.concat([bought.select("two"), carted.select("two")])
        measures = lambda name: [
            pl.len(), pl.col(name).quantile(0.5, "linear").alias("median"),
            pl.col(name).quantile(0.9, "linear").alias("ninth"),
        ]
        steps = [
            views.select(changes(U)), two.select(measures("two")), bought.select(measures("three"))
        ]
        first, second, third = pl.collect_all(steps, engine=engine)
        return times(first.item(), second.row(0), third.row(0))

    def by(self, column, views, carts, purchases, engine):
        """Users by the value on their first view."""
        rows = self.log.select(u="user", event="event", g=pl.col(column))
        first = rows.filter(EVENT == VIEW).filter(first_of_user()).select("u", "g")
        reach = lambda found: found.filter(first_of_user()).select("u").join(first, on="u")
        a = first.group_by("g").agg(a=pl.len())
        b = reach(carts).group_by("g").agg(b=pl.len())
        c = reach(purchases).group_by("g").agg(c=pl.len())
        joined = a.join(b, on="g", how="left", nulls_equal=True)
        joined = joined.join(c, on="g", how="left", nulls_equal=True)
        return joined.with_columns(pl.col("b", "c").fill_null(0)).collect(engine=engine)

    def brands(self, users, engine):
        totals = [pl.len(), pl.col("cents").cast(pl.Int64).sum(), users]
        return self.log.group_by("brand").agg(totals).collect(engine=engine)

    def brands_in_two(self):
        pairs = self.log.group_by("brand", "user").agg(n=pl.len(), s=pl.col("cents").sum())
        totals = [pl.col("n").sum(), pl.col("s").cast(pl.Int64).sum(), pl.len()]
        return pairs.group_by("brand").agg(totals).collect(engine="streaming")

    def distinct(self, engine):
        counts = self.log.select(pl.col("user").n_unique(), pl.col("session").n_unique())
        return list(counts.collect(engine=engine).row(0))

    def columns_begin(self):
        """Tells the rows that begin a session, by the user and the time of the row before."""
        user, time = pl.col("user"), pl.col("time")
        return ((user != user.shift()) | (time.diff() > GAP)).fill_null(True)

    def key_begins(self):
        """The same by one number: of two users' rows the keys are far apart."""
        key = pl.col("user").cast(pl.Int64) * (1 << 32) + pl.col("time")
        return (key.diff() > GAP).fill_null(True)

    def sessionize(self, begins):
        return [self.log.select(begins.sum()).collect(engine="in-memory").item()]

    def number_sessions(self, begins):
        return [self.log.select(begins.cum_sum().last()).collect(engine="in-memory").item()]

    def view_weeks(self):
        week = ((pl.col("time") // 86_400 + 3) // 7).cast(pl.Int32)
        return self.log.filter(pl.col("event") == VIEW).select("user", w=week)

    def cohorts(self, weeks, engine="in-memory"):
        period = (pl.col("w") - pl.col("c")).alias("p")
        found = weeks.select("c", period).filter(pl.col("p") <= PERIODS)
        return retention(found.group_by("c", "p").len().collect(engine=engine).rows())

    def retention_by_runs(self, engine):
        """A user's rows stand together in the order of time: a week is a run of them."""
        user, week = pl.col("user"), pl.col("w")
        begins = (user != user.shift()) | (week != week.shift())
        weeks = self.view_weeks().filter(begins.fill_null(True))
        first = (user != user.shift()).fill_null(True)
        return self.cohorts(weeks.with_columns(c=pl.when(first).then("w").forward_fill()), engine)

    def retention_by_users(self):
        weeks = self.view_weeks().unique()
        starts = weeks.group_by("user").agg(c=pl.col("w").min())
        return self.cohorts(weeks.join(starts, on="user"), "streaming")

    def starts(self):
        views = self.log.filter(pl.col("event") == VIEW).select(u="user", v="time")
        return views.filter(first_of_user())

    def asof_ends(self):
        """Joins each user's first view with the purchase at its time or behind it, by one key."""
        key = lambda time: U.cast(pl.Int64) * (1 << 32) + pl.col(time)
        starts = self.starts().with_columns(k=key("v")).with_columns(K.set_sorted())
        bought = self.log.filter(pl.col("event") == PURCHASE).select(u="user", p="time")
        bought = bought.select("p", b="u", k=key("p")).with_columns(K.set_sorted())
        joined = starts.join_asof(bought, on="k", strategy="forward")
        own = pl.when(pl.col("b") == U).then("p")
        return joined.select("v", p=own)

    def grouped_ends(self):
        starts = self.starts()
        bought = self.log.filter(pl.col("event") == PURCHASE).select(u="user", p="time")
        later = bought.join(starts, on="u").filter(pl.col("p") >= pl.col("v"))
        ends = later.group_by("u").agg(pl.col("p").min())
        return starts.join(ends, on="u", how="left").select("v", "p")

    def timing(self, ends):
        end = self.log.select(pl.col("time").max()).collect().item()
        wait = (pl.col("p").fill_null(end) - pl.col("v")).alias("d")
        steps = (
            ends.select(wait, c=pl.col("p").is_not_null()).group_by("d")
            .agg(n=pl.len(), k=pl.col("c").sum()).sort("d")
            .with_columns(risk=pl.col("n").cum_sum(reverse=True))
            .with_columns(s=(1 - pl.col("k") / pl.col("risk")).cum_prod())
            .collect()
        )
        level = lambda share: pl.col("d").filter(pl.col("s") <= 1 - share).min().alias(str(share))
        found = steps.select(
            pl.col("n").sum(), pl.col("k").sum(), *map(level, (0.25, 0.5, 0.75)),
            pl.col("d").max(), pl.col("s").last(),
        )
        return waits(found.row(0))

    # Questions about what follows what: `state` stands in the order of the rows.

    def sequences(self):
        engines = ("in-memory", "streaming")
        return {
            "paths": {f"shifted, {e}": lambda e=e: self.paths_shifted(e) for e in engines}
            | {"first rows of users": self.paths_of_heads, "shifted over users": self.paths_over},
            "transitions": {
                f"shifted, {e}": lambda e=e: self.transitions(next_of_user, e) for e in engines
            }
            | {"shifted over users": lambda: self.transitions(over_users, "streaming")},
            "match": {
                "first rows, joined": self.match_joined, "carried forward": self.match_filled
            },
        }

    def paths_shifted(self, engine):
        """A path is at its user's first row: what stands there, one and two rows further on."""
        then = lambda n: pl.when(USER.shift(-n) == USER).then(STATE.shift(-n))
        rows = self.log.select(
            f=USER != USER.shift(fill_value=0), a="state", b=then(1), c=then(2)
        )
        return rows.filter("f").group_by("a", "b", "c").agg(pl.len()).collect(engine=engine)

    def paths_over(self):
        then = lambda n: STATE.shift(-n).over("user")
        rows = self.log.select(
            f=USER != USER.shift(fill_value=0), a="state", b=then(1), c=then(2)
        )
        return rows.filter("f").group_by("a", "b", "c").agg(pl.len()).collect(engine="streaming")

    def paths_of_heads(self):
        heads = self.log.group_by("user").agg(STATE.head(3)).group_by("state").agg(n=pl.len())
        step = lambda n: pl.col("state").list.get(n, null_on_oob=True).alias(str(n))
        return heads.select(step(0), step(1), step(2), "n").collect()

    def transitions(self, following, engine):
        after, then = following(STATE), following(TIME)
        rows = self.log.select("user", a="state", b=after, g=then.cast(pl.Int64) - TIME)
        measures = [
            pl.len(), USER.n_unique(), pl.col("g").quantile(0.5, "linear").alias("median"),
            pl.col("g").quantile(0.9, "linear").alias("ninth"),
        ]
        found = rows.filter(pl.col("b").is_not_null()).group_by("a", "b").agg(measures)
        return found.collect(engine=engine)

    def match_joined(self):
        """The first cart behind the first view, then any purchase behind it."""
        step = lambda event: self.log.filter(STATE == event).select("user", "row")
        firsts = lambda rows: rows.group_by("user").agg(pl.col("row").min().alias("from"))
        later = lambda event, before: (
            step(event).join(before, on="user").filter(pl.col("row") > pl.col("from"))
        )
        carts = firsts(later(CART, firsts(step(VIEW))).select("user", "row"))
        found = later(PURCHASE, carts).select(USER.n_unique())
        return [found.collect(engine="streaming").item()]

    def match_filled(self):
        """Carries the last view's user forward to the carts, those carts' to the purchases."""
        seen = lambda rows, event: rows.with_columns(
            s=pl.when(STATE == event).then("user").forward_fill()
        )
        rows = seen(self.log.select("user", "state"), VIEW)
        carts = (STATE == CART) & (pl.col("s") == USER)
        rows = rows.filter(carts | (STATE == PURCHASE))
        bought = seen(rows, CART).filter((STATE == PURCHASE) & (pl.col("s") == USER))
        return [bought.select(USER.n_unique()).collect(engine="in-memory").item()]

    # Summaries of the nine columns as the file has them.

    def summaries(self):
        time = pl.col("event_time").str.slice(0, 19).str.to_datetime("%Y-%m-%d %H:%M:%S")
        log = pl.scan_csv(self.files["csv"]).with_columns(time)
        self.texts = log.collect().rechunk()
        encoded = pl.col("event_type", "category_code", "brand").cast(pl.Categorical)
        self.encoded = self.texts.with_columns(encoded)
        # One statement for all columns: what describe() does, and the distinct values.
        quantiles = lambda columns: [
            columns.quantile(share, "linear").name.suffix(f":{share}")
            for share in (0.25, 0.5, 0.75)
        ]
        numbers = pl.col("product_id", "category_id", "price", "user_id")
        ordered = pl.col("event_time", "product_id", "category_id", "price", "user_id")
        measures = [
            pl.all().null_count().name.suffix(":missing"),
            pl.all().n_unique().name.suffix(":distinct"), ordered.min().name.suffix(":min"),
            ordered.max().name.suffix(":max"), numbers.mean().name.suffix(":mean"),
            numbers.std().name.suffix(":stddev"), *quantiles(numbers),
        ]
        return {
            "summarize": {
                "describe and n_unique": lambda: (
                    self.texts.describe(), self.texts.select(pl.all().n_unique())
                ),
                "describe and n_unique, encoded": lambda: (
                    self.encoded.describe(), self.encoded.select(pl.all().n_unique())
                ),
                "one select, encoded": lambda: (self.encoded.select(measures), None),
            }
        }


NUMBERS = ["product_id", "category_id", "price", "user_id"]


def summary(described, distinct):
    """Returns what other programs' summaries have as well."""
    found = {}
    for name in HEADER:
        if distinct is None:
            get = lambda measure: described[f"{name}:{measure}"].item()
        else:
            measures = {"missing": "null_count", "min": "min", "max": "max"}
            get = lambda measure: (
                distinct[name].item() if measure == "distinct"
                else described.filter(statistic=measures[measure])[name].item()
            )
        missing = int(float(get("missing")))
        found[name] = {"missing": missing, "distinct": get("distinct") - (missing > 0)}
        if name in NUMBERS:
            found[name] |= {"min": float(get("min")), "max": float(get("max"))}
    return found
