"""Attributes of users are what SQL in DuckDB computes by joining on the user."""

import csv
from decimal import Decimal

import program

DEFINITIONS = {
    "spent": (
        "LET users.spent = sum(price) FILTER (WHERE event_type = 'purchase')",
        "sum(price) FILTER (WHERE event_type = 'purchase')",
    ),
    "views": (
        "LET users.views = count(*) WHERE event_type = 'view' UNTIL '2019-10-15'",
        "count(*) FILTER (WHERE event_type = 'view' AND t < epoch(TIMESTAMP '2019-10-15'))",
    ),
    "brands": ("LET users.brands = count(DISTINCT brand)", "count(DISTINCT brand)"),
    "top": (
        "SELECT max(brand) AS top, user_id FROM events WHERE brand IS NOT NULL GROUP BY 2 INTO users",
        "max(brand)",
    ),
    "kind": (
        "LET users.kind = CASE WHEN spent > 200 THEN 'much' WHEN views > 3 AND spent IS NULL "
        "THEN 'looker' WHEN top < 'n' THEN users.top END",
        "CASE WHEN {spent} > 200 THEN 'much' WHEN {views} > 3 AND {spent} IS NULL "
        "THEN 'looker' WHEN {top} < 'n' THEN {top} END",
    ),
}


def sql():
    """Returns the definitions as items of a query grouped by user."""
    items = {}
    for name, (_, text) in DEFINITIONS.items():
        items[name] = text.format(**items)
    return ", ".join(f"{text} AS {name}" for name, text in items.items())


def ask(log, *questions):
    """Returns the answers of questions behind the definitions."""
    statements = [text for text, _ in DEFINITIONS.values()] + list(questions)
    return program.answers(statements, log.path)


def plain(value):
    return float(value) if isinstance(value, Decimal) else value


def rows(answer):
    return sorted((tuple(plain(cell) for cell in row.values()) for row in answer), key=repr)


def theirs(log, query):
    found = log.duck.execute(
        f"WITH attribute AS (SELECT user_id, {sql()} FROM log GROUP BY user_id) {query}"
    ).fetchall()
    return sorted((tuple(plain(cell) for cell in row) for row in found), key=repr)


def test_users(log):
    (answer,) = ask(log, "SELECT user_id, spent, views, brands, top, kind FROM users")
    expected = theirs(log, "SELECT user_id, spent, views, brands, top, kind FROM attribute")
    assert rows(answer) == expected


def test_rows_by_attribute(log):
    by_kind, filtered = ask(
        log,
        "SELECT kind, event_type, count(*), count(DISTINCT user_id) FROM events GROUP BY 1, 2",
        "SELECT brand, count(*) FROM events WHERE users.spent > 200 AND views < 9 GROUP BY 1",
    )
    assert rows(by_kind) == theirs(
        log,
        """SELECT kind, event_type, count(*), count(DISTINCT user_id)
        FROM log JOIN attribute USING (user_id) GROUP BY 1, 2""",
    )
    assert rows(filtered) == theirs(
        log,
        """SELECT brand, count(*) FROM log JOIN attribute USING (user_id)
        WHERE spent > 200 AND views < 9 GROUP BY 1""",
    )


def test_funnel_by_attribute(log):
    """Two steps in order, by attribute and among those of a condition."""
    by_kind, filtered = ask(
        log,
        "SELECT kind, step, users FROM (FUNNEL view, purchase BY kind TIES DENY) WHERE users > 0",
        "SELECT step, users FROM (FUNNEL view, purchase WHERE brands > 2 TIES DENY) WHERE users > 0",
    )
    chains = """, first AS (SELECT user_id, min(t) AS start FROM log WHERE event_type = 'view' GROUP BY 1),
        bought AS (SELECT DISTINCT user_id FROM log JOIN first USING (user_id)
            WHERE event_type = 'purchase' AND t > start),
        reached AS (SELECT user_id, 'view' AS step FROM first
            UNION ALL SELECT user_id, 'purchase' FROM bought)"""
    assert rows(by_kind) == theirs(
        log,
        chains + " SELECT kind, step, count(*) FROM reached JOIN attribute USING (user_id) GROUP BY 1, 2",
    )
    assert rows(filtered) == theirs(
        log,
        chains + """ SELECT step, count(*) FROM reached JOIN attribute USING (user_id)
        WHERE brands > 2 GROUP BY 1""",
    )


def test_table_with_a_key(log, tmp_path):
    """A table that has rows of two users in three, and of a stranger."""
    users = [row[0] for row in log.duck.execute("SELECT DISTINCT user_id FROM log ORDER BY 1").fetchall()]
    path = tmp_path / "customers.csv"
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["user_id", "segment", "age"])
        for number, user in enumerate(reversed(users)):
            if number % 3:
                writer.writerow([user, f"s{number % 5}", number % 80 if number % 7 else ""])
        writer.writerow([1, "stranger", 5])
    log.duck.execute(f"CREATE OR REPLACE TABLE customers AS SELECT * FROM read_csv('{path}')")
    by_segment, rich, steps = program.answers(
        [
            f"LOAD '{path}' AS TABLE customers KEY user_id",
            "SELECT segment, count(*), sum(customers.age) FROM events GROUP BY 1",
            "SELECT user_id, age FROM users WHERE age > 30",
            "SELECT segment, users FROM (FUNNEL view BY customers.segment)",
        ],
        log.path,
    )
    joined = "FROM log LEFT JOIN customers USING (user_id)"
    assert rows(by_segment) == theirs(log, f"SELECT segment, count(*), sum(age) {joined} GROUP BY 1")
    assert rows(rich) == theirs(log, f"SELECT DISTINCT user_id, age {joined} WHERE age > 30")
    assert rows(steps) == theirs(
        log, f"SELECT segment, count(DISTINCT user_id) {joined} WHERE event_type = 'view' GROUP BY 1"
    )
