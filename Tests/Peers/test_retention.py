"""RETENTION and its kin count what SQL in DuckDB and ClickHouse's retention() count."""

from collections import defaultdict
from datetime import date, timedelta

import chdb
import pytest

import program


def period(grain):
    return f"date_trunc('{grain}', to_timestamp(t) AT TIME ZONE 'UTC')::date"


def number(grain, start, row):
    """Returns SQL for the number of periods from one date to another."""
    if grain == "month":
        return f"(year({row}) * 12 + month({row}) - year({start}) * 12 - month({start}))"
    return f"(date_diff('day', {start}, {row}) // {7 if grain == 'week' else 1})"


def retention(duck, of, returning, grain, last):
    """Returns {(cohort, period): (size, users)} of the periods behind the first."""
    rows = duck.execute(
        f"""
        WITH first AS (
            SELECT user_id, min({period(grain)}) AS cohort
            FROM log WHERE event_type = '{of}' GROUP BY user_id
        ), size AS (SELECT cohort, count(*) AS size FROM first GROUP BY cohort
        ), seen AS (
            SELECT DISTINCT user_id, {period(grain)} AS p FROM log WHERE {returning}
        )
        SELECT cohort, {number(grain, 'cohort', 'p')} AS k, any_value(size), count(*)
        FROM first JOIN seen USING (user_id) JOIN size USING (cohort)
        WHERE k BETWEEN 1 AND {last} GROUP BY cohort, k
        """
    ).fetchall()
    return {(str(cohort), k): (size, users) for cohort, k, size, users in rows}


@pytest.mark.parametrize("grain", ["day", "week", "month"])
@pytest.mark.parametrize("returning", ["purchase", "ANY"])
def test_duckdb(log, grain, returning):
    answer = program.answer(f"RETENTION OF purchase RETURN {returning} EVERY {grain} FOR 9", log.path)
    condition = "true" if returning == "ANY" else f"event_type = '{returning}'"
    theirs = retention(log.duck, "purchase", condition, grain, 9)
    ours = {
        (row["cohort"], row["period"]): (row["size"], row["users"])
        for row in answer
        if row["period"] > 0 and row["users"]
    }
    assert ours == theirs
    assert all(row["rate"] == 1 for row in answer if row["period"] == 0 and returning == "purchase")


def test_groups(log):
    answer = program.answer("RETENTION OF view EVERY month FOR 2 BY brand", log.path)
    rows = log.duck.execute(
        f"""
        WITH start AS (
            SELECT user_id, arg_min(coalesce(brand, ''), (t, place)) AS brand, min({period('month')}) AS cohort
            FROM log WHERE event_type = 'view' GROUP BY user_id
        ) SELECT brand, cohort, count(*) FROM start GROUP BY ALL
        """
    ).fetchall()
    theirs = {(brand or None, str(cohort)): size for brand, cohort, size in rows}
    ours = {(row["brand"], row["cohort"]): row["size"] for row in answer if row["period"] == 0}
    assert ours == theirs


def test_clickhouse(log):
    """retention(): of those whose first purchase lies in a week, who bought in each week behind it."""
    answer = program.answer("RETENTION OF purchase EVERY week FOR 4", log.path)
    ours = defaultdict(list)
    for row in answer:
        ours[row["cohort"]].append(row["users"] or 0)
    rows = [(row.user, row.time) for row in log.rows if row.event == "purchase"]
    values = ",".join(f"({user},{time})" for user, time in rows)
    conditions = ", ".join(f"week = first + {7 * k}" for k in range(5))
    sums = ", ".join(f"sum(r[{k + 1}])" for k in range(5))
    query = f"""
        SELECT first, {sums} FROM (
            SELECT user, first, retention({conditions}) AS r FROM (
                SELECT user, toMonday(toDateTime(t, 'UTC')) AS week,
                       min(week) OVER (PARTITION BY user) AS first
                FROM values('user UInt64, t UInt32', {values})
            ) GROUP BY user, first
        ) GROUP BY first ORDER BY first FORMAT CSV
    """
    theirs = {}
    for line in str(chdb.query(query)).strip().splitlines():
        first, *users = line.replace('"', "").split(",")
        theirs[first] = [int(count) for count in users]
    assert dict(ours) == theirs


def test_active(log):
    answer = program.answer("ACTIVE", log.path)
    days = defaultdict(set)
    for row in log.rows:
        days[date(1970, 1, 1) + timedelta(days=row.time // 86_400)].add(row.user)
    for row in answer:
        day = date.fromisoformat(row["period"])
        within = lambda length: len(set().union(*(days.get(day - timedelta(days=k), set()) for k in range(length))))
        assert (row["dau"], row["wau"], row["mau"]) == (within(1), within(7), within(30)), day


def test_lifecycle(log):
    answer = program.answer("LIFECYCLE OF view EVERY week", log.path)
    weeks = defaultdict(set)
    for row in log.rows:
        if row.event == "view":
            weeks[row.user].add((row.time // 86_400 + 3) // 7)
    for row in answer:
        week = ((date.fromisoformat(row["period"]) - date(1970, 1, 1)).days + 3) // 7
        now = [seen for seen in weeks.values() if week in seen]
        assert row["new"] == sum(min(seen) == week for seen in now)
        assert row["returning"] == sum(week - 1 in seen for seen in now)
        assert row["new"] + row["returning"] + row["resurrecting"] == len(now)
        assert row["dormant"] == sum(week - 1 in seen and week not in seen for seen in weeks.values())


def test_heatmap(log):
    answer = program.answer("HEATMAP OF purchase BY hour, weekday", log.path)
    rows = log.duck.execute(
        """
        SELECT hour(x), isodow(x), count(*), count(DISTINCT user_id) FROM (
            SELECT user_id, to_timestamp(t) AT TIME ZONE 'UTC' AS x FROM log WHERE event_type = 'purchase'
        ) GROUP BY ALL
        """
    ).fetchall()
    theirs = {(hour, weekday): counts for hour, weekday, *counts in rows}
    assert len(answer) == 168
    for row in answer:
        found = theirs.get((row["hour"], row["weekday"]), [0, 0])
        assert [row["events"], row["users"]] == found
