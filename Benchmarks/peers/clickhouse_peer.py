"""Does the tasks in ClickHouse, by chdb."""

import chdb
import pyarrow.compute
import pyarrow.parquet
from chdb.session import Session

from answers import (
    EVENTS, GAP, HEADER, PERIODS, WEEK, WINDOW, groups, paths, retention, times, top_categories,
    transitions, waits,
)

#: A table's columns as a log has them; texts are encoded, where a value repeats.
PLAIN = {
    "event_time": "DateTime('UTC')", "event_type": "LowCardinality(String)",
    "product_id": "UInt32", "category_id": "UInt64", "category_code": "LowCardinality(String)",
    "brand": "LowCardinality(String)", "price": "Decimal(9, 2)", "user_id": "UInt32",
    "user_session": "UUID",
}
STEPS = ", ".join(f"e = '{event}'" for event in EVENTS[:3])
FUNNEL = f"windowFunnel({WINDOW})(t, {STEPS})"


class Peer:
    version = "ClickHouse " + chdb.engine_version

    def __init__(self, files, threads):
        self.files = files
        self.threads = threads
        self.session = Session()
        self.session.query("CREATE DATABASE b")

    def tasks(self, group):
        return {"load": self.loads, "clustered": self.questions, "plain": self.summaries}[group]()

    def ask(self, query, settings=""):
        text = f"{query} SETTINGS max_threads = {self.threads}{settings}"
        lines = str(self.session.query(text, "TabSeparated")).split("\n")[:-1]
        return [line.split("\t") for line in lines]

    def rows(self, query, settings=""):
        return lambda: self.ask(query, settings)

    def answer(self, task, formulation, result):
        if task == "load":
            (count, cents), = self.ask("SELECT count(), toInt64(sum(price) * 100) FROM b.log")
            return [int(count), int(cents)]
        if task in ("funnel-brand", "group-brand"):
            return groups(result)
        if task == "funnel-category":
            return top_categories(result)
        if task == "funnel-times":
            first, *others = result[0]
            return times(first, others[:3], others[3:])
        if task == "timing":
            return waits(result[0])
        if task == "retention":
            return retention(result)
        if task == "paths":
            return paths(result)
        if task == "transitions":
            return transitions(result)
        if task == "summarize":
            return summary(result[0], exact=formulation.startswith("exact"))
        return [int(number) for number in result[0]]

    # Loading: the table ordered by user is also clustered, the one in memory is not.

    def source(self):
        """The file's rows; its times end in ` UTC`, which is cut off."""
        kinds = PLAIN | {"event_time": "String"}
        columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
        time = "toDateTime(substring(event_time, 1, 19), 'UTC')"
        return (
            f"SELECT {time}, {', '.join(HEADER[1:])}"
            f" FROM file('{self.files['csv']}', 'CSVWithNames', '{columns}')"
        )

    def load(self, engine):
        columns = ", ".join(f"{name} {kind}" for name, kind in PLAIN.items())
        self.session.query("DROP TABLE IF EXISTS b.log")
        self.session.query(f"CREATE TABLE b.log ({columns}) ENGINE = {engine}")
        self.ask(f"INSERT INTO b.log {self.source()}", f", max_insert_threads = {self.threads}")

    def loads(self):
        return {
            "load": {
                "Memory": lambda: self.load("Memory"),
                "MergeTree, sorted by user": lambda: self.load(
                    "MergeTree ORDER BY (user_id, event_time)"
                ),
            }
        }

    # Questions to the sorted table, in memory (`b.log`) and as a MergeTree (`b.tree`).

    def questions(self):
        table = self.files["table"]
        texts = pyarrow.parquet.read_table(table, columns=["brand", "category"])
        kinds = [
            "u UInt32", "s UInt32", "p UInt32", "t UInt32", enumeration("e", EVENTS),
            *(enumeration(name, ["", *values(texts[name])]) for name in ("brand", "category")),
            "cents Int32", "row UInt32", enumeration("state", EVENTS),
        ]
        for name, engine in (("log", "Memory"), ("tree", "MergeTree ORDER BY (u, t, row)")):
            self.session.query(f"CREATE TABLE b.{name} ({', '.join(kinds)}) ENGINE = {engine}")
            text = lambda column: f"ifNull({column}::Nullable(String), '')"
            self.ask(
                f"""INSERT INTO b.{name} SELECT user, session, product, time, event, {text('brand')},
                  {text('category')}, cents, row, state FROM file('{table}', Parquet) ORDER BY row"""
            )
        self.session.query("OPTIMIZE TABLE b.tree FINAL")
        in_order = ", optimize_aggregation_in_order = 1"
        reach = lambda unit, table, where="": (
            f"""SELECT countIf(l >= 1), countIf(l >= 2), countIf(l >= 3) FROM (
              SELECT {FUNNEL} AS l FROM b.{table} {where} GROUP BY {unit})"""
        )
        # Who has no cart cannot go past the first step.
        cut = lambda unit: (
            f"""SELECT (SELECT uniqExact({unit}) FROM b.log WHERE e = 'view'), countIf(l >= 2),
                countIf(l >= 3) FROM (SELECT {FUNNEL} AS l FROM b.log
              WHERE {unit} IN (SELECT {unit} FROM b.log WHERE e = 'cart') GROUP BY {unit})"""
        )
        ways = lambda unit: {
            "windowFunnel": self.rows(reach(unit, "log")),
            "windowFunnel, tree in order": self.rows(reach(unit, "tree"), in_order),
            "windowFunnel of those with a cart": self.rows(cut(unit)),
        }
        return {
            "funnel": ways("u"),
            "funnel-session": ways("s"),
            "funnel-holding": {
                "windowFunnel by product": self.rows(held_reach("b.log")),
                "windowFunnel of carted products": self.rows(
                    held_reach("b.log WHERE (u, p) IN (SELECT u, p FROM b.log WHERE e = 'cart')")
                ),
            },
            "funnel-any": {
                "windows over users": self.rows(any_order("toInt64(t)", "PARTITION BY u")),
                "windows over keys": self.rows(
                    any_order("bitShiftLeft(toInt64(u), 32) + t", "")
                ),
            },
            "funnel-times": {
                "windows": self.rows(window_times()), "arrays": self.rows(array_times())
            },
            "funnel-brand": self.by("brand", in_order),
            "funnel-category": self.by("category", in_order),
            "group-brand": {
                "uniqExact": self.rows(
                    "SELECT brand, count(), sum(cents), uniqExact(u) FROM b.log GROUP BY brand"
                ),
                "by brand and user": self.rows(
                    """SELECT brand, sum(n), sum(s), count() FROM (
                      SELECT brand, count() AS n, sum(cents) AS s FROM b.log GROUP BY brand, u
                    ) GROUP BY brand"""
                ),
            },
            "sessionize": {
                "lagInFrame": self.rows(
                    f"""SELECT countIf(n = 1 OR t - before > {GAP}) FROM (
                      SELECT t, row_number() OVER w AS n, lagInFrame(t) OVER w AS before
                      FROM b.tree WINDOW w AS (PARTITION BY u ORDER BY t
                        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))"""
                ),
                "arrays": self.rows(session_arrays("arraySort(groupArray(t))", "log")),
                "arrays, tree in order": self.rows(
                    session_arrays("groupArray(t)", "tree"), in_order
                ),
            },
            "retention": {
                "bits of users": self.rows(retention_by_bits("log")),
                "bits of users, tree in order": self.rows(retention_by_bits("tree"), in_order),
                "arrays of weeks": self.rows(RETENTION_BY_ARRAYS),
            },
            "timing": {
                "arrays": self.rows(ARRAY_ENDS + CURVE),
                "join and group": self.rows(GROUPED_ENDS + CURVE),
            },
            **self.sequences(in_order),
            "distinct": {
                "uniqExact": self.rows("SELECT uniqExact(u), uniqExact(s) FROM b.log"),
                "groups": self.rows(
                    "SELECT (SELECT count() FROM (SELECT u FROM b.log GROUP BY u)),"
                    " (SELECT count() FROM (SELECT s FROM b.log GROUP BY s))"
                ),
            },
        }

    def sequences(self, in_order):
        """What follows what; a row's number stands for its time, so that no two are equal."""
        paths = lambda states, table: (
            f"""SELECT s[1], s[2], s[3], count() FROM (
              SELECT arrayMap(x -> toString(x), {states}) AS s FROM b.{table} GROUP BY u)
            GROUP BY s"""
        )
        reach = lambda table, where="": (
            f"""SELECT countIf(l) FROM (SELECT sequenceMatch('(?1).*(?2).*(?3)')(row,
              {STEPS.replace("e =", "state =")}) AS l FROM b.{table} {where} GROUP BY u)"""
        )
        cut = "WHERE u IN (SELECT u FROM b.log WHERE state = 'purchase')"
        return {
            "paths": {
                "sorted arrays": self.rows(
                    paths("arrayMap(x -> x.2, groupArraySorted(3)((row, state)))", "log")
                ),
                "arrays, tree in order": self.rows(paths("groupArray(3)(state)", "tree"), in_order),
            },
            "transitions": {
                "windows of users": self.rows(transitions_within("PARTITION BY u ORDER BY row")),
                "one window": self.rows(transitions_within("ORDER BY row")),
                "arrays": self.rows(TRANSITIONS_BY_ARRAYS),
            },
            "match": {
                "sequenceMatch": self.rows(reach("log")),
                "sequenceMatch, tree in order": self.rows(reach("tree"), in_order),
                "sequenceMatch of those with a purchase": self.rows(reach("log", cut)),
            },
        }

    def by(self, column, in_order):
        """Users by the value on their first view; its row is the least."""
        query = lambda table: (
            f"""SELECT g, countIf(l >= 1), countIf(l >= 2), countIf(l >= 3) FROM (
              SELECT argMinIf({column}, row, e = 'view') AS g, {FUNNEL} AS l
              FROM b.{table} GROUP BY u) WHERE l >= 1 GROUP BY g"""
        )
        return {
            "windowFunnel and argMin": self.rows(query("log")),
            "windowFunnel and argMin, tree in order": self.rows(query("tree"), in_order),
        }

    # Summaries of the nine columns as the file has them.

    def summaries(self):
        self.load("Memory")
        return {
            "summarize": {
                "exact": self.rows(summarize("uniqExact", "quantilesExact")),
                "approximate": self.rows(summarize("uniq", "quantiles")),
            }
        }


def enumeration(name, texts):
    return f"{name} Enum16({', '.join(f'{text!r} = {code}' for code, text in enumerate(texts))})"


def values(column):
    """Returns the distinct texts of a column, sorted, without NULL."""
    distinct = pyarrow.compute.unique(column.cast("string")).to_pylist()
    return sorted(text for text in distinct if text is not None)


#: The quantiles of the times of chains `(second, third)`; 0 users reached where it is not `> 0`.
QUANTILES = ", ".join(
    f"countIf({step} >= 0), quantileExactInclusiveIf(0.5)({step}, {step} >= 0),"
    f" quantileExactInclusiveIf(0.9)({step}, {step} >= 0)"
    for step in ("second", "third")
)


def view_weeks(table):
    week = "intDiv(intDiv(t, 86400) + 3, 7)"
    return f"SELECT u, {week} AS w FROM b.{table} WHERE e = 'view'"


def retention_by_bits(table):
    return f"""
      SELECT c, p, count() FROM (
        SELECT min(w) AS c, groupBitOr(bitShiftLeft(1::UInt64, w - {WEEK})) AS bits
        FROM ({view_weeks(table)}) GROUP BY u)
      ARRAY JOIN range({PERIODS} + 1) AS p
      WHERE bitTest(bits, c + p - {WEEK}) GROUP BY c, p
    """


RETENTION_BY_ARRAYS = f"""
  SELECT c, w - c AS p, count() FROM (
    SELECT groupUniqArray(w) AS weeks, arrayMin(weeks) AS c FROM ({view_weeks("log")}) GROUP BY u)
  ARRAY JOIN weeks AS w WHERE w - c <= {PERIODS} GROUP BY c, p
"""

GAPS = "quantileExactInclusive(0.5)(gap), quantileExactInclusive(0.9)(gap)"


def transitions_within(window):
    frame = f"{window} ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING"
    return f"""
      SELECT state, after, count(), uniqExact(u), {GAPS} FROM (
        SELECT u, state, leadInFrame(state) OVER w AS after, leadInFrame(t) OVER w - t AS gap,
          leadInFrame(u) OVER w AS next, row, max(row) OVER w AS later
        FROM b.log WINDOW w AS ({frame}))
      WHERE next = u AND later > row GROUP BY state, after
    """


TRANSITIONS_BY_ARRAYS = f"""
  SELECT x.1, x.2, count(), uniqExact(u), {GAPS.replace("gap", "x.3")} FROM (
    SELECT u, arraySort(groupArray((row, t, state))) AS s,
      arrayJoin(arrayMap((a, b) -> (a.3, b.3, toInt64(b.2) - a.2), arrayPopBack(s),
        arrayPopFront(s))) AS x
    FROM b.log GROUP BY u)
  GROUP BY x.1, x.2
"""


def held_reach(rows):
    """A user's reach is the best over products; who views goes at least so far."""
    return f"""
      SELECT (SELECT uniqExact(u) FROM b.log WHERE e = 'view'), countIf(l >= 2), countIf(l >= 3)
      FROM (SELECT u, max(l) AS l FROM (SELECT u, {FUNNEL} AS l FROM {rows} GROUP BY u, p)
        GROUP BY u)
    """


def any_order(key, partition):
    """Carries the last of each event forward: in any order, all lie near the row's own."""
    over = f"OVER ({partition} ORDER BY row ROWS UNBOUNDED PRECEDING)"
    last = lambda event: f"max(if(e = '{event}', {key}, {-WINDOW - 1})) {over}"
    return f"""
      WITH x AS (SELECT u, e, {key} AS k, {last("view")} AS v, {last("cart")} AS c,
          {last("purchase")} AS p FROM b.log)
      SELECT uniqExactIf(u, e = 'view'),
        uniqExactIf(u, k - v <= {WINDOW} AND k - c <= {WINDOW}),
        uniqExactIf(u, k - v <= {WINDOW} AND k - c <= {WINDOW} AND k - p <= {WINDOW}) FROM x
    """


def array_times():
    """The chain of a user from the sorted times of its views, carts and purchases."""
    sorted_times = ", ".join(
        f"arraySort(groupArrayIf(t, e = '{event}')) AS {name}"
        for name, event in zip(("views", "carts", "purchases"), EVENTS)
    )
    return f"""
      SELECT countIf(notEmpty(views)), {QUANTILES} FROM (
        SELECT views, carts, arrayMap(x -> arrayLast(y -> y <= x, views), carts) AS starts,
          arrayFirst(x -> (arrayLastIndex(y -> y <= x, carts) AS i) > 0 AND starts[i] > 0
            AND x - starts[i] <= {WINDOW}, purchases) AS bought,
          if(bought > 0, arrayLast(y -> y <= bought, carts),
            arrayFirst((x, y) -> y > 0 AND x - y <= {WINDOW}, carts, starts)) AS carted,
          if(carted > 0, toInt64(carted) - arrayLast(y -> y <= carted, views), -1) AS second,
          if(bought > 0, toInt64(bought) - carted, -1) AS third
        FROM (SELECT {sorted_times} FROM b.log GROUP BY u))
    """


def session_arrays(times, table):
    """Counts the gaps among each user's times, and one session more."""
    return f"""SELECT sum(n) FROM (
      SELECT arrayCount(d -> d > {GAP}, arrayDifference({times})) + 1 AS n
      FROM b.{table} GROUP BY u)"""


#: The time of each user's first view, and of the first purchase at that time or behind it.
ARRAY_ENDS = """
  WITH ends AS (SELECT toInt64(minIf(t, e = 'view')) AS v,
      arrayFilter(x -> x >= v, groupArrayIf(t, e = 'purchase')) AS later,
      if(empty(later), NULL, toInt64(arrayMin(later))) AS p
    FROM b.log GROUP BY u HAVING countIf(e = 'view') > 0),
"""

GROUPED_ENDS = """
  WITH starts AS (SELECT u, min(t) AS v FROM b.log WHERE e = 'view' GROUP BY u),
    later AS (SELECT l.u AS u, min(l.t) AS p FROM b.log AS l JOIN starts AS s ON l.u = s.u
      WHERE l.e = 'purchase' AND l.t >= s.v GROUP BY l.u),
    ends AS (SELECT toInt64(s.v) AS v, if(l.p = 0, NULL, toInt64(l.p)) AS p
      FROM starts AS s LEFT JOIN later AS l ON s.u = l.u),
"""

#: The product-limit curve of `ends (v, p)`, and what TIMING tells of it.
CURVE = """
  waits AS (SELECT ifNull(p, (SELECT max(t) FROM b.log)) - v AS d, isNotNull(p) AS c FROM ends),
  steps AS (SELECT d, count() AS n, countIf(c) AS k FROM waits GROUP BY d),
  risks AS (SELECT d, n, k, sum(n) OVER (ORDER BY d DESC) AS risk FROM steps),
  curve AS (SELECT d, n, k, exp(sum(log(1 - k / risk)) OVER (ORDER BY d)) AS s FROM risks)
  SELECT sum(n), sum(k), minOrNullIf(d, s <= 0.75), minOrNullIf(d, s <= 0.5),
    minOrNullIf(d, s <= 0.25), max(d), argMax(s, d)
  FROM curve
"""


def window_times():
    """Carries the last view, then the last cart and its view, forward over the sorted rows."""
    key = "bitShiftLeft(toInt64(u), 32) + t"
    carried = lambda value: f"max({value}) OVER (ORDER BY row ROWS UNBOUNDED PRECEDING)"
    return f"""
      WITH x AS (SELECT u, e, row, {key} AS k, {carried(f"if(e = 'view', {key}, 0)")} AS v
          FROM b.log),
        y AS (SELECT u, e, k, v, {carried("if(e = 'cart', k, 0)")} AS c,
            {carried("if(e = 'cart', v, 0)")} AS s FROM x WHERE e IN ('cart', 'purchase')),
        z AS (SELECT minIf((k, c, s), e = 'purchase' AND k - s <= {WINDOW}) AS p,
            minIf((k, v), e = 'cart' AND k - v <= {WINDOW}) AS q FROM y GROUP BY u),
        chains AS (SELECT multiIf(p.1 > 0, p.2 - p.3, q.1 > 0, q.1 - q.2, -1) AS second,
            if(p.1 > 0, p.1 - p.2, -1) AS third FROM z)
      SELECT (SELECT uniqExact(u) FROM b.log WHERE e = 'view'), {QUANTILES} FROM chains
    """


def summarize(distinct, quantiles):
    measures = []
    for name, kind in PLAIN.items():
        empty = "0" if kind == "UUID" or "String" not in kind else f"countIf({name} = '')"
        measures += [empty, f"{distinct}({name})", f"min({name})", f"max({name})"]
    for name in ("product_id", "category_id", "price", "user_id"):
        measures += [f"avg({name})", f"stddevSamp({name})", f"{quantiles}(0.25, 0.5, 0.75)({name})"]
    measures += [f"topK(3)({name})" for name in HEADER]
    return f"SELECT {', '.join(measures)} FROM b.log"


def summary(row, exact):
    """Returns what other programs' summaries have as well."""
    found = {}
    for place, name in enumerate(HEADER):
        missing, distinct, low, high = row[4 * place:4 * place + 4]
        found[name] = {"missing": int(missing)}
        if exact:
            found[name]["distinct"] = int(distinct) - (int(missing) > 0)
        if name in ("product_id", "category_id", "price", "user_id"):
            found[name] |= {"min": float(low), "max": float(high)}
    return found
