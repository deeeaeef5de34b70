"""Draws calls of window functions."""

from dialects import either
from random_sources import Sources

ENDS = ["UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING"]


class Windows(Sources):
    """Draws window calls whose answers do not hang on the order of equal rows."""

    def direction(self):
        return self.one(["", "", " ASC", " DESC"]) + self.one([" NULLS FIRST", " NULLS LAST"])

    def window_call(self, reach, keys):
        """Returns a call and its kind; `keys` tell rows apart, None where nothing does."""
        forms = [self.ranking, self.ranged, self.offset_range]
        return self.one(forms + [self.counted, self.counted, self.shifted] if keys else forms)(
            reach, keys
        )

    def partition(self, reach):
        count = self.one([0, 1, 1, 2])
        kinds = ["int", "text", "text", "bool"]
        own = [self.column(self.kind_in(kinds, reach), reach) for _ in range(count)]
        return f"PARTITION BY {', '.join(own)} " if own else ""

    def order(self, reach, keys=(), least=1):
        """Draws ORDER BY; rows that are equal to it differ in `keys`, if there are any."""
        kinds = ["int", "text", "decimal", "date", "timestamp", "float"]
        own = [self.value(self.kind_in(kinds, reach), reach, self.one([0, 0, 1])) for _ in range(self.some(least, 2))]
        own = [value for value in own if not value[0] in "'-0123456789⟦" and value != "NULL"]
        parts = [value + self.direction() for value in own + list(keys)]
        if not parts:
            parts = [self.column("int", reach) + " + 0" + self.direction()]
        return f"ORDER BY {', '.join(parts)}"

    def aggregate_call(self, reach):
        kind = self.kind_in(["int", "int", "decimal", "float", "text"], reach)
        value = self.value(kind, reach, 1)
        names = ["count", "min", "max"] + (["sum", "avg"] if kind != "text" else [])
        name = self.one(names)
        found = {"count": "int", "avg": "mean"}.get(name, kind)
        call = "count(*)" if self.chance(0.15) else f"{name}({value})"
        if call == "count(*)":
            found = "int"
        if self.chance(0.15):
            own = f"{call} FILTER (WHERE {self.condition(reach, 0)})"
            # SQLite's min and max over a window may see rows that the filter leaves out.
            call = either(own, own) if name in ("min", "max") else own
        return call, found

    def ranking(self, reach, keys):
        name = self.one(["rank", "rank", "dense_rank", "percent_rank", "cume_dist"])
        kind = "mean" if name in ("percent_rank", "cume_dist") else "int"
        return f"{name}() OVER ({self.partition(reach)}{self.order(reach)})", kind

    def ranged(self, reach, keys):
        """An aggregate over a whole partition, or up to the rows equal to this one."""
        call, kind = self.aggregate_call(reach)
        frame = self.one(
            [
                "", "", " RANGE UNBOUNDED PRECEDING",
                " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
                " RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
                " RANGE BETWEEN CURRENT ROW AND CURRENT ROW",
                " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
            ]
        )
        order = self.order(reach) if frame or self.chance(0.5) else ""
        return f"{call} OVER ({self.partition(reach)}{order}{frame})", kind

    def offset_range(self, reach, keys):
        """An aggregate over the rows whose key is not far from this one's."""
        call, kind = self.aggregate_call(reach)
        near, far = sorted([self.some(0, 3), self.some(0, 9)])
        end = self.one(
            [
                lambda unit: f"{far}{unit} PRECEDING AND {near}{unit} PRECEDING",
                lambda unit: f"{far}{unit} PRECEDING AND CURRENT ROW",
                lambda unit: f"{near}{unit} PRECEDING AND {far}{unit} FOLLOWING",
                lambda unit: f"{near}{unit} FOLLOWING AND {far}{unit} FOLLOWING",
                lambda unit: f"CURRENT ROW AND {far}{unit} FOLLOWING",
                lambda unit: f"UNBOUNDED PRECEDING AND {near}{unit} FOLLOWING",
                lambda unit: f"{near}{unit} PRECEDING AND UNBOUNDED FOLLOWING",
            ]
        )
        of_time = self.chance(0.25)
        key = self.column(self.one(["timestamp"] if of_time else ["int", "decimal", "float"]), reach)
        if key[0] in "'-0123456789⟦":
            return f"{call} OVER ({self.partition(reach)})", kind
        bounds = end("")
        if of_time:
            ours = end("h")
            words = bounds.split(" ")
            theirs = " ".join(f"INTERVAL {w} HOUR" if w.isdigit() else w for w in words)
            bounds = either(ours, theirs)
        return (
            f"{call} OVER ({self.partition(reach)}ORDER BY {key}{self.direction()}"
            f" RANGE BETWEEN {bounds})", kind,
        )

    def rows_frame(self):
        first, last = sorted([self.some(0, 4), self.some(0, 4)])
        if self.chance(0.15):
            return f" ROWS {self.one(['UNBOUNDED', self.some(0, 3)])} PRECEDING"
        numbers = [f"{self.some(0, 3)} " if end in ("PRECEDING", "FOLLOWING") else "" for end in ENDS]
        start = f"{numbers[first]}{ENDS[first]}"
        end = f"{numbers[last]}{ENDS[last]}"
        if first == 4 or last == 0:
            return ""
        if first == last and first in (1, 3):
            near, far = sorted([self.some(0, 3), self.some(0, 3)])
            start, end = (far, near) if first == 1 else (near, far)
            start, end = f"{start} {ENDS[first]}", f"{end} {ENDS[first]}"
        return f" ROWS BETWEEN {start} AND {end}"

    def counted(self, reach, keys):
        """A call over rows before and behind, in a whole order."""
        over = f"({self.partition(reach)}{self.order(reach, keys, 0)}"
        if self.chance(0.25):
            return f"row_number() OVER {over})", "int"
        kind = self.one(["int", "text", "decimal", "float", "date"])
        value = self.value(kind, reach, 1)
        if self.chance(0.4):
            call = self.one([f"first_value({value})", f"last_value({value})", f"nth_value({value}, 2)"])
            return f"{call} OVER {over}{self.rows_frame()})", kind
        call, kind = self.aggregate_call(reach)
        return f"{call} OVER {over}{self.rows_frame()})", kind

    def shifted(self, reach, keys):
        over = f"({self.partition(reach)}{self.order(reach, keys, 0)})"
        if self.chance(0.15):
            return f"ntile({self.some(1, 5)}) OVER {over}", "int"
        kind = self.one(["int", "text", "decimal", "float", "timestamp"])
        value = self.value(kind, reach, 1)
        more = self.one(["", "", f", {self.some(0, 3)}", f", {self.some(1, 3)}, {self.literal(kind)}"])
        return f"{self.one(['lag', 'lead'])}({value}{more}) OVER {over}", kind
