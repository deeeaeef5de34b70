"""Draws small tables full of NULLs, ties and doubled keys, and puts them into bql and its peers."""

import random
import re
import sqlite3
from datetime import date, datetime, timedelta

import duckdb

#: Kinds of columns; `id` alone is unique and never NULL.
COLUMNS = {
    "id": "int", "k": "int", "n": "int", "d": "decimal", "f": "float", "g": "text", "h": "text",
    "p": "bool", "day": "date", "seen": "timestamp",
}
DUCKDB_TYPES = {
    "int": "BIGINT", "decimal": "DECIMAL(12, 2)", "float": "DOUBLE", "text": "VARCHAR",
    "bool": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP",
}
SQLITE_TYPES = {
    "int": "BIGINT", "decimal": "DOUBLE", "float": "DOUBLE", "text": "VARCHAR", "bool": "INTEGER",
    "date": "VARCHAR", "timestamp": "VARCHAR",
}
TEXTS = ["a", "b", "ab", "B", "bb", "é", "a%", "_x"]
#: In the first row nothing is missing, so that a file tells the types of its columns.
FIRST = [0, 1, 2, 0.25, 0.125, "a", "x", True, date(2020, 1, 31), datetime(2020, 1, 31, 12, 5)]


def rows(draw, count, blanks):
    """Draws rows: money in quarters, floats in eighths, so that sums are exact in all programs."""

    def row(number):
        values = [
            draw.randrange(-2, 7),
            draw.choice([draw.randrange(-20, 20), draw.randrange(-3, 4), 2**33]),
            draw.choice([0.0, 1.0, -2.5, draw.randrange(-400, 400) / 4]),
            draw.choice([0.5, -1.25, draw.randrange(-800, 800) / 8]),
            draw.choice(TEXTS),
            draw.choice(["x", "y", "a"]),
            draw.random() < 0.5,
            date(2019, 12, 20) + timedelta(days=draw.randrange(80)),
            datetime(2020, 1, 30, 20) + timedelta(seconds=draw.randrange(40) * 1_799),
        ]
        return [number] + [None if draw.random() < blanks else value for value in values]

    return [FIRST] + [row(number) for number in range(1, count)]


class Tables:
    """Tables of one seed, in both peers and as files for bql; `e` has no rows, `u` a row a key."""

    def __init__(self, seed, folder):
        draw = random.Random(f"tables {seed}")
        self.rows = {
            name: rows(draw, draw.choice(sizes), draw.choice([0.0, 0.1, 0.1, 0.4]))
            for name, sizes in {"a": [1, 30, 60], "b": [1, 12, 25], "c": [2, 9]}.items()
        }
        keyed = rows(draw, 9, 0.1)
        self.rows["u"] = [row[:1] + [number] + row[2:] for number, row in enumerate(keyed, -1)]
        self.loads = [self.write(folder, name, own) for name, own in self.rows.items()]
        self.loads.append("LET e = SELECT * FROM a WHERE id < 0")
        self.duck = duckdb.connect()
        self.duck.execute("SET threads = 1")
        self.lite = sqlite3.connect(":memory:")
        self.lite.execute("PRAGMA case_sensitive_like = ON")
        self.lite.create_function(
            "regexp", 2, lambda pattern, text: None if text is None else bool(re.search(pattern, text))
        )
        for name, own in (self.rows | {"e": []}).items():
            self.fill(self.duck, name, DUCKDB_TYPES, own)
            texts = [[str(v) if isinstance(v, date) else v for v in row] for row in own]
            self.fill(self.lite, name, SQLITE_TYPES, texts)

    def write(self, folder, name, own):
        path = folder / f"{name}.csv"
        kinds = list(COLUMNS.values())
        with open(path, "w", encoding="utf-8") as file:
            file.write(",".join(COLUMNS) + "\n")
            for row in own:
                cells = [
                    f"{value:.2f}" if kind == "decimal" and value is not None
                    else str(value).lower() if kind == "bool" and value is not None
                    else "" if value is None else str(value)
                    for kind, value in zip(kinds, row)
                ]
                file.write(",".join(cells) + "\n")
        return f"LOAD '{path}' AS TABLE {name}"

    def fill(self, connection, name, types, own):
        columns = ", ".join(f"{column} {types[kind]}" for column, kind in COLUMNS.items())
        connection.execute(f"CREATE TABLE {name} ({columns})")
        if own:
            places = ", ".join("?" * len(COLUMNS))
            connection.executemany(f"INSERT INTO {name} VALUES ({places})", own)
