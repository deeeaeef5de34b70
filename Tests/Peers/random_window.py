"""Draws window calls and queries with them over the table of random_select."""

from random_select import Queries

NUMBERS = {"int": ["n", "id"], "decimal": ["d"], "float": ["f"]}
#: Distances of RANGE frames by the key's kind.
DISTANCES = {
    "int": ["0", "1", "3", "40"], "decimal": ["0", "12.50", "300"], "float": ["0", "0.5", "250.125"],
}


class Windows(Queries):
    """Draws queries with windows; `peer` says what its dialect lacks."""

    def __init__(self, seed, peer):
        super().__init__(seed)
        self.peer = peer

    def partition(self):
        keys = self.one([[], ["g"], ["h"], ["g", "h"], ["(n % 3)"], ["length(g)"], ["n"]])
        return f"PARTITION BY {', '.join(keys)} " if keys else ""

    def bound(self, distances, place):
        """Draws a bound: 0 reaches to the first row, 2 to the current one, 4 to the last."""
        distance = self.one(distances) if distances else None
        if place in (1, 3) and distance is None:
            place = 2
        words = ["UNBOUNDED PRECEDING", f"{distance} PRECEDING", "CURRENT ROW",
                 f"{distance} FOLLOWING", "UNBOUNDED FOLLOWING"]
        return words[place]

    def frame(self, unit, distances):
        start = self.draw.randrange(0, 4)
        end = self.draw.randrange(max(start, 1), 5)
        if start == end == 1 or start == end == 3:
            # Either may be the longer one, which leaves frames empty.
            pass
        return f" {unit} BETWEEN {self.bound(distances, start)} AND {self.bound(distances, end)}"

    def window(self, is_exact):
        """Draws what stands in OVER (…); `is_exact`: the order tells all rows apart."""
        partition = self.partition()
        if is_exact:
            keys = self.draw.sample(["n", "d", "f", "g", "h"], self.one([0, 1, 2])) + ["id"]
            frame = ""
            if self.draw.random() < 0.6:
                frame = self.frame("ROWS", ["0", "1", "2", "7", "1000"])
            return f"({partition}ORDER BY {self.order(keys)}{frame})"
        if self.draw.random() < 0.2:
            return f"({partition.strip()})"
        kind = self.one(["int", "decimal", "float"])
        keys = [self.one(NUMBERS[kind])]
        unit = self.one(["", "RANGE", "RANGE", "GROUPS"])
        if unit != "RANGE" and self.draw.random() < 0.5:
            keys = self.draw.sample(["n", "d", "g", "h"], 2)
        frame = ""
        if unit:
            distances = DISTANCES[kind] if unit == "RANGE" else ["0", "1", "3"]
            frame = self.frame(unit, distances)
        return f"({partition}ORDER BY {self.order(keys)}{frame})"

    def column_of_any(self):
        return self.one(["n", "m", "d", "f", "g", "h"])

    def exact(self):
        """A function that depends on the order of equal rows."""
        value = self.column_of_any()
        ignore = " IGNORE NULLS" if self.peer == "duckdb" and self.draw.random() < 0.3 else ""
        offset = self.one(["", ", 2", ", 0", ", 5"])
        default = f", {self.literal('int')}" if self.draw.random() < 0.3 else ""
        return self.one([
            "row_number()",
            f"ntile({self.one([1, 2, 3, 7, 500])})",
            f"lag({value}{offset}{ignore})",
            f"lead({value}{offset}{ignore})",
            f"lag(n, 2{default})",
            f"first_value({value}{ignore})",
            f"last_value({value}{ignore})",
            f"nth_value({value}, {self.one([1, 2, 4])}{ignore})",
            self.over_frame(),
        ])

    def over_frame(self):
        """An aggregate."""
        value = self.one(["n", "n", "d", "f"])
        calls = [
            "count(*)", f"count({self.column_of_any()})", f"sum({value})", f"sum({value})",
            f"avg({value})", f"min({self.column_of_any()})", f"max({self.column_of_any()})",
        ]
        if self.peer == "duckdb":
            float_of = {"d": "d::DOUBLE"}.get(value, value)
            calls += [
                f"count(DISTINCT {self.column_of_any()})", f"median({float_of})",
                f"quantile_cont({float_of}, 0.3)", f"stddev({value})", f"var_pop({value})",
                "sum(DISTINCT n)", "bool_and(n > 0)", "bool_or(n > 15)",
            ]
        call = self.one(calls)
        # SQLite 3.40 leaves out FILTER of min and max over moving frames.
        if self.draw.random() < 0.25 and (self.peer == "duckdb" or call[:3] not in ("min", "max")):
            call += f" FILTER (WHERE {self.condition(1)})"
        return call

    def ranking(self):
        return self.one(["rank()", "dense_rank()", "percent_rank()", "cume_dist()"])

    def call(self):
        if self.draw.random() < 0.5:
            return f"{self.exact()} OVER {self.window(is_exact=True)}"
        return f"{self.one([self.ranking, self.over_frame, self.over_frame])()} OVER {self.window(False)}"

    def rows_query(self):
        calls = [f"{self.call()} AS w{number}" for number in range(self.one([1, 1, 2, 3]))]
        qualify = ""
        if self.peer == "duckdb" and self.draw.random() < 0.3:
            qualify = f" QUALIFY row_number() OVER ({self.partition()}ORDER BY n NULLS LAST, id) <= 3"
        return f"SELECT id, {', '.join(calls)} FROM t{self.where()}{qualify} ORDER BY id{self.limit()}"

    def grouped_query(self):
        key = self.one(["g", "h", "n"])
        sums = ["sum(n)", "count(*)", "min(id)", "max(d)"]
        order = self.order([self.one(sums), key])
        partition = self.one(["", "PARTITION BY count(*) % 2 "])
        calls = self.one([
            "rank()", "row_number()", f"sum({self.one(sums[:3])})", f"lag({self.one(sums)})",
            "sum(count(*))",
        ])
        return (
            f"SELECT {key}, {self.one(sums)} AS s, {calls} OVER ({partition}ORDER BY {order}) AS w FROM t"
            f"{self.where()} GROUP BY {key} ORDER BY {self.order([key])}"
        )

    def query(self):
        return self.one([self.rows_query, self.rows_query, self.rows_query, self.grouped_query])()
