"""SESSIONS cuts what SQL in DuckDB cuts; TIMING estimates what numpy computes from its formulas."""

from collections import defaultdict
from datetime import datetime, timezone
from math import erfc, exp, gamma, isclose, log as ln, sqrt

import numpy
import pytest

import program

COUNTS = """count(*), count(*) FILTER (event_type = 'view'), count(*) FILTER (event_type = 'cart'),
  count(*) FILTER (event_type = 'purchase'),
  coalesce(sum(price * 100) FILTER (event_type = 'purchase'), 0)::BIGINT"""


def seconds(text):
    """Returns a time of an answer in seconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())


def told(rows):
    """Returns what an answer tells of each session, sorted."""
    return sorted(
        (
            row["user"], seconds(row["start"]), row["duration"], row["events"], row["views"],
            row["carts"], row["purchases"], round(100 * float(row["value"])), row["entry"],
            row["exit"],
        )
        for row in rows
    )


@pytest.mark.parametrize("gap", [0, 60, 1_800, 86_400])
def test_gaps(log, gap):
    theirs = log.duck.execute(
        f"""
        WITH gaps AS (
            SELECT *, t - lag(t) OVER (PARTITION BY user_id ORDER BY t, place) AS gap FROM log
        ), cut AS (
            SELECT *, sum(CASE WHEN gap <= {gap} THEN 0 ELSE 1 END)
              OVER (PARTITION BY user_id ORDER BY t, place) AS session FROM gaps
        )
        SELECT user_id, min(t), CASE WHEN count(*) > 1 THEN max(t) - min(t) END, {COUNTS},
          arg_min(event_type, (t, place)), arg_max(event_type, (t, place))
        FROM cut GROUP BY user_id, session
        """
    ).fetchall()
    assert told(program.answer(f"SESSIONS GAP {gap}s", log.path)) == sorted(theirs)


def test_ids(log):
    theirs = log.duck.execute(
        f"""
        SELECT user_id, min(t), CASE WHEN count(*) > 1 THEN max(t) - min(t) END, {COUNTS},
          arg_min(event_type, (t, place)), arg_max(event_type, (t, place))
        FROM log WHERE user_session IS NOT NULL GROUP BY user_id, user_session
        """
    ).fetchall()
    assert told(program.answer("SESSIONS", log.path)) == sorted(theirs)


def test_longest(log):
    """MAX has no counterpart in SQL: a loop."""
    users = defaultdict(list)
    for row in sorted(log.rows, key=lambda row: (row.time, row.place)):
        users[row.user].append(row.time)
    found = []
    for user, times in users.items():
        start = before = None
        for time in times:
            if start is None or time - before > 1_800 or time - start > 3_600:
                start = time
                found.append((user, start))
            before = time
    rows = program.answer("SESSIONS GAP 30m MAX 1h", log.path)
    assert sorted((row["user"], seconds(row["start"])) for row in rows) == sorted(found)


def test_summary(log):
    theirs = log.duck.execute(
        """
        WITH gaps AS (
            SELECT *, t - lag(t) OVER (PARTITION BY user_id ORDER BY t, place) AS gap FROM log
        ), cut AS (
            SELECT *, sum(CASE WHEN gap <= 1800 THEN 0 ELSE 1 END)
              OVER (PARTITION BY user_id ORDER BY t, place) AS session FROM gaps
        ), sessions AS (
            SELECT user_id, count(*) AS n, max(t) - min(t) AS d, arg_min(coalesce(brand, ''), (t, place)) AS b,
              coalesce(sum(price) FILTER (event_type = 'purchase'), 0) AS v,
              bool_or(event_type = 'purchase') AS c
            FROM cut GROUP BY user_id, session
        )
        SELECT b, count(*), count(DISTINCT user_id), sum(n)::BIGINT, count(*) FILTER (n = 1),
          quantile_cont(d, 0.5) FILTER (n > 1), avg(d) FILTER (n > 1), count(*) FILTER (c), sum(v)
        FROM sessions GROUP BY b
        """
    ).fetchall()
    answer = program.answer("SESSIONS GAP 30m BY brand", log.path)
    ours = {row["brand"] or "": row for row in answer}
    assert len(ours) == len(theirs)
    for brand, sessions, users, events, bounces, median, mean, converted, value in theirs:
        row = ours[brand]
        assert [row[name] for name in ("sessions", "users", "events", "bounces", "converted")] == [
            sessions, users, events, bounces, converted,
        ]
        for name, expected in (("median_duration", median), ("mean_duration", mean)):
            assert (row[name] is None) == (expected is None)
            assert expected is None or abs(float(row[name]) - expected) <= 1e-6
        assert round(100 * float(row["value"])) == round(100 * value)
        assert isclose(row["bounce_rate"], bounces / sessions)
        assert isclose(row["conversion_rate"], converted / sessions)
        assert isclose(row["value_per_session"], float(value) / sessions, abs_tol=1e-9)


def waits(log, start, end):
    """Returns each user's wait, whether it ended, and the brand at its start."""
    users = defaultdict(list)
    for row in sorted(log.rows, key=lambda row: (row.time, row.place)):
        users[row.user].append(row)
    last = max(row.time for row in log.rows)
    found = []
    for rows in users.values():
        first = next((row for row in rows if row.event == start), None)
        if first is None:
            continue
        ends = [row.time for row in rows if row.event == end and row.time >= first.time]
        time = min(ends, default=last) - first.time
        found.append((time, bool(ends), first.brand))
    return found


def curve(found):
    """Returns the times of conversions, the product-limit estimate and Greenwood's deviation."""
    times = numpy.array([time for time, _, _ in found])
    ended = numpy.array([end for _, end, _ in found])
    steps = numpy.unique(times[ended])
    risk = (times[None, :] >= steps[:, None]).sum(axis=1)
    events = ((times[None, :] == steps[:, None]) & ended[None, :]).sum(axis=1)
    survival = numpy.cumprod(1 - events / risk)
    with numpy.errstate(divide="ignore"):
        variance = numpy.cumsum(events / (risk * (risk - events)))
    return steps, risk, events, survival, numpy.sqrt(variance)


def limits(survival, deviation):
    """Returns the interval on the scale of log(-log S)."""
    if survival in (0, 1):
        return None, None
    theta = ln(-ln(survival))
    half = 1.959963984540054 * deviation / abs(ln(survival))
    return exp(-exp(theta + half)), exp(-exp(theta - half))


@pytest.mark.parametrize("end", ["cart", "purchase"])
def test_curve(log, end):
    found = waits(log, "view", end)
    steps, risk, events, survival, deviation = curve(found)
    answer = program.answer(f"TIMING view TO {end} SHOW CURVE", log.path)
    assert [row["time"] for row in answer] == list(steps)
    assert [row["at_risk"] for row in answer] == list(risk)
    assert [row["converted"] for row in answer] == list(events)
    assert numpy.allclose([float(row["survival"]) for row in answer], survival, rtol=1e-9, atol=1e-12)
    for row, estimate, spread in zip(answer, survival, deviation):
        if row["survival_low"] is None:
            assert row["survival"] in (0, 1)
            continue
        low, high = limits(estimate, spread)
        assert isclose(row["survival_low"], low, rel_tol=1e-8)
        assert isclose(row["survival_high"], high, rel_tol=1e-8)


def test_timing(log):
    found = waits(log, "view", "purchase")
    steps, _, _, survival, _ = curve(found)
    (row,) = program.answer("TIMING view TO purchase", log.path)
    assert row["users"] == len(found)
    assert row["converted"] == sum(end for _, end, _ in found)
    assert row["last_time"] == max(time for time, _, _ in found)
    assert isclose(row["unconverted_share"], survival[-1], rel_tol=1e-9)
    for name, share in (("p25", 0.25), ("median", 0.5), ("p75", 0.75)):
        reached = steps[survival <= 1 - share]
        assert row[name] == (reached[0] if len(reached) else None)


def upper_tail(statistic, degrees):
    """Returns the chi-squared tail by Simpson's rule over its density."""
    density = lambda x: x ** (degrees / 2 - 1) * exp(-x / 2) / (2 ** (degrees / 2) * gamma(degrees / 2))
    if degrees == 1:
        return erfc(sqrt(statistic / 2))
    x = numpy.linspace(statistic, statistic + 200, 200_001)
    y = numpy.array([density(value) for value in x])
    return float((x[1] - x[0]) / 3 * (y[0] + y[-1] + 4 * y[1:-1:2].sum() + 2 * y[2:-1:2].sum()))


@pytest.mark.parametrize("end", ["cart", "purchase"])
def test_log_rank(log, end):
    answer = program.answer(f"TIMING view TO {end} BY brand TOP 3 SHOW TEST", log.path)
    names = [row["brand"] for row in answer]
    found = waits(log, "view", end)
    group = numpy.array(
        [names.index(brand) if brand in names else names.index("(other)") for _, _, brand in found]
    )
    times = numpy.array([time for time, _, _ in found])
    ended = numpy.array([end for _, end, _ in found])
    count = len(names)
    expected, covariance = numpy.zeros(count), numpy.zeros((count, count))
    for time in numpy.unique(times[ended]):
        own = numpy.bincount(group[times >= time], minlength=count)
        n, d = own.sum(), (ended & (times == time)).sum()
        expected += d * own / n
        if n > 1:
            share = own / n
            covariance += d * (n - d) / (n - 1) * (numpy.diag(share) - numpy.outer(share, share))
    observed = numpy.bincount(group[ended], minlength=count)
    difference = observed - expected
    statistic = difference @ numpy.linalg.pinv(covariance) @ difference
    assert [row["converted"] for row in answer] == list(observed)
    assert numpy.allclose([float(row["expected"]) for row in answer], expected)
    assert {row["degrees"] for row in answer} == {count - 1}
    assert all(isclose(row["chi_squared"], statistic, rel_tol=1e-6) for row in answer)
    tail = upper_tail(statistic, count - 1)
    assert all(isclose(row["p_value"], tail, rel_tol=1e-6, abs_tol=1e-12) for row in answer)
