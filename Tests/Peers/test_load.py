"""LOAD reads what DuckDB reads: rows, users, sessions, blanks, and every value."""

import os
from pathlib import Path

import duckdb
import pytest

import logs
import program

COLUMNS = logs.HEADER[1:]


def test_counts(log):
    columns = ", ".join(f"count({name}) AS {name}_n, count(DISTINCT {name}) AS {name}_d" for name in COLUMNS)
    ours = program.answer(f"SELECT count(*) AS n, {columns} FROM events", log.path)
    names = list(ours[0])
    theirs = log.duck.execute(f"SELECT count(*), {columns} FROM log").fetchone()
    assert ours == [dict(zip(names, theirs))]


def test_values(log):
    """Sums and extremes of every column; texts are compared by their lengths and their ends."""
    ours = program.answer(
        """
        SELECT sum(price) AS total, min(price) AS low, max(price) AS high, sum(product_id) AS items,
          sum(user_id) AS users, min(category_id) AS low_category, max(category_id) AS high_category,
          sum(length(brand)) AS brands, min(brand) AS first_brand, max(brand) AS last_brand,
          sum(length(category_code)) AS categories, min(user_session) AS first_session,
          max(user_session) AS last_session, sum(epoch(event_time)) AS seconds
        FROM events
        """,
        log.path,
    )
    theirs = log.duck.execute(
        """
        SELECT sum(price), min(price), max(price), sum(product_id), sum(user_id), min(category_id),
          max(category_id), sum(length(brand)), min(brand), max(brand), sum(length(category_code)),
          min(user_session), max(user_session), sum(t)
        FROM log
        """
    ).fetchone()
    assert list(ours[0].values()) == list(theirs)


def test_rows_of_a_user_are_in_order(log):
    """The log's order within a user is (time, place in the file), whatever the file's order is."""
    users = log.duck.execute(
        "SELECT user_id FROM log GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 3"
    ).fetchall()
    questions = [
        f"SELECT event_type, product_id, price FROM events WHERE user_id = {user}" for user, in users
    ]
    for (user,), ours in zip(users, program.answers(questions, log.path)):
        theirs = log.duck.execute(
            f"SELECT event_type, product_id, price FROM log WHERE user_id = {user} ORDER BY t, place"
        ).fetchall()
        assert [tuple(row.values()) for row in ours] == theirs


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_nothing(shop, threads):
    questions = [
        "SELECT * FROM events LIMIT 1000 OFFSET 100000",
        "FUNNEL view, cart, purchase WITHIN (1h, 7d) BY brand TOP 5 WITH TOTAL",
    ]
    ours = program.answers(questions, shop.path, options=["--threads", threads])
    assert ours == program.answers(questions, shop.path, options=["--threads", 3])


def test_plain_file_and_pipe(shop, tmp_path):
    """A plain file, a gzip file and a pipe are the same log."""
    import gzip

    text = gzip.decompress(shop.path.read_bytes())
    plain = tmp_path / "shop.csv"
    plain.write_bytes(text)
    question = "SELECT count(*) AS n, sum(price) AS total, max(event_time) AS last FROM events"
    expected = program.answer(question, shop.path)
    assert program.answer(question, plain) == expected
    output = program.run("-", "--format", "json", "-c", question, text=text.decode())
    assert program.documents(output) == [expected]


def test_two_files_are_one_log(shop, tmp_path):
    """Cut anywhere, files that are loaded together are the log that they were cut from."""
    import gzip

    lines = gzip.decompress(shop.path.read_bytes()).splitlines(keepends=True)
    cut = len(lines) // 3
    (tmp_path / "part-1.csv").write_bytes(b"".join(lines[:cut]))
    (tmp_path / "part-2.csv").write_bytes(lines[0] + b"".join(lines[cut:]))
    question = "FUNNEL view, cart, purchase PER session BY brand TOP 7"
    ours = program.answer(f"LOAD '{tmp_path}/part-*.csv'; {question}")
    assert ours == program.answer(question, shop.path)


def test_quoted_fields(tmp_path):
    """Commas, quotes, line breaks and other letters in quotes come through."""
    path = tmp_path / "quoted.csv"
    path.write_text(
        'id,name,note\n1,"a, b","she said ""no"""\n2,"two\nlines",\n3,"Grüße, 世界",plain\n4,"",x\n'
    )
    ours = program.answers([f"LOAD '{path}' AS TABLE t KEY id", "SELECT * FROM t ORDER BY id"])[-1]
    theirs = duckdb.sql(
        f"SELECT * FROM read_csv('{path}', header = true, nullstr = '', quote = '\"', "
        "allow_quoted_nulls = true) ORDER BY id"
    ).fetchall()
    assert [tuple(row.values()) for row in ours] == theirs


def real_logs():
    """The real logs, where there are any: they are no part of the project."""
    folder = os.environ.get("BQL_REAL_DATA")
    return sorted(Path(folder).glob("rees46_*/*.csv")) if folder else []


def test_real_logs(tmp_path):
    for path in real_logs():
        duck = duckdb.connect()
        logs.load_duckdb(duck, path)
        columns = ", ".join(f"count({name}), count(DISTINCT {name})" for name in COLUMNS)
        theirs = duck.execute(f"SELECT count(*), {columns}, sum(price) FROM log").fetchone()
        named = ", ".join(
            f"count({name}) AS {name}_n, count(DISTINCT {name}) AS {name}_d" for name in COLUMNS
        )
        ours = program.answer(f"SELECT count(*) AS n, {named}, sum(price) AS s FROM events", path)
        assert tuple(ours[0].values()) == theirs, path.name
