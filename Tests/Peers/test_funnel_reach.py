"""FUNNEL's counts are those of SQL in DuckDB and of ClickHouse's windowFunnel."""

from collections import defaultdict

import pytest

import funnel_sql
import logs
import program

STEPS = ["view", "cart", "purchase"]
SEQUENCES = [STEPS, ["cart", "purchase"], ["purchase", "view", "remove_from_cart"], ["view", "cart", "remove_from_cart", "purchase"]]
WINDOWS = {None: "", 0: "WITHIN 0s", 60: "WITHIN 1m", 3_600: "WITHIN 1h", 604_800: "WITHIN 7d"}


def counts(answer, unit="users", grouped=False):
    """Returns {group: [units at step 1, 2, …]} of a funnel's answer; the group stands first."""
    found = defaultdict(list)
    for row in answer:
        found[next(iter(row.values())) if grouped else ()].append(row[unit])
    return dict(found)


@pytest.mark.parametrize("steps", SEQUENCES, ids=",".join)
def test_windows(log, steps):
    questions = [f"FUNNEL {', '.join(steps)} {within}" for within in WINDOWS.values()]
    for (window, _), answer in zip(WINDOWS.items(), program.answers(questions, log.path)):
        assert counts(answer) == funnel_sql.reach(log.duck, steps, window=window), window


def test_several_windows_are_each_alone(log):
    answer = program.answer(f"FUNNEL {', '.join(STEPS)} WITHIN (1m, 1h, 7d)", log.path)
    for window in [60, 3_600, 604_800]:
        block = [row for row in answer if row["window"] == window]
        assert counts(block) == funnel_sql.reach(log.duck, STEPS, window=window), window


@pytest.mark.parametrize("window", [None, 0, 3_600])
def test_ties_denied(log, window):
    answer = program.answer(f"FUNNEL {', '.join(STEPS)} {WINDOWS[window]} TIES DENY", log.path)
    assert counts(answer) == funnel_sql.reach(log.duck, STEPS, window=window, deny=True)


@pytest.mark.parametrize("window", [None, 3_600])
def test_sessions(log, window):
    answer = program.answer(f"FUNNEL {', '.join(STEPS)} {WINDOWS[window]} PER session", log.path)
    theirs = funnel_sql.reach(log.duck, STEPS, window=window, unit="user_id, user_session")
    assert counts(answer, unit="sessions") == theirs


def test_units_of_a_column(log):
    answer = program.answer(f"FUNNEL {', '.join(STEPS)} PER (product_id)", log.path)
    theirs = funnel_sql.reach(log.duck, STEPS, unit="user_id, product_id")
    assert counts(answer, unit="units") == theirs


def middle(log):
    """Returns the log's middle third, as times."""
    first, last = log.duck.execute("SELECT min(t), max(t) FROM log").fetchone()
    return first + (last - first) // 3, last - (last - first) // 3


def stamp(seconds):
    from datetime import datetime, timezone

    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def test_period(log):
    since, until = middle(log)
    question = f"FUNNEL {', '.join(STEPS)} WITHIN 1h SINCE '{stamp(since)}' UNTIL '{stamp(until)}'"
    theirs = funnel_sql.reach(log.duck, STEPS, window=3_600, period=(since, until))
    assert counts(program.answer(question, log.path)) == theirs


DIMENSIONS = {
    "brand": "brand",
    "split_part(category_code, '.', 1)": "split_part(category_code, '.', 1)",
    "weekday": "isodow(to_timestamp(t) AT TIME ZONE 'UTC')",
    "price >= 100": "price >= 100",
}


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("attribute", ["FIRST", "EACH"])
@pytest.mark.parametrize("unit", ["user", "session"])
def test_groups(log, dimension, attribute, unit):
    question = f"FUNNEL {', '.join(STEPS)} WITHIN 1h BY {dimension} ATTRIBUTE {attribute}"
    question += f" PER {unit}"
    ours = counts(program.answer(question, log.path), unit + "s", grouped=True)
    theirs = funnel_sql.reach(
        log.duck,
        STEPS,
        window=3_600,
        unit="user_id" if unit == "user" else "user_id, user_session",
        group=DIMENSIONS[dimension],
        each=attribute == "EACH",
    )
    assert ours == theirs


def test_groups_in_a_period(log):
    since, until = middle(log)
    question = (
        f"FUNNEL {', '.join(STEPS)} WITHIN 1h BY brand SINCE '{stamp(since)}' UNTIL '{stamp(until)}'"
    )
    theirs = funnel_sql.reach(
        log.duck, STEPS, window=3_600, period=(since, until), group="brand"
    )
    assert counts(program.answer(question, log.path), grouped=True) == theirs


def test_largest_groups_and_the_rest(log):
    """TOP keeps the largest, the others fold into one, and the total is the funnel without BY."""
    question = f"FUNNEL {', '.join(STEPS)} WITHIN 7d BY brand TOP 2 WITH TOTAL"
    ours = counts(program.answer(question, log.path), grouped=True)
    theirs = funnel_sql.reach(log.duck, STEPS, window=604_800, group="brand")
    largest = sorted(theirs, key=lambda value: -theirs[value][0])[:2]
    others = [theirs[value] for value in theirs if value not in largest]
    expected = {value: theirs[value] for value in largest}
    expected["(other)"] = [sum(column) for column in zip(*others)]
    expected["(total)"] = funnel_sql.reach(log.duck, STEPS, window=604_800)[()]
    assert ours == expected


def test_filter_comes_before_matching(log):
    question = f"FUNNEL {', '.join(STEPS)} WHERE brand IS NOT NULL AND price > 10 WITHIN 7d"
    duck = log.duck.cursor()
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE log AS"
        " SELECT * FROM main.log WHERE brand IS NOT NULL AND price > 10"
    )
    theirs = funnel_sql.reach(duck, STEPS, window=604_800)
    assert counts(program.answer(question, log.path)) == theirs


@pytest.mark.parametrize("steps", SEQUENCES, ids=",".join)
@pytest.mark.parametrize("unit", ["user", "session"])
def test_clickhouse(log, steps, unit):
    """windowFunnel's default mode means the same where the steps are different events."""
    questions = [f"FUNNEL {', '.join(steps)} {within} PER {unit}" for within in WINDOWS.values()]
    column = "user_id" if unit == "user" else "user_id, user_session"
    for window, answer in zip(WINDOWS, program.answers(questions, log.path)):
        theirs = funnel_sql.window_funnel(
            log.path, steps, 1 << 31 if window is None else window, column
        )
        assert counts(answer, unit=unit + "s") == {(): theirs}, window


def test_clickhouse_differs_as_documented(tmp_path):
    """docs/semantics.md says where windowFunnel counts otherwise; here it still does."""
    draft = logs.Row(0, logs.day("2019-10-01"), "view", 1, None, None, 100, 1, "s")
    path = tmp_path / "view.csv"
    logs.write(path, [draft])
    # One row is no two steps.
    assert funnel_sql.window_funnel(path, ["view", "view"], 10) == [1, 1]
    assert counts(program.answer("FUNNEL view, view", path)) == {(): [1, 0]}
    # A later view in the purchase's own instant hides the earlier one from strict_increase.
    rows = [
        draft,
        draft._replace(place=1, time=draft.time + 5),
        draft._replace(place=2, time=draft.time + 5, event="cart"),
    ]
    logs.write(path, rows)
    assert funnel_sql.window_funnel(path, ["view", "cart"], 10, mode="strict_increase") == [1, 0]
    assert counts(program.answer("FUNNEL view, cart WITHIN 10s TIES DENY", path)) == {(): [1, 1]}
