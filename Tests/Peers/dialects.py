"""Spells queries in three dialects: where they differ, a query holds an alternative for each."""

import re

DIALECTS = ["bql", "duckdb", "sqlite"]
#: Stands for what a dialect lacks: no query that holds it can be asked there.
LACKING = "✗"
INNERMOST = re.compile("⟦([^⟦⟧]*)⟧")


def either(bql, duckdb, sqlite=LACKING):
    """Returns a text that is spelled differently; alternatives may hold others."""
    return f"⟦{bql}¦{duckdb}¦{sqlite}⟧"


def spelled(query, dialect):
    """Returns a query as a dialect spells it; None where it lacks something."""
    place = DIALECTS.index(dialect)
    while True:
        query, count = INNERMOST.subn(lambda found: found[1].split("¦")[place], query)
        if count == 0:
            return None if LACKING in query else query
