"""Draws whole queries: groups, windows, subqueries, set operations, WITH, orders and limits."""

from typing import NamedTuple

from dialects import either
from random_expressions import KINDS, NUMBERS, Column
from random_windows import Windows

#: What cannot be drawn from a reach that has only these.
SHOWN = ["int", "decimal", "float", "text", "bool", "date", "timestamp", "mean"]


class Query(NamedTuple):
    """A query, and whether its answer's order is whole."""

    text: str
    is_ordered: bool


class Queries(Windows):
    """Draws queries over the tables of `random_tables`; the same seed draws the same ones."""

    # Subqueries.

    def subquery_condition(self, reach, depth):
        reach = [column for column in reach if column.kind != "mean"]
        if not reach:
            return None
        return self.one([self.member, self.member, self.exists, self.compared])(reach, depth)

    def inner(self, reach, kinds=None):
        """Draws FROM and WHERE of a subquery, often tied to the outer row by equalities."""
        table = self.one([name for name in self.table_names() if kinds is None or any(
            kind in kinds for kind in self.tables[name].values())] or ["a"])
        name = self.fresh("s")
        own = [
            column._replace(text=f"{name}.{column.name}", source=name)
            for column in self.columns_of(table)
        ]
        parts = []
        if self.chance(0.6):
            parts += [self.tie(own, reach) for _ in range(self.one([1, 1, 2]))]
        if self.chance(0.5):
            parts.append(self.comparison(own, 1))
        self.draw.shuffle(parts)
        where = f" WHERE {' AND '.join(parts)}" if parts else ""
        return f" FROM {table} AS {name}{where}", own

    def columns_of(self, table):
        return [Column(name, kind, table, name) for name, kind in self.tables[table].items()]

    def tie(self, own, reach):
        """Draws an equality of a column of the subquery and one of the outer row."""
        kinds = {c.kind for c in own} & {c.kind for c in reach} & {"int", "text", "date", "decimal"}
        if not kinds:
            return self.comparison(own, 0)
        kind = self.one(sorted(kinds))
        mine, outer = self.key(kind, own), self.column(kind, reach)
        return f"{mine} = {outer}" if self.chance(0.6) else f"{outer} = {mine}"

    def member(self, reach, depth):
        kind = self.kind_in(["int", "int", "text", "decimal", "date"], reach)
        source, own = self.inner(reach, [kind])
        value = self.value(kind, reach, 1)
        no = self.one(["IN", "IN", "NOT IN"])
        if self.chance(0.15) and any(c.kind == kind for c in own):
            column = self.column(kind, own)
            having = f"HAVING count(*) {self.one(['>', '=', '<'])} {self.some(1, 4)}"
            return f"{value} {no} (SELECT {column}{source} GROUP BY {column} {having})"
        return f"{value} {no} (SELECT {self.value(kind, own, 1)}{source})"

    def exists(self, reach, depth):
        source, own = self.inner(reach)
        shown = self.one(["1", "*", self.column("int", own)])
        return f"{self.one(['', 'NOT '])}EXISTS (SELECT {shown}{source})"

    def compared(self, reach, depth):
        kind = self.kind_in(["int", "int", "decimal", "text"], reach)
        sign = self.one(["=", "<>", "<", ">="])
        return f"{self.value(kind, reach, 1)} {sign} {self.scalar(kind, reach)}"

    def scalar(self, kind, reach):
        """Draws a query of one value."""
        source, own = self.inner(reach, [kind])
        value = self.value(kind, own, 1)
        if kind == "int" and self.chance(0.4):
            return f"(SELECT {self.one(['count(*)', f'count({value})'])}{source})"
        if kind in NUMBERS and self.chance(0.3):
            return f"(SELECT sum({value}){source})"
        if any(c.name == "id" for c in own) and self.chance(0.2):
            key = next(c.text for c in own if c.name == "id")
            return f"(SELECT {value}{source} ORDER BY {key}{self.direction()} LIMIT 1)"
        if self.chance(0.1):
            return f"(SELECT coalesce(max({value}), {self.literal(kind)}){source})"
        return f"(SELECT {self.one(['min', 'max'])}({value}){source})"

    # Aggregates.

    def aggregate(self, reach):
        """Draws a call and its kind."""
        if self.chance(0.1):
            return self.statistic(reach)
        kind = self.kind_in(["int", "int", "decimal", "float", "text", "date", "timestamp"], reach)
        value = self.value(kind, reach, 1)
        forms = [("count(*)", "int"), (f"count({value})", "int"), (f"count(DISTINCT {value})", "int")]
        forms += [(f"min({value})", kind), (f"max({value})", kind)]
        if kind in NUMBERS:
            forms += [(f"sum({value})", kind)] * 3 + [(f"avg({value})", "mean")]
            forms += [(f"sum(DISTINCT {value})", kind), (f"avg(DISTINCT {value})", "mean")]
        call, kind = self.one(forms)
        if self.chance(0.2):
            call += f" FILTER (WHERE {self.condition(reach, 1)})"
        return call, kind

    def statistic(self, reach):
        """Draws what SQLite lacks."""
        kind = self.kind_in(NUMBERS, reach)
        value = self.column(kind, reach)
        money = f"({value})::DOUBLE"
        # Where nothing varies DuckDB answers that it is no number.
        own = [column.text for column in reach if column.kind in NUMBERS]
        corr = f"corr({self.one(own)}, {self.one(own)})" if own else "count(*)"
        both = lambda form: either(form.format(value), form.format(money))
        return self.one(
            [
                (both("median({})"), "mean"), (both("quantile_cont({}, 0.25)"), "mean"),
                (both("stddev({})"), "mean"), (both("variance({})"), "mean"),
                (either(corr, f"nullif({corr}, 'nan'::DOUBLE)" if own else corr), "mean"),
                (either(*[f"bool_and({self.condition(reach, 0)})"] * 2), "bool"),
                (either(*[f"bool_or({self.condition(reach, 0)})"] * 2), "bool"),
            ]
        )

    # SELECT.

    def relation(self, depth, kinds=None):
        """Draws a query without an order and its columns, `kinds` of them if given."""
        found = self.from_clause(depth)
        if kinds is None and self.chance(0.12):
            return self.combined(depth)
        if kinds is None and depth > 0 and self.chance(0.1):
            return self.with_queries(depth - 1)
        form = self.one([self.plain] * 5 + [self.grouped] * 4 + [self.whole])
        return form(found, kinds)

    def limited(self, text, columns):
        """Returns a query's first rows: all that can be told apart are in order."""
        keys = list(columns)
        self.draw.shuffle(keys)
        keys.sort(key=lambda name: columns[name] == "mean")
        order = ", ".join(key + self.direction() for key in keys)
        limit = f" LIMIT {self.some(0, 20)}"
        offset = f" OFFSET {self.some(0, 4)}" if self.chance(0.4) else ""
        return f"SELECT * FROM ({text}) AS {self.fresh('l')} ORDER BY {order}{limit}{offset}"

    def where(self, found, share=0.65):
        parts = [self.condition(found.reach)] if self.chance(share) else []
        own = f" WHERE {parts[0]}" if parts else ""
        if not found.instead:
            return own
        parts = [f"({part})" for part in parts] + found.instead
        return either(own, own, f" WHERE {' AND '.join(parts)}")

    def shown(self, kinds, reach):
        return kinds or [self.kind_in(KINDS, reach) for _ in range(self.some(1, 4))]

    def plain(self, found, kinds=None):
        usable = [column for column in found.reach if column.kind != "mean"]
        items, columns, windows = [], {}, False
        for kind in self.shown(kinds, usable):
            if kinds is None and self.chance(0.12):
                value, kind = self.window_call(usable, found.keys)
                windows = True
            elif kinds is None and self.chance(0.1) and kind in ("int", "decimal", "text"):
                value = self.scalar(kind, usable)
            else:
                value = self.value(kind, usable)
            name = self.fresh("c")
            items.append(f"{value}{self.one([' AS', ' AS', ''])} {name}")
            columns[name] = kind
        distinct = "DISTINCT " if not windows and self.chance(0.2) else ""
        source, where = found.text, self.where(found)
        qualify = ""
        if kinds is None and not distinct and self.chance(0.08):
            call, _ = self.ranking(usable, found.keys)
            test = f" QUALIFY {call} <= {self.some(1, 3)}"
            qualify = either(test, test)
        select = f"SELECT {distinct}{', '.join(items)}"
        text = f"{select} FROM {source}{where}{qualify}"
        if self.chance(0.08):
            first = f"FROM {source} {select}{where}{qualify}"
            text = either(first, first, text)
        return text, columns

    def grouped(self, found, kinds=None):
        usable = [column for column in found.reach if column.kind != "mean"]
        if not usable:
            return self.whole(found, kinds)
        keys = []
        for _ in range(self.one([1, 1, 2, 2, 3])):
            key = self.key(self.kind_in(["int", "text", "text", "date", "decimal"], usable), usable)
            if key[0] in "'-0123456789⟦":
                key = self.one(usable).text
            if key not in [known for known, _ in keys]:
                keys.append((key, self.kind_of(key, usable)))
        items, columns = [], {}
        wanted = kinds or [None] * self.some(1, 4)
        for wish in wanted:
            value, kind = self.grouped_item(keys, usable, wish)
            name = self.fresh("c")
            items.append((value, name))
            columns[name] = kind
        having = f" HAVING {self.having(keys, usable)}" if self.chance(0.3) else ""
        text, by = self.group_by(keys, items)
        return f"SELECT {text} FROM {found.text}{self.where(found)} GROUP BY {by}{having}", columns

    def kind_of(self, key, reach):
        for column in reach:
            if column.text == key:
                return column.kind
        return "text" if key.startswith(("lower", "substr")) else "int"

    def grouped_item(self, keys, reach, wish):
        """Draws a key, an aggregate or an expression of these; of a kind if `wish` names one."""
        if wish is None:
            draw = self.draw.random()
            if draw < 0.4:
                return self.one(keys)
            if draw < 0.5:
                call, kind = self.aggregate(reach)
                return (f"({call} + 1)", kind) if kind in NUMBERS else (call, kind)
            if draw < 0.58:
                order = f"ORDER BY count(*) DESC, {keys[0][0]}{self.direction()}"
                return f"{self.one(['rank', 'dense_rank'])}() OVER ({order})", "int"
            if draw < 0.64:
                return "sum(count(*)) OVER ()", "int"
            return self.aggregate(reach)
        own = [key for key in keys if key[1] == wish]
        if own and self.chance(0.6):
            return self.one(own)
        return f"{self.one(['min', 'max'])}({self.value(wish, reach, 1)})", wish

    def group_by(self, keys, items):
        """Names the groups in one of the ways there are; returns what is shown and GROUP BY's."""
        shown = [f"{value} AS {name}" for value, name in items]
        listed = ", ".join(key for key, _ in keys)
        draw = self.draw.random()
        places = {key: None for key, _ in keys}
        for number, (value, _) in enumerate(items):
            if value in places and places[value] is None:
                places[value] = number
        if None not in places.values():
            if draw < 0.2:
                listed = ", ".join(str(number + 1) for number in places.values())
            elif draw < 0.4:
                listed = ", ".join(items[number][1] for number in places.values())
            elif draw < 0.6 and not any("OVER" in value for value, _ in items):
                listed = either("ALL", "ALL", listed)
        return ", ".join(shown), listed

    def having(self, keys, reach):
        kind = self.one(["int", "decimal", "text"])
        key = self.one(keys)[0]
        value = self.value(kind, reach, 1)
        return self.one(
            [
                f"count(*) {self.one(['>', '=', '<='])} {self.some(1, 4)}",
                f"min({value}) {self.one(['<', '>='])} {self.literal(kind)}",
                f"sum({self.column('int', reach)}) IS NOT NULL",
                f"count(DISTINCT {value}) > 1 AND {key} IS NOT NULL",
                f"NOT ({key} IS NULL OR count({value}) = 0)",
                f"max({value}) > (SELECT min({self.own_value(kind)}) FROM a)",
            ]
        )

    def own_value(self, kind):
        return {"int": "a.n", "decimal": "a.d", "text": "a.g"}[kind]

    def whole(self, found, kinds=None):
        usable = [column for column in found.reach if column.kind != "mean"]
        items, columns = [], {}
        for wish in kinds or [None] * self.some(1, 4):
            if wish:
                call, kind = f"{self.one(['min', 'max'])}({self.value(wish, usable, 1)})", wish
                if wish == "bool":
                    call = f"count(*) > {self.some(0, 9)}"
            else:
                call, kind = self.aggregate(usable)
            name = self.fresh("c")
            items.append(f"{call} AS {name}")
            columns[name] = kind
        having = f" HAVING count(*) > {self.some(0, 9)}" if self.chance(0.15) else ""
        return f"SELECT {', '.join(items)} FROM {found.text}{self.where(found)}{having}", columns

    # Set operations and WITH.

    def combined(self, depth):
        """Draws queries of the same kinds, one after the other, with an operation between."""
        kinds = [self.one(["int", "int", "decimal", "text", "date", "float"]) for _ in range(self.some(1, 3))]
        text, columns = self.relation(0, kinds)
        word = self.one(["UNION", "UNION ALL", "INTERSECT", "EXCEPT", "EXCEPT ALL", "INTERSECT ALL"])
        for _ in range(self.one([1, 1, 1, 2])):
            others = [self.one(NUMBERS) if kind in NUMBERS and self.chance(0.3) else kind for kind in kinds]
            other, more = self.relation(0, others)
            both = either(word, word, word if word in ("UNION", "UNION ALL", "INTERSECT", "EXCEPT") else "✗")
            text = f"{text} {both} {other}"
            columns = {
                name: max(kind, found, key=SHOWN.index)
                for (name, kind), found in zip(columns.items(), more.values())
            }
        return text, columns

    def with_queries(self, depth):
        """Draws named queries, each over those before, and a query over them."""
        before, parts = dict(self.tables), []
        for _ in range(self.some(1, 3)):
            text, columns = self.relation(depth)
            name = self.fresh("w")
            if self.chance(0.2):
                renamed = {f"x{number}": kind for number, kind in enumerate(columns.values())}
                parts.append(f"{name}({', '.join(renamed)}) AS ({text})")
                columns = renamed
            else:
                parts.append(f"{name} AS ({text})")
            self.tables[name] = columns
        text, columns = self.relation(depth)
        while text.startswith("WITH"):
            text, columns = self.relation(depth)
        self.tables = before
        return f"WITH {', '.join(parts)} {text}", columns

    # Whole queries.

    def query(self):
        """Draws a Query; its answer is a bag of rows where the order is not whole."""
        depth = self.one([0, 1, 1, 2])
        form = self.one([self.relation] * 4 + [self.combined, self.with_queries])
        text, columns = form(depth)
        if self.chance(0.15):
            return Query(self.limited(text, columns), True)
        if self.chance(0.5):
            return Query(text, False)
        keys = list(columns)
        self.draw.shuffle(keys)
        keys.sort(key=lambda name: columns[name] == "mean")
        names = {name: self.one([name, str(place + 1)]) for place, name in enumerate(columns)}
        order = ", ".join(names[key] + self.direction() for key in keys)
        limit = f" LIMIT {self.some(0, 20)}" if self.chance(0.4) else ""
        limit += f" OFFSET {self.some(0, 4)}" if limit and self.chance(0.4) else ""
        return Query(f"{text} ORDER BY {order}{limit}", True)
