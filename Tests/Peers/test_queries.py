"""Drawn queries over small drawn tables answer as in SQLite and DuckDB.

`QUERY_SEEDS=100..400` chooses the seeds, `QUERY_COUNT=1000` how many queries each draws.
"""

import os
import sqlite3

import duckdb
import pytest

from answers import difference
from asking import Ended, Refusal, outcomes
from dialects import spelled
from random_queries import Queries
from random_tables import Tables

FIRST, _, END = os.environ.get("QUERY_SEEDS", "0..20").partition("..")
SEEDS = range(int(FIRST), int(END))
COUNT = int(os.environ.get("QUERY_COUNT", "150"))
#: Beginnings of what bql says of a query that it cannot do yet: such a query is counted only.
NOT_BUILT = [
    "not implemented yet: LIMIT of rows that are not chosen by = alone",
    "not implemented yet: an aggregate of rows that are not chosen by = alone",
    "not implemented yet: HAVING or LIMIT in an aggregate that depends on the outer row",
]


def is_not_built(outcome):
    return isinstance(outcome, Refusal) and outcome.message.startswith(tuple(NOT_BUILT))


@pytest.fixture(params=SEEDS, ids="seed {}".format)
def drawn(request, tmp_path):
    """The tables of a seed, its queries, and each one's answers by the peers that can be asked."""
    tables = Tables(request.param, tmp_path)
    draw = Queries(request.param)
    queries = [draw.query() for _ in range(COUNT)]
    answers = []
    refused = 0
    for query in queries:
        own = {}
        for peer, connection in (("duckdb", tables.duck), ("sqlite", tables.lite)):
            text = spelled(query.text, peer)
            if text is not None:
                try:
                    own[peer] = connection.execute(text).fetchall()
                except (duckdb.Error, sqlite3.Error):
                    refused += 1
        answers.append(own)
    # A peer may refuse what it is asked, as DuckDB does a default of lag that its types cannot hold.
    assert refused * 50 <= 2 * len(queries), f"peers refuse {refused} of {len(queries)} queries"
    return tables, queries, answers


def report(failures, count):
    failures.sort(key=len)
    assert not failures, f"{len(failures)} of {count} differ:\n\n" + "\n\n".join(failures[:6])


def test_peers_agree(drawn):
    """What the peers share they answer alike: the queries mean one thing."""
    _, queries, answers = drawn
    failures = []
    for query, own in zip(queries, answers):
        if len(own) == 2:
            found = difference(own["duckdb"], own["sqlite"], query.is_ordered)
            if found:
                failures.append(f"{spelled(query.text, 'sqlite')}\n  {found}")
    report(failures, len(queries))


def test_answers(drawn):
    tables, queries, answers = drawn
    found = outcomes(tables.loads, [spelled(query.text, "bql") for query in queries])
    failures, left = [], {}
    for query, ours, own in zip(queries, found, answers):
        text = spelled(query.text, "bql")
        if is_not_built(ours):
            left[ours.message] = left.get(ours.message, 0) + 1
        elif isinstance(ours, (Refusal, Ended)):
            failures.append(f"{text}\n  {ours}")
        else:
            for peer, rows in own.items():
                how = difference(ours, rows, query.is_ordered)
                if how:
                    failures.append(f"{text}\n  {peer}: {how}")
    for message, count in left.items():
        print(f"{count} of {len(queries)}: {message}")
    report(failures, len(queries))
