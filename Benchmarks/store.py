"""Times the store next to DuckDB's database file and ClickHouse's sorted table.

    python Benchmarks/store.py LOG.csv [--runs 3] [--threads 2] [--questions 9]

First each program loads the log into a new store of its own, in turn, and closes it (of bql the whole
process counts, of the peers what follows their import): bql into a store, DuckDB into a database file (texts as they are; and encoded as ENUM and UUID) and
ClickHouse into a MergeTree ordered by user and time, by its local engine with a folder. All read the
types that the file has. Each tells how many rows and cents it holds, which must agree; a load's size
is that of what it leaves on the disk.

Then bql answers the same questions of the log in memory and of the opened store, in turn, each asked
once before the clock runs: a store's columns are read when they are first asked for. How long that
first question takes, from the program's start, stands beside it.

BQL_PROGRAM names the program; the packages are those of Tests/Peers/requirements.txt. One JSON
object a line goes to standard output, tables to standard error.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from programs import Bql

PEERS = Path(__file__).resolve().parent / "peers"
QUESTIONS = {
    "FUNNEL": "FUNNEL view, cart, purchase WITHIN 7d;",
    "FUNNEL BY brand": "FUNNEL view, cart, purchase WITHIN 7d BY brand;",
    "FUNNEL PER session": "FUNNEL view, cart, purchase WITHIN 7d PER session;",
    "FUNNEL by category": "FUNNEL view, cart, purchase BY split_part(category_code, '.', 1);",
    "GROUP BY brand": "SELECT brand, count(*) AS n, sum(price) AS s, count(DISTINCT user_id) AS u "
    "FROM events GROUP BY brand;",
    "count DISTINCT": "SELECT count(DISTINCT user_id), count(DISTINCT user_session) FROM events;",
    "filter": "SELECT count(*), sum(price) FROM events WHERE price > 100 AND event_type = 'cart';",
    "top products": "SELECT product_id, count(*) AS n FROM events GROUP BY product_id "
    "ORDER BY n DESC LIMIT 10;",
    "RETENTION": "RETENTION OF view EVERY week FOR 12;",
    "PATHS": "PATHS STEPS 3;",
}


def bql_load(csv, folder, threads):
    total = "SELECT count(*) AS rows, sum(price) * 100 AS cents FROM events"
    command = [os.environ["BQL_PROGRAM"], f"{folder}/log.bqs", csv, "--quiet", "--threads", threads]
    start, before = time.perf_counter(), busy(resource.RUSAGE_CHILDREN)
    text = subprocess.run(
        [*map(str, command), "-c", total], capture_output=True, text=True, check=True
    ).stdout
    spent = time.perf_counter() - start, busy(resource.RUSAGE_CHILDREN) - before
    rows, cents = text.split("\n")[1].split(",")
    return (int(rows), round(float(cents))), *spent


def peer_load(program, csv, folder, threads):
    code = [sys.executable, __file__, "--load", program, csv, folder, "--threads", threads]
    text = subprocess.run(list(map(str, code)), capture_output=True, text=True, check=True).stdout
    rows, cents, seconds, cpu = text.split()
    return (int(rows), int(cents)), float(seconds), float(cpu)


def duckdb_load(csv, folder, threads, encoded):
    import duckdb
    from duckdb_peer import csv_source

    connection = duckdb.connect(f"{folder}/log.duckdb", config={"threads": threads})
    connection.execute("SET TimeZone = 'UTC'")
    if encoded:
        # The values of its texts are known only once they are read: that costs a pass.
        for column in ("event_type", "category_code", "brand"):
            connection.execute(
                f"CREATE TYPE {column}_t AS ENUM (SELECT DISTINCT {column} FROM {csv_source(csv)}"
                f" WHERE {column} IS NOT NULL ORDER BY 1)"
            )
        casts = ", ".join(f"{c}::{c}_t AS {c}" for c in ("event_type", "category_code", "brand"))
        select = f"SELECT * REPLACE ({casts}, user_session::UUID AS user_session)"
    else:
        select = "SELECT *"
    connection.execute(f"CREATE TABLE events AS {select} FROM {csv_source(csv)}")
    query = "SELECT count(*), (sum(price::DECIMAL(18, 2)) * 100)::BIGINT FROM events"
    answer = connection.execute(query).fetchone()
    connection.close()
    return answer


def clickhouse_load(csv, folder, threads):
    from chdb.session import Session
    from clickhouse_peer import Peer

    peer = Peer.__new__(Peer)
    peer.files, peer.threads = {"csv": csv}, threads
    peer.session = Session(folder)
    peer.session.query("CREATE DATABASE IF NOT EXISTS b")
    peer.load("MergeTree ORDER BY (user_id, event_time)")
    (rows, cents), = peer.ask("SELECT count(), toInt64(sum(price) * 100) FROM b.log")
    peer.session.close()
    return rows, cents


PROGRAMS = {
    "bql": bql_load,
    "DuckDB": lambda *a: peer_load("duckdb", *a),
    "DuckDB, encoded": lambda *a: peer_load("duckdb-encoded", *a),
    "ClickHouse, sorted": lambda *a: peer_load("clickhouse", *a),
}
LOADS = {
    "duckdb": lambda *a: duckdb_load(*a, encoded=False),
    "duckdb-encoded": lambda *a: duckdb_load(*a, encoded=True),
    "clickhouse": clickhouse_load,
}


def size(folder):
    """Returns the bytes on the disk of all files, each once."""
    files = {f.stat().st_ino: f.stat().st_size for f in Path(folder).rglob("*") if f.is_file()}
    return sum(files.values())


def busy(whose):
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


def time_loads(options, folder):
    found = {name: {"s": [], "cpu": [], "bytes": 0} for name in PROGRAMS}
    answers = set()
    for _ in range(options.runs):
        for name, load in PROGRAMS.items():
            place = Path(folder) / "load"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            answer, seconds, cpu = load(str(options.csv), str(place), options.threads)
            answers.add(answer)
            found[name]["s"].append(seconds)
            found[name]["cpu"].append(cpu)
            found[name]["bytes"] = size(place)
    assert len(answers) == 1, f"the programs hold different logs: {answers}"
    own = found["bql"]
    print(f"\n{'load':<22}{'median s':>10}{'cpu s':>8}{'MB':>8}{'s/bql':>8}{'bql/MB':>8}",
          file=sys.stderr)
    for name, told in found.items():
        median, cpu = statistics.median(told["s"]), statistics.median(told["cpu"])
        ratio = median / statistics.median(own["s"])
        print(f"{name:<22}{median:>10.2f}{cpu:>8.2f}{told['bytes'] / 1e6:>8.0f}{ratio:>8.2f}"
              f"{own['bytes'] / told['bytes']:>8.2f}", file=sys.stderr)
        print(json.dumps({
            "task": "store-load", "program": name, "runs": len(told["s"]),
            "threads": options.threads, "median_s": round(median, 3), "median_cpu_s": round(cpu, 3),
            "bytes": told["bytes"],
        }))


def time_questions(options, folder):
    store = f"{folder}/log.bqs"
    program, threads = os.environ["BQL_PROGRAM"], str(options.threads)
    load = [program, store, str(options.csv), "--quiet", "--threads", threads, "-c", "SELECT 1"]
    subprocess.run(load, check=True, capture_output=True)
    schedule = [
        (name, "bql", text, lambda documents, _: documents)
        for _ in range(options.questions + 1) for name, text in QUESTIONS.items()
    ]
    runs = {
        where: Bql(before, schedule, options.threads)
        for where, before in (("memory", f"LOAD '{options.csv}';\n"), ("store", f"OPEN '{store}';\n"))
    }
    seconds = {(where, name): [] for where in runs for name in QUESTIONS}
    for name, formulation, _, _ in schedule:
        answers = []
        for where, asked in runs.items():
            taken, _, answer = asked.run(name, formulation)
            seconds[where, name].append(taken)
            answers.append(answer)
        assert answers[0] == answers[1], f"{name}: the store answers something else"
    print(f"\n{'question':<22}{'memory ms':>10}{'store ms':>10}{'ratio':>8}{'first ms':>10}",
          file=sys.stderr)
    for name, text in QUESTIONS.items():
        mine, theirs = (statistics.median(seconds[w, name][1:]) for w in ("memory", "store"))
        start = time.perf_counter()
        once = [program, store, "--quiet", "--threads", threads, "-c", text]
        subprocess.run(once, check=True, capture_output=True)
        first = time.perf_counter() - start
        print(f"{name:<22}{mine * 1e3:>10.2f}{theirs * 1e3:>10.2f}{theirs / mine:>8.2f}"
              f"{first * 1e3:>10.0f}", file=sys.stderr)
        print(json.dumps({
            "task": "store-question", "question": name, "threads": options.threads,
            "memory_s": round(mine, 6), "store_s": round(theirs, 6), "first_s": round(first, 3),
        }))


def main():
    sys.path.insert(0, str(PEERS))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("csv", type=Path)
    parser.add_argument("folder", nargs="?", help=argparse.SUPPRESS)
    parser.add_argument("--load", choices=LOADS, help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--questions", type=int, default=9)
    options = parser.parse_args()
    if options.load:
        import chdb, duckdb  # noqa: F401, E401: their start does not count

        start = time.perf_counter(), busy(resource.RUSAGE_SELF)
        answer = LOADS[options.load](str(options.csv), options.folder, options.threads)
        spent = time.perf_counter() - start[0], busy(resource.RUSAGE_SELF) - start[1]
        print(*answer, *spent)
        return
    with tempfile.TemporaryDirectory(dir=options.csv.parent) as folder:
        time_loads(options, folder)
        time_questions(options, folder)


if __name__ == "__main__":
    main()
