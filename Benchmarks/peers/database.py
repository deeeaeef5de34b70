"""Writes a log as DuckDB's own database: `database.py FILE.csv DATABASE.duckdb THREADS`.

It holds the log thrice, a schema each, with the tables of its users and products:

- `plain`: as the file has it, texts as VARCHAR;
- `encoded`: the same order, events, categories and brands as ENUM, sessions as UUID;
- `sorted`: encoded, sorted by user and time, as bql's own table is.
"""

import sys
from pathlib import Path

import duckdb
from duckdb_peer import csv_source

sys.path.append(str(Path(__file__).resolve().parents[1]))
from select_tasks import PRODUCTS, USERS

ENCODED = ["event_type", "category_code", "brand"]


def main():
    file, database, threads = sys.argv[1:]
    part = Path(database).with_suffix(".part")
    part.unlink(missing_ok=True)
    connection = duckdb.connect(part, config={"threads": int(threads)})
    execute = connection.execute
    execute("SET TimeZone = 'UTC'")
    execute("CREATE SCHEMA plain; CREATE SCHEMA encoded; CREATE SCHEMA sorted")
    execute(f"CREATE TABLE plain.events AS SELECT * FROM {csv_source(file)}")
    for column in ENCODED:
        values = f"SELECT DISTINCT {column} FROM plain.events WHERE {column} IS NOT NULL ORDER BY 1"
        execute(f"CREATE TYPE {column} AS ENUM ({values})")
    casts = ", ".join(f"{column}::{column} AS {column}" for column in ENCODED)
    execute(
        f"""CREATE TABLE encoded.events AS
          SELECT * REPLACE ({casts}, user_session::UUID AS user_session) FROM plain.events"""
    )
    execute("CREATE TABLE sorted.events AS FROM encoded.events ORDER BY user_id, event_time")
    for schema in ("plain", "encoded", "sorted"):
        execute(f"USE {schema}")
        execute(f"CREATE TABLE users AS {USERS} ORDER BY user_id")
        execute(f"CREATE TABLE products AS {PRODUCTS} ORDER BY product_id")
    execute("CHECKPOINT")
    connection.close()
    part.rename(database)


if __name__ == "__main__":
    main()
