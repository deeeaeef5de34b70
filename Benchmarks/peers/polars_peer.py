"""Does the tasks in polars, on two engines and from several sides."""

import polars as pl

from answers import EVENTS, HEADER, WINDOW, groups, times, top_categories

VIEW, CART, PURCHASE = EVENTS[:3]
U, K, EVENT = pl.col("u"), pl.col("k"), pl.col("event")


def changes(column):
    """Counts the runs of equal values: the distinct ones, where a column is sorted."""
    return (column != column.shift(fill_value=0)).sum()


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
        return {
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
