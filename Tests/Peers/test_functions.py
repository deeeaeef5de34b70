"""Functions answer as DuckDB and SQLite do, on drawn arguments; the seed stands in each failure."""

import math
import random
import sqlite3
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest

import program

SEEDS = range(8)
CALLS = 250

WORDS = [
    "", "a", "Ab", "view", "cart view", "  x ", "a.b.c", "Grö", "ÄÖü", "xxaxx", "50%", "a_b",
    "1,2", "12", "-7", "2019-10-01", "2019-02-30",
]


def text(draw):
    return "'" + draw.choice(WORDS).replace("'", "''") + "'"


def small(draw):
    return str(draw.randint(-9, 9))


def whole(draw):
    return str(draw.choice([0, 1, -1, 7, 99, -350, draw.randint(-10**6, 10**6)]))


def number(draw):
    return f"{draw.choice([0, 1, -2.5, 3.75, 1e-3, 12345.678, draw.uniform(-1e4, 1e4)])!r}::float"


def day(draw):
    return f"DATE '{date(1999, 1, 1) + timedelta(days=draw.randint(0, 11000))}'"


def instant(draw):
    moment = datetime(1999, 1, 1) + timedelta(seconds=draw.randint(0, 10**9))
    return f"TIMESTAMP '{moment}'"


def unit(draw):
    names = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"]
    return "'" + draw.choice(names) + "'"


def months(draw):
    return str(draw.randint(-50, 50))


def step(draw):
    """A unit whose beginnings DuckDB's date_diff counts too; weeks it counts as seven days."""
    names = ["second", "minute", "hour", "day", "month", "quarter", "year"]
    return "'" + draw.choice(names) + "'"


def between(low, high):
    return lambda draw: str(draw.randint(low, high))


# What both know: our expression, the kinds of its arguments, DuckDB's where it is spelled
# otherwise, SQLite's where it has it ('' the same, None not).
FORMS = [
    ("upper({})", [text], "", None),
    ("lower({})", [text], "", None),
    ("length({})", [text], "", ""),
    ("trim({})", [text], "", ""),
    ("ltrim({})", [text], "", ""),
    ("rtrim({})", [text], "", ""),
    ("reverse({})", [text], "", None),
    ("replace({}, 'a', 'bc')", [text], "", ""),
    ("substring({}, {})", [text, between(1, 6)], "", "substr({}, {})"),
    ("left({}, {})", [text, small], "", None),
    ("right({}, {})", [text, small], "", None),
    ("strpos({}, 'a')", [text], "", "instr({}, 'a')"),
    ("starts_with({}, 'a')", [text], "", None),
    ("contains({}, 'x')", [text], "", None),
    ("split_part({}, '.', {})", [text, lambda d: str(d.choice([1, 2, 3, -1]))], "", None),
    ("concat({}, {})", [text, text], "", None),
    ("concat_ws('-', {}, NULL, {})", [text, text], "", None),
    ("repeat({}, {})", [text, between(0, 4)], "", None),
    ("lpad({}, {}, '.')", [text, between(0, 9)], "", None),
    ("rpad({}, {}, '.')", [text, between(0, 9)], "", None),
    ("translate({}, 'ab', 'x')", [text], "", None),
    ("ascii({})", [text], "", None),
    ("regexp_replace({}, '[a-c]+', '#')", [text], "", None),
    ("regexp_replace({}, '(.)x', '<\\1>', 'g')", [text], "", None),
    (
        "coalesce(regexp_extract({}, '([a-z])(.)', 2), '')", [text],
        "regexp_extract({}, '([a-z])(.)', 2)", None,
    ),
    ("{} LIKE '%a%'", [text], "", None),
    ("{} LIKE '50!%' ESCAPE '!'", [text], "", None),
    ("{} ILIKE 'a%'", [text], "", None),
    ("{} ~ '^[a-c]'", [text], "regexp_matches({}, '^[a-c]')", None),
    ("coalesce(nullif({}, {}), 'same')", [text, text], "", ""),
    ("abs({})", [whole], "", ""),
    ("sign({})", [whole], "", ""),
    ("greatest({}, {}, {})", [whole, whole, whole], "", "max({}, {}, {})"),
    ("least({}, {}, {})", [whole, whole, whole], "", "min({}, {}, {})"),
    ("{} % 7", [whole], "", ""),
    ("div({}, 7)", [whole], "{} // 7", "{} / 7"),
    ("{} + {} * 3", [whole, whole], "", ""),
    ("trunc({})", [number], "", None),
    ("floor({})", [number], "", None),
    ("ceil({})", [number], "", None),
    ("exp({} / 1e4)", [number], "", None),
    ("sqrt(abs({}))", [number], "", None),
    ("cbrt({})", [number], "", None),
    ("ln(abs({}) + 1)", [number], "", None),
    ("log10(abs({}) + 1)", [number], "", None),
    ("power(abs({}), 0.5)", [number], "", None),
    ("sin({})", [number], "", None),
    ("atan2({}, {})", [number, number], "", None),
    ("degrees({})", [number], "", None),
    ("isnan({})", [number], "", None),
    ("{} / 3", [number], "", None),
    ("year({})", [day], "", None),
    ("month({})", [day], "", None),
    ("day({})", [day], "", None),
    ("quarter({})", [day], "", None),
    ("week({})", [day], "", None),
    ("isoyear({})", [day], "", None),
    ("weekday({})", [day], "isodow({})", None),
    ("dow({})", [day], "dayofweek({})", None),
    ("dayofyear({})", [day], "", None),
    ("hour({})", [instant], "", None),
    ("minute({})", [instant], "", None),
    ("century({})", [day], "", None),
    ("decade({})", [day], "", None),
    ("date_part('epoch', {})", [instant], "", None),
    ("extract(month FROM {})", [instant], "", None),
    ("date_trunc({}, {})", [unit, instant], "", None),
    ("date_diff({}, {}, {})", [step, instant, instant], "", None),
    ("{} + {}", [day, small], "", None),
    ("{} - {}", [day, day], "", None),
    ("{} + {} * 1 MONTH", [day, months], "{} + {} * INTERVAL 1 MONTH", None),
    ("{} - {} * 1 MONTH", [instant, months], "{} - {} * INTERVAL 1 MONTH", None),
    ("{} + 3 MONTHS + 5d", [instant], "{} + INTERVAL 3 MONTH + INTERVAL 5 DAY", None),
    ("{} - 1 YEAR", [day], "{} - INTERVAL 1 YEAR", None),
    ("{} + 90m", [instant], "{} + INTERVAL 90 MINUTE", None),
    ("epoch({} - {})", [instant, instant], "", None),
    ("last_day({})", [day], "", None),
    ("strftime({}, '%Y-%j %H:%M:%S %a %b %p %I %u %V')", [instant], "", None),
    ("strptime({}::text, '%Y-%m-%d')", [day], "strptime({}::text, '%Y-%m-%d')", None),
    ("dayname({})", [day], "", None),
    ("monthname({})", [day], "", None),
    (
        "make_date({}, {}, {})", [between(1, 9999), between(1, 12), between(1, 28)],
        "", None,
    ),
    ("time_bucket(15m, {})", [instant], "time_bucket(INTERVAL 15 MINUTE, {})", None),
    ("try_cast({} AS int)", [text], "TRY_CAST({} AS BIGINT)", None),
    ("try_cast({} AS date)", [text], "TRY_CAST({} AS DATE)", None),
    ("({})::text", [whole], "", None),
    ("{}::text", [instant], "", None),
    ("{}::date", [instant], "", None),
    ("({})::int", [number], "({})::BIGINT", None),
]

AGGREGATES = [
    ("covar_pop(x, y)", ""), ("covar_samp(x, y)", ""), ("corr(x, y)", ""), ("regr_slope(y, x)", ""),
    ("regr_intercept(y, x)", ""), ("regr_r2(y, x)", ""), ("regr_count(y, x)", ""),
    ("median(x)", ""), ("quantile(x, 0.3)", "quantile_cont(x, 0.3)"), ("quantile_disc(x, 0.3)", ""),
    ("percentile_cont(0.9) WITHIN GROUP (ORDER BY x)", ""),
    ("stddev(x)", ""), ("var_pop(x)", ""), ("count_if(x > 3)", ""), ("bool_and(x > 3)", ""),
    ("min(arg_value)", ""), ("max(x)", ""), ("count(DISTINCT x)", ""),
]


def same(ours, theirs):
    """Tells whether two values are equal: numbers to 1e-9, times by their text."""
    if ours is None or theirs is None:
        return ours is theirs
    if isinstance(theirs, bool) or isinstance(ours, bool):
        return bool(ours) == bool(theirs)
    if isinstance(theirs, (int, float, Decimal)):
        return math.isclose(float(ours), float(theirs), rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(theirs, datetime):
        return ours in (str(theirs), str(theirs.date()))
    return str(ours) == str(theirs)


def drawn(draw):
    """Returns a call of ours, DuckDB's and SQLite's (None where it has none), arguments equal."""
    ours, kinds, duck, lite = draw.choice(FORMS)
    arguments = [kind(draw) for kind in kinds]
    own = ours.format(*arguments)
    theirs = [argument.replace("::float", "::DOUBLE") for argument in arguments]
    other = (duck or ours).format(*theirs)
    third = None if lite is None else (lite or ours).format(*arguments)
    return own, other, third


@pytest.mark.parametrize("seed", SEEDS)
def test_scalar_functions(seed):
    draw = random.Random(seed)
    duck, lite = duckdb.connect(), sqlite3.connect(":memory:")
    calls = [drawn(draw) for _ in range(CALLS)]
    answers = program.answers([f"SELECT {own} AS x" for own, _, _ in calls])
    assert len(answers) == len(calls)
    for (own, other, third), rows in zip(calls, answers):
        ours = rows[0]["x"]
        theirs = duck.execute(f"SELECT {other}").fetchone()[0]
        assert same(ours, theirs), f"seed {seed}: {own} is {ours!r}, DuckDB's {other} {theirs!r}"
        if third is not None:
            theirs = lite.execute(f"SELECT {third}").fetchone()[0]
            told = f"seed {seed}: {own} is {ours!r}, SQLite's {third} {theirs!r}"
            assert same(ours, theirs), told


@pytest.mark.parametrize("seed", SEEDS)
def test_aggregates(seed):
    draw = random.Random(seed)
    duck = duckdb.connect()
    for _ in range(6):
        rows = [
            (
                draw.choice([None, draw.randint(-5, 9)]),
                draw.choice([None, draw.randint(-9, 90) / 4]),
            )
            for _ in range(draw.randint(2, 30))
        ]
        values = ", ".join(
            f"({'NULL' if x is None else x}, {'NULL' if y is None else y})" for x, y in rows
        )
        for ours, duck_form in AGGREGATES:
            if "arg_value" in ours:
                ours = "arg_max(x, y * 1000 + x)"
            select = (
                "FROM (SELECT column1::{0} AS x, column2::{1} AS y "
                f"FROM (VALUES (0, 0.5), {values}) " + "{2}) t"
            )
            own = f"SELECT {ours} AS r " + select.format("int", "float", "")
            names = "v(column1, column2)"
            other = f"SELECT {duck_form or ours} " + select.format("BIGINT", "DOUBLE", names)
            mine = program.answer(own)[0]["r"]
            theirs = duck.execute(other).fetchone()[0]
            if isinstance(theirs, float) and math.isnan(theirs):
                theirs = None
            assert same(mine, theirs), f"seed {seed}: {own} is {mine!r}, DuckDB {theirs!r}"
