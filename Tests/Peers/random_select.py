"""Draws a table and SELECT statements over it, which mean the same in three dialects."""

import random

#: Whole numbers are divided with `//` in DuckDB, and its quantiles of money are money.
DIVIDE, MONEY = " /i/ ", "/d/"
DIALECTS = {
    "bql": {DIVIDE: " / ", MONEY: "d"},
    "duckdb": {DIVIDE: " // ", MONEY: "d::DOUBLE"},
    "sqlite": {DIVIDE: " / ", MONEY: "d"},
}
COLUMNS = {
    "id": "int", "n": "int", "m": "int", "d": "decimal", "f": "float", "g": "text", "h": "text",
}
TEXTS = ["a", "b", "ab", "B", "bb", "é", "a%", "_x", ""]


def spelled(query, dialect):
    """Returns a query as a dialect spells it."""
    for general, own in DIALECTS[dialect].items():
        query = query.replace(general, own)
    return query


def rows(seed, count):
    """Draws a table's rows; every column but `id` has NULLs, ties and extremes."""
    draw = random.Random(seed)

    def perhaps(value):
        return None if draw.random() < 0.15 else value

    return [
        (
            number,
            perhaps(draw.randrange(-20, 20)),
            perhaps(draw.choice([0, 1, 7, -(2**40), 2**40, draw.randrange(1_000_000)])),
            perhaps(draw.choice([0, 1, -250, draw.randrange(-100_000, 100_000)]) / 100),
            perhaps(draw.choice([0.5, -1.25, draw.uniform(-1_000, 1_000)])),
            perhaps(draw.choice([text for text in TEXTS if text])),
            perhaps(draw.choice(["x", "y"])),
        )
        for number in range(count)
    ]


class Queries:
    """Draws queries; the same seed draws the same ones."""

    def __init__(self, seed):
        self.draw = random.Random(seed)

    def one(self, choices):
        return self.draw.choice(choices)

    # Values.

    def column(self, kind):
        return self.one([name for name, own in COLUMNS.items() if own == kind])

    def literal(self, kind):
        if kind == "int":
            return str(self.draw.randrange(-5, 12))
        if kind == "decimal":
            cents = self.one([0, 50, 125, self.draw.randrange(-50_000, 50_000)])
            return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"
        if kind == "float":
            return self.one(["0.125", "-1.0625", "10.0001", "250.5005"])
        return "'" + self.one(TEXTS) + "'"

    def value(self, kind, depth=2):
        """Draws an expression of a kind."""
        if depth == 0 or self.draw.random() < 0.35:
            return self.literal(kind) if self.draw.random() < 0.25 else self.column(kind)
        forms = {"int": self.int, "decimal": self.decimal, "float": self.float, "text": self.text}
        if self.draw.random() < 0.3:
            return self.any_kind(kind, depth - 1)
        return forms[kind](depth - 1)

    def any_kind(self, kind, depth):
        own = lambda: self.value(kind, depth)
        return self.one(
            [
                lambda: f"coalesce({own()}, {own()})",
                lambda: f"nullif({own()}, {own()})",
                lambda: f"CASE WHEN {self.condition(depth)} THEN {own()} ELSE {own()} END",
                lambda: f"CASE {self.column('text')} WHEN 'a' THEN {own()} WHEN 'b' THEN {own()} END",
            ]
        )()

    def int(self, depth):
        own = lambda: self.value("int", depth)
        small = lambda: self.one(["n", "id", "length(g)", self.literal("int")])
        return self.one(
            [
                lambda: f"({own()} + {small()})",
                lambda: f"({own()} - {small()})",
                lambda: f"({small()} * {small()})",
                lambda: f"({own()}{DIVIDE}nullif({small()}, 0))",
                lambda: f"({own()} % nullif({small()}, 0))",
                lambda: f"abs({own()})",
                lambda: f"(- {own()})",
                lambda: f"length({self.value('text', depth)})",
            ]
        )()

    def decimal(self, depth):
        return self.one(
            [
                lambda: f"(d + {self.literal('decimal')})",
                lambda: f"(d * {self.draw.randrange(-3, 9)})",
                lambda: f"({self.literal('decimal')} - d)",
                lambda: "abs(d)",
                lambda: "(d + n)",
            ]
        )()

    def float(self, depth):
        own = lambda: self.value("float", depth)
        return self.one(
            [
                lambda: f"({own()} + {self.one(['f', 'n', '0.0625'])})",
                lambda: f"({own()} * 0.125)",
                lambda: f"(f / 8.0001)",
                lambda: f"abs({own()})",
            ]
        )()

    def text(self, depth):
        own = lambda: self.value("text", depth)
        return self.one(
            [
                lambda: f"({own()} || {own()})",
                lambda: f"substr({own()}, 1, {self.one([1, 2, 5])})",
                lambda: f"replace({own()}, 'b', 'cc')",
                lambda: f"trim({own()} || ' ')",
            ]
        )()

    # Conditions.

    def condition(self, depth=2):
        if depth > 0 and self.draw.random() < 0.4:
            left, right = self.condition(depth - 1), self.condition(depth - 1)
            return self.one([f"({left} AND {right})", f"({left} OR {right})", f"(NOT {left})"])
        kind = self.one(["int", "int", "text", "float", "decimal"])
        # Money with a fraction is compared as it stands: SQLite has only floats for it.
        value = self.column("decimal") if kind == "decimal" else self.value(kind, max(depth - 1, 0))
        if kind == "float":
            value = self.column("float")
        other = self.literal(kind)
        return self.one(
            [
                lambda: f"{value} {self.one(['=', '<>', '<', '<=', '>', '>='])} {other}",
                lambda: f"{value} IS NULL",
                lambda: f"{value} IS NOT NULL",
                lambda: f"{value} BETWEEN {other} AND {self.literal(kind)}",
                lambda: f"{value} {self.one(['IN', 'NOT IN'])} ({other}, {self.literal(kind)})",
                lambda: f"{self.column('text')} {self.one(['LIKE', 'NOT LIKE'])} "
                + self.one(["'a%'", "'%b'", "'_'", "'%'", "'B%'"]),
            ]
        )()

    # Queries.

    def where(self):
        return f" WHERE {self.condition()}" if self.draw.random() < 0.7 else ""

    def order(self, keys):
        ends = ["", " DESC"]
        nulls = [" NULLS FIRST", " NULLS LAST"]
        return ", ".join(f"{key}{self.one(ends)}{self.one(nulls)}" for key in keys)

    def limit(self):
        text = f" LIMIT {self.draw.randrange(1, 40)}" if self.draw.random() < 0.5 else ""
        return text + (f" OFFSET {self.draw.randrange(5)}" if text and self.draw.random() < 0.4 else "")

    def kind(self):
        return self.one(["int", "decimal", "float", "text"])

    def plain(self):
        """Rows: expressions, a filter, an order that ends in the key."""
        items = ", ".join(f"{self.value(self.kind())} AS c{i}" for i in range(self.one([1, 2, 3])))
        keys = self.draw.sample(["n", "d", "f", "g", "h", "c0"], self.one([0, 1, 2])) + ["id"]
        return f"SELECT id, {items} FROM t{self.where()} ORDER BY {self.order(keys)}{self.limit()}"

    def aggregate(self):
        kind = self.kind()
        value = self.value(kind, 1)
        names = ["count", "min", "max"] + (["sum", "avg"] if kind != "text" else [])
        call = self.one(
            [f"{self.one(names)}({value})"] * 3 + ["count(*)", f"count(DISTINCT {value})"]
            + ([f"sum(DISTINCT {self.column('int')})"] if kind == "int" else [])
        )
        return call + (f" FILTER (WHERE {self.condition(1)})" if self.draw.random() < 0.25 else "")

    def grouped(self):
        """Groups by columns or expressions; each group's key stands once, so the order is whole."""
        keys = [self.one(["g", "h", "n", "length(g)", f"n{DIVIDE}5", "(n % 3)", "coalesce(g, h)"])]
        if self.draw.random() < 0.5:
            keys.append("h" if keys[0] != "h" else "g")
        items = [f"{key} AS k{number}" for number, key in enumerate(keys)]
        items += [f"{self.aggregate()} AS a{number}" for number in range(self.one([1, 2, 3]))]
        having = ""
        if self.draw.random() < 0.4:
            having = " HAVING " + self.one(["count(*) > 3", "sum(n) > 0", "min(id) < 50", "max(g) = 'bb'"])
        order = self.order([f"k{number}" for number in range(len(keys))])
        return (
            f"SELECT {', '.join(items)} FROM t{self.where()} GROUP BY {', '.join(keys)}{having}"
            f" ORDER BY {order}{self.limit()}"
        )

    def total(self):
        items = ", ".join(f"{self.aggregate()} AS a{i}" for i in range(self.one([1, 2, 4])))
        return f"SELECT {items} FROM t{self.where()}"

    def distinct(self):
        keys = self.draw.sample(["g", "h", "n"], 2)
        return f"SELECT DISTINCT {', '.join(keys)} FROM t{self.where()} ORDER BY {self.order(keys)}{self.limit()}"

    def nested(self):
        inner = self.one([self.grouped, self.plain])()
        column = "k0" if " AS k0" in inner else "c0"
        return (
            f"SELECT {column}, count(*) AS n FROM ({inner}) AS q GROUP BY {column}"
            f" ORDER BY {self.order([column])}"
        )

    def query(self):
        return self.one([self.plain, self.plain, self.grouped, self.grouped, self.total, self.distinct, self.nested])()
