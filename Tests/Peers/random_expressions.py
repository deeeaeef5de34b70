"""Draws expressions and conditions over the columns in reach, by kind."""

import random
from typing import NamedTuple

from dialects import either
from random_tables import TEXTS

KINDS = ["int", "int", "decimal", "float", "text", "text", "bool", "date", "timestamp"]
NUMBERS = ["int", "decimal", "float"]
COMPARISONS = ["=", "<>", "<", "<=", ">", ">="]


class Column(NamedTuple):
    """A column in reach: how it is named, its kind, its table's name here and its own name."""

    text: str
    kind: str
    source: str
    name: str


class Expressions:
    """Draws expressions; a reach is a list of columns. The same seed draws the same ones.

    The kind `mean` is a float that programs may round differently in its last digits: it is shown,
    never compared.
    """

    def __init__(self, seed):
        self.draw = random.Random(seed)

    def one(self, choices):
        return self.draw.choice(choices)

    def chance(self, share):
        return self.draw.random() < share

    def some(self, least, most):
        return self.draw.randint(least, most)

    def kind_in(self, kinds, reach):
        """Draws a kind, one that a column has if there is any."""
        own = [kind for kind in kinds if any(column.kind == kind for column in reach)]
        return self.one(own or kinds)

    # Values.

    def literal(self, kind):
        draw = self.draw
        if kind == "int":
            return str(draw.randrange(-5, 12))
        if kind == "decimal":
            return f"{draw.randrange(-40, 40) / 4:.2f}"
        if kind == "float":
            number = f"{draw.randrange(-40, 40) + 0.125:.3f}"
            return either(number, f"({number})::DOUBLE", number)
        if kind == "bool":
            return self.one(["true", "false"])
        if kind == "date":
            text = f"'{self.one(['2020-01-31', '2020-02-01', '2019-12-25'])}'"
            return either(f"DATE {text}", f"DATE {text}", text)
        if kind == "timestamp":
            text = f"'{self.one(['2020-01-31 12:05:00', '2020-01-31 00:00:00'])}'"
            return either(f"TIMESTAMP {text}", f"TIMESTAMP {text}", text)
        return "'" + self.one(TEXTS + [""]) + "'"

    def column(self, kind, reach):
        """Draws a column of a kind; a literal where there is none."""
        own = [column.text for column in reach if column.kind == kind]
        return self.one(own) if own else self.literal(kind)

    def value(self, kind, reach, depth=2):
        if depth == 0 or self.chance(0.4):
            return self.literal(kind) if self.chance(0.15) else self.column(kind, reach)
        if self.chance(0.3):
            return self.any_kind(kind, reach, depth - 1)
        return getattr(self, kind)(reach, depth - 1)

    def any_kind(self, kind, reach, depth):
        own = lambda: self.value(kind, reach, depth)
        when = lambda: self.condition(reach, depth)
        return self.one(
            [
                lambda: f"coalesce({own()}, {own()})",
                lambda: f"coalesce(NULL, {own()})",
                lambda: f"nullif({own()}, {own()})",
                lambda: f"CASE WHEN {when()} THEN {own()} ELSE {own()} END",
                lambda: f"CASE WHEN {when()} THEN {own()} WHEN {when()} THEN NULL ELSE {own()} END",
                lambda: f"CASE {self.column('text', reach)} WHEN 'a' THEN {own()} "
                f"WHEN 'b' THEN {own()} END",
            ]
        )()

    def int(self, reach, depth):
        own = lambda: self.value("int", reach, depth)
        small = lambda: self.one([self.literal("int"), f"length({self.column('text', reach)})"])
        divisor = lambda: f"nullif({small()}, 0)"
        return self.one(
            [
                lambda: f"({own()} + {small()})",
                lambda: f"({own()} - {own()})",
                lambda: f"({own()} * {self.one(['2', '-1', '3'])})",
                lambda: f"({own()} {either('/', '//', '/')} {divisor()})",
                lambda: f"({own()} % {divisor()})",
                lambda: f"abs({own()})",
                lambda: f"(- {own()})",
                lambda: f"length({self.value('text', reach, depth)})",
                lambda: self.part("day", "date", "%d", reach, depth),
                lambda: self.part("month", "date", "%m", reach, depth),
                lambda: self.part("hour", "timestamp", "%H", reach, depth),
                lambda: self.cast("bool", "int", "BIGINT", "INTEGER", reach),
            ]
        )()

    def part(self, name, kind, pattern, reach, depth):
        value = self.value(kind, reach, depth)
        return either(
            f"{name}({value})", f"{name}({value})", f"CAST(strftime('{pattern}', {value}) AS INTEGER)"
        )

    def cast(self, kind, bql, duckdb, sqlite, reach):
        value = self.column(kind, reach)
        ours = self.one([f"CAST({value} AS {bql})", f"({value})::{bql}"])
        return either(ours, f"CAST({value} AS {duckdb})", f"CAST({value} AS {sqlite})")

    def decimal(self, reach, depth):
        own = lambda: self.value("decimal", reach, depth)
        return self.one(
            [
                lambda: f"({own()} + {self.literal('decimal')})",
                lambda: f"({self.column('decimal', reach)} * {self.draw.randrange(-3, 9)})",
                lambda: f"({self.literal('decimal')} - {own()})",
                lambda: f"abs({own()})",
                lambda: f"({self.column('decimal', reach)} + {self.column('int', reach)})",
                lambda: f"(- {own()})",
            ]
        )()

    def float(self, reach, depth):
        own = lambda: self.value("float", reach, depth)
        return self.one(
            [
                lambda: f"({own()} + {self.value(self.one(NUMBERS), reach, depth)})",
                lambda: f"({own()} * {self.one(['0.5', '2', '-1'])})",
                lambda: f"({own()} / {self.one(['4.0', '2'])})",
                lambda: f"abs({own()})",
                lambda: self.cast("int", "float", "DOUBLE", "REAL", reach),
                lambda: self.cast("decimal", "float", "DOUBLE", "REAL", reach),
            ]
        )()

    def text(self, reach, depth):
        own = lambda: self.value("text", reach, depth)
        return self.one(
            [
                lambda: f"({own()} || {own()})",
                lambda: f"substr({own()}, {self.one(['1, 1', '2', '1, 5'])})",
                lambda: f"replace({own()}, 'b', 'cc')",
                lambda: f"trim({own()} || ' ')",
                lambda: f"upper(replace({own()}, 'é', 'e'))",
                lambda: self.cast("int", "text", "VARCHAR", "TEXT", reach),
            ]
        )()

    def bool(self, reach, depth):
        return f"({self.condition(reach, depth)})"

    def date(self, reach, depth):
        own = self.value("date", reach, depth)
        at = self.column("timestamp", reach)
        days = self.some(1, 40)
        return self.one(
            [
                either(f"({own} + {days})", f"({own} + {days})", f"date({own}, '+{days} days')"),
                either(f"({at})::date", f"({at})::DATE", f"date({at})"),
            ]
        )

    def timestamp(self, reach, depth):
        own = self.value("timestamp", reach, depth)
        hours, grain = self.some(1, 30), self.one(["hour", "day", "month"])
        return self.one(
            [
                either(
                    f"({own} + {hours}h)", f"({own} + INTERVAL {hours} HOUR)",
                    f"datetime({own}, '+{hours} hours')",
                ),
                either(f"date_trunc('{grain}', {own})", f"date_trunc('{grain}', {own})"),
            ]
        )

    # Conditions.

    def condition(self, reach, depth=2):
        draw = self.draw.random()
        if depth > 0 and draw < 0.35:
            left, right = self.condition(reach, depth - 1), self.condition(reach, depth - 1)
            return self.one([f"({left} AND {right})", f"({left} OR {right})", f"(NOT {left})"])
        if depth > 0 and draw < 0.5:
            found = self.subquery_condition(reach, depth - 1)
            if found:
                return found
        return self.one([self.comparison] * 4 + [self.listed, self.missing, self.like, self.truth])(
            reach, max(depth - 1, 0)
        )

    def subquery_condition(self, reach, depth):
        """Draws a condition with a query in it; None where there can be none."""
        return None

    def comparison(self, reach, depth):
        kind = self.kind_in(["int", "int", "decimal", "float", "text", "date", "timestamp"], reach)
        other = self.one(NUMBERS) if kind in NUMBERS and self.chance(0.2) else kind
        sign = self.one(COMPARISONS + ["IS DISTINCT FROM", "IS NOT DISTINCT FROM"])
        return f"{self.value(kind, reach, depth)} {sign} {self.value(other, reach, depth)}"

    def listed(self, reach, depth):
        kind = self.kind_in(["int", "int", "decimal", "text", "date"], reach)
        value = self.value(kind, reach, depth)
        item = lambda: "NULL" if self.chance(0.1) else self.literal(kind)
        if self.chance(0.3):
            sign = self.one(["BETWEEN", "NOT BETWEEN"])
            return f"{value} {sign} {self.literal(kind)} AND {self.literal(kind)}"
        items = ", ".join(item() for _ in range(self.some(1, 12)))
        return f"{value} {self.one(['IN', 'NOT IN'])} ({items})"

    def missing(self, reach, depth):
        value = self.value(self.kind_in(KINDS, reach), reach, depth)
        return f"{value} {self.one(['IS NULL', 'IS NOT NULL'])}"

    def truth(self, reach, depth):
        value = self.column("bool", reach)
        return self.one(
            [value, f"{value} IS TRUE", f"{value} IS NOT FALSE", f"{value} = {self.literal('bool')}"]
        )

    def like(self, reach, depth):
        value = self.column("text", reach)
        no = self.one(["", "NOT "])
        pattern = self.one(["'a%'", "'%b'", "'_'", "'%'", "'B%'", "'%b%'", "''", "'a\\%'"])
        if "\\" in pattern:
            sqlite = f"{value} {no}LIKE {pattern} ESCAPE '\\'"
            return either(f"{value} {no}LIKE {pattern}", sqlite, sqlite)
        word = self.one(["^a", "b$", "[ab]+b", "^$", "(a|x)", "^.$"])
        alike = f"{no}({value} ILIKE {pattern})"
        found = f"({no}{value} ~ '{word}')"
        return self.one(
            [
                f"{value} {no}LIKE {pattern}",
                either(alike, alike, f"{no}(lower({value}) LIKE lower({pattern}))"),
                either(
                    found, f"({no}regexp_matches({value}, '{word}'))", f"({no}{value} REGEXP '{word}')"
                ),
            ]
        )
