"""PATHS, TRANSITIONS and MATCH count what SQL in DuckDB and ClickHouse's sequence functions count."""

import chdb
import pytest

import logs
import program

UNITS = {"user": "user_id", "session": "user_id, user_session"}


def units_given(unit):
    return " AND ".join(f"{column} IS NOT NULL" for column in UNITS[unit].split(", "))


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("column", ["event_type", "brand"])
def test_transitions(log, unit, column):
    ours = {
        (row["from"], row["to"]): [
            row["transitions"], row[unit + "s"], float(row["median_gap"]), float(row["p90_gap"])
        ]
        for row in program.answer(f"TRANSITIONS ON {column} PER {unit}", log.path)
    }
    query = f"""
      WITH steps AS (
        SELECT {UNITS[unit]}, t, coalesce({column}, '(null)') AS s,
          lead(coalesce({column}, '(null)')) OVER w AS next, lead(t) OVER w - t AS gap
        FROM log WHERE {units_given(unit)}
        WINDOW w AS (PARTITION BY {UNITS[unit]} ORDER BY t, place))
      SELECT s, next, count(*), count(DISTINCT ({UNITS[unit]})), quantile_cont(gap, 0.5),
        quantile_cont(gap, 0.9)
      FROM steps WHERE next IS NOT NULL GROUP BY ALL
    """
    theirs = {(row[0], row[1]): list(row[2:]) for row in log.duck.execute(query).fetchall()}
    assert ours.keys() == theirs.keys()
    for key, cells in ours.items():
        assert cells == pytest.approx(theirs[key], abs=1e-5), key


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("steps", [1, 3, 6])
def test_sequences_from_the_first_row(log, unit, steps):
    question = f"PATHS STEPS {steps} PER {unit} KEEP 1000000 AS SEQUENCES"
    ours = {row["path"]: row[unit + "s"] for row in program.answer(question, log.path)}
    query = f"""
      SELECT path, count(*) FROM (
        SELECT list(event_type ORDER BY t, place)[:{steps}] AS path FROM log
        WHERE {units_given(unit)} GROUP BY {UNITS[unit]})
      GROUP BY path
    """
    theirs = {}
    for path, count in log.duck.execute(query).fetchall():
        name = " > ".join(path + (["(end)"] if len(path) < steps else []))
        theirs[name] = count
    assert ours == theirs


@pytest.mark.parametrize("unit", UNITS)
def test_steps_after_an_event(log, unit):
    question = f"PATHS START AT cart STEPS 4 PER {unit} KEEP 1000"
    ours = {
        (row["step_no"], row["step"]): row[unit + "s"]
        for row in program.answer(question, log.path)
    }
    on = " AND ".join(f"g.{column} = r.{column}" for column in UNITS[unit].split(", "))
    query = f"""
      WITH rows AS (
        SELECT *, row_number() OVER (PARTITION BY {UNITS[unit]} ORDER BY t, place) AS n
        FROM log WHERE {units_given(unit)}),
      anchors AS (SELECT {UNITS[unit]}, min(n) AS first FROM rows WHERE event_type = 'cart'
        GROUP BY ALL),
      grid AS (SELECT *, unnest([1, 2, 3, 4]) AS step_no FROM anchors)
      SELECT g.step_no, coalesce(r.event_type, '(end)'), count(*)
      FROM grid g LEFT JOIN rows r ON {on} AND r.n = g.first + g.step_no - 1
      GROUP BY ALL
    """
    theirs = {(row[0], row[1]): row[2] for row in log.duck.execute(query).fetchall()}
    assert ours == theirs


#: A pattern here and there; ClickHouse drops the rows that meet none of its conditions.
PATTERNS = {
    "view -> cart -> purchase": ("(?1).*(?2).*(?3)", "view cart purchase"),
    "cart -> cart": ("(?1).*(?1)", "cart view"),
    "view -> purchase": ("(?1).*(?2)", "view purchase"),
    "remove_from_cart -> view -> cart": ("(?1).*(?2).*(?3)", "remove_from_cart view cart"),
}


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("name", ["shop", "crowded"])
def test_clickhouse_sequences(pattern, name, request, tmp_path):
    log = request.getfixturevalue(name)
    path = tmp_path / "unique.csv"
    rows = sorted(log.rows, key=lambda row: (row.time, row.place))[:60_000]
    logs.write(path, [row._replace(time=rows[0].time + p) for p, row in enumerate(rows)])
    ours = program.answer(f"MATCH {pattern}", path)[0]
    theirs, events = PATTERNS[pattern]
    conditions = ", ".join(f"event_type = '{event}'" for event in events.split())
    columns = (
        "event_time String, event_type String, product_id String, category_id String,"
        " category_code String, brand String, price String, user_id String, user_session String"
    )
    query = f"""
      SELECT countIf(matched), sum(times) FROM (
        SELECT user_id,
          sequenceMatch('{theirs}')(toDateTime(parseDateTimeBestEffort(event_time, 'UTC'), 'UTC'),
            {conditions}) AS matched,
          sequenceCount('{theirs}')(toDateTime(parseDateTimeBestEffort(event_time, 'UTC'), 'UTC'),
            {conditions}) AS times
        FROM file('{path}', 'CSVWithNames', '{columns}') GROUP BY user_id)
    """
    found = [int(cell) for cell in str(chdb.query(query, "TabSeparated")).split()]
    assert [ours["users"], ours["matches"]] == found


def test_nothing_between(log):
    """`[^purchase]*` leaves no purchase between: told by the last purchase before each cart."""
    ours = program.answer("MATCH view -> [^purchase]* -> cart TIES SOURCE", log.path)[0]
    query = """
      WITH marked AS (
        SELECT user_id, event_type,
          max(n) FILTER (event_type = 'view') OVER w AS view,
          max(n) FILTER (event_type = 'purchase') OVER w AS purchase
        FROM (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY t, place) AS n FROM log)
        WINDOW w AS (PARTITION BY user_id ORDER BY n
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
      SELECT count(DISTINCT user_id) FROM marked
      WHERE event_type = 'cart' AND view IS NOT NULL AND coalesce(purchase, 0) < view
    """
    assert ours["users"] == log.duck.execute(query).fetchone()[0]


@pytest.mark.parametrize("window", ["", "WITHIN 1h", "WITHIN 7d PER session"])
def test_plain_chains_are_funnels(log, window):
    match, funnel = program.answers(
        [f"MATCH view -> cart -> purchase {window}", f"FUNNEL view, cart, purchase {window}"],
        log.path,
    )
    unit = "sessions" if "session" in window else "users"
    assert match[0][unit] == funnel[-1][unit]
