"""Draws what stands in FROM: tables, queries, rows of values, and joins of these."""

from dialects import either
from random_expressions import COMPARISONS, NUMBERS, Column, Expressions
from random_tables import COLUMNS


class From:
    """A FROM clause: its text, the columns in reach, and those that tell its rows apart."""

    def __init__(self, text, reach, keys):
        self.text, self.reach, self.keys = text, reach, keys
        #: Conditions that stand for semi and anti joins where a dialect has none.
        self.instead = []


class Sources(Expressions):
    """Draws FROM clauses; `tables` maps a name to its columns' kinds, named queries too."""

    def __init__(self, seed):
        super().__init__(seed)
        self.tables = {name: dict(COLUMNS) for name in "abcue"}
        self.number = 0

    def fresh(self, letter):
        self.number += 1
        return f"{letter}{self.number}"

    def source(self, depth, alone=False):
        """Draws one source: a From."""
        if depth > 0 and self.chance(0.2):
            text, kinds = self.relation(depth - 1)
            name = self.fresh("q")
            reach = [Column(f"{name}.{c}", kind, name, c) for c, kind in kinds.items()]
            return From(f"({text}) AS {name}", reach, None)
        if self.chance(0.06):
            return self.values()
        table = self.one(self.table_names())
        columns = self.tables[table]
        keys = columns is not None and "id" in columns
        if alone and self.chance(0.5):
            reach = [Column(c, kind, table, c) for c, kind in columns.items()]
            return From(table, reach, ["id"] if keys else None)
        name = self.fresh("t")
        reach = [Column(f"{name}.{c}", kind, name, c) for c, kind in columns.items()]
        text = f"{table} {self.one(['AS ', ''])}{name}"
        return From(text, reach, [f"{name}.id"] if keys else None)

    def table_names(self):
        """Returns tables, named queries more often than others, the empty one rarely."""
        names = [name for name in self.tables if name != "e"] * 2
        names += [name for name in self.tables if len(name) > 1] * 6
        return names + ["e"] if "e" in self.tables else names

    def values(self):
        name = self.fresh("v")
        kinds = {"k": "int", self.one(["n", "g", "d"]): None}
        kinds = {c: COLUMNS[c] for c in kinds}
        item = lambda kind: "NULL" if self.chance(0.15) else self.literal(kind)
        # The first row tells the types.
        rows = [[self.literal(kind) for kind in kinds.values()]]
        rows += [[item(kind) for kind in kinds.values()] for _ in range(self.some(0, 4))]
        listed = ", ".join(f"({', '.join(row)})" for row in rows)
        plain = f"(VALUES {listed}) AS {name}({', '.join(kinds)})"
        selects = " UNION ALL ".join(
            "SELECT " + ", ".join(f"{value} AS {c}" for value, c in zip(row, kinds)) for row in rows
        )
        reach = [Column(f"{name}.{c}", kind, name, c) for c, kind in kinds.items()]
        return From(either(plain, plain, f"({selects}) AS {name}"), reach, None)

    def from_clause(self, depth):
        """Draws a FROM clause of one to three sources."""
        count = self.one([1, 1, 1, 2, 2, 3])
        found = self.source(depth, alone=count == 1)
        for _ in range(count - 1):
            self.join(found, self.source(depth))
        return found

    def join(self, left, right):
        """Joins a source to a FROM clause."""
        kind = self.one(["inner", "inner", "left", "left", "semi", "anti", "cross"])
        # A further table may have a column called as those of USING.
        left.reach = [column for column in left.reach if column.source]
        if kind == "cross":
            left.text += self.one([" CROSS JOIN ", ", "]) + right.text
            self.add(left, right)
            return
        condition, using = self.on(left, right)
        if kind in ("semi", "anti"):
            word = kind.upper()
            exists = "EXISTS" if kind == "semi" else "NOT EXISTS"
            tail = f" USING ({', '.join(using)})" if using else f" ON {condition}"
            clause = f" {word} JOIN {right.text}{tail}"
            left.text += either(clause, clause, "")
            left.instead.append(f"{exists} (SELECT 1 FROM {right.text} WHERE {condition})")
            return
        word = {"inner": self.one(["JOIN", "INNER JOIN"]), "left": self.one(["LEFT JOIN", "LEFT OUTER JOIN"])}
        tail = f" USING ({', '.join(using)})" if using else f" ON {condition}"
        left.text += f" {word[kind]} {right.text}{tail}"
        self.add(left, right)
        if using:
            # Columns that both had are now one, which has no table's name.
            left.reach += [Column(name, COLUMNS[name], "", name) for name in using]

    def add(self, left, right):
        left.reach += right.reach
        left.keys = left.keys + right.keys if left.keys and right.keys else None

    def on(self, left, right):
        """Draws a condition of equalities, and the columns of USING where it can be said so."""
        single = len({column.source for column in left.reach}) == 1
        shared = [
            (mine, other)
            for mine in left.reach for other in right.reach
            if mine.name == other.name and mine.kind == other.kind and mine.kind != "mean"
            and mine.name in ("k", "g", "d", "h", "day")
        ]
        if single and shared and self.chance(0.3):
            pairs = self.draw.sample(shared, 1 if len(shared) == 1 else self.one([1, 1, 2]))
            condition = " AND ".join(f"{mine.text} = {other.text}" for mine, other in pairs)
            return condition, [mine.name for mine, _ in pairs]
        parts = [self.equality(left.reach, right.reach) for _ in range(self.one([1, 1, 1, 2, 2, 3]))]
        if self.chance(0.35):
            parts.append(self.beside(left.reach, right.reach))
        self.draw.shuffle(parts)
        return " AND ".join(parts), None

    def equality(self, left, right):
        kinds = ["int", "int", "int", "text", "text", "decimal", "date", "float", "timestamp"]
        kind = self.kind_in(kinds, left)
        other = kind
        if kind in NUMBERS and (self.chance(0.2) or all(c.kind != kind for c in right)):
            other = self.kind_in(NUMBERS, right)
        mine, theirs = self.key(kind, left), self.key(other, right)
        return f"{mine} = {theirs}" if self.chance(0.6) else f"{theirs} = {mine}"

    def key(self, kind, reach):
        """Draws a column of a key, mostly of few values, or an expression with one."""
        own = [c.text for c in reach if c.kind == kind]
        few = [c.text for c in reach if c.kind == kind and c.name in ("k", "g", "h")]
        if not own:
            return self.literal(kind)
        column = self.one(few * 3 + own)
        if self.chance(0.2) and kind == "int":
            return f"{column} {self.one(['+', '-'])} {self.some(0, 2)}"
        if self.chance(0.15) and kind == "text":
            return f"lower({column})" if self.chance(0.5) else f"substr({column}, 1, 1)"
        return column

    def beside(self, left, right):
        """Draws a condition that stands in ON beside equalities."""
        kind = self.one(["int", "text", "decimal"])
        return self.one(
            [
                lambda: f"{self.column(kind, left)} {self.one(COMPARISONS)} {self.column(kind, right)}",
                lambda: self.comparison(right, 0),
                lambda: self.comparison(left, 0),
                lambda: f"({self.comparison(right, 0)} OR {self.comparison(left, 1)})",
            ]
        )()
