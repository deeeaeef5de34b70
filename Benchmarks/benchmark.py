"""Times LOAD, FUNNEL and start-up of bql and of its peers, in turn, and compares their answers."""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = os.environ["BQL_PROGRAM"]
CACHE = HERE.parent / ".build/benchmarks"
#: A generated customer has some 20 events in the seven months.
ROWS_A_USER = 20
FUNNEL = "FUNNEL view, cart, purchase WITHIN 7d"


class Measurement:
    """Holds the runs of one program at one task."""

    def __init__(self, task, name):
        self.task, self.name = task, name
        self.seconds, self.megabytes, self.answers = [], [], []

    def take(self, seconds, megabytes, answer):
        self.seconds.append(seconds)
        self.megabytes.append(megabytes)
        self.answers.append(answer)

    def row(self, file):
        return {
            "task": self.task,
            "program": self.name,
            "runs": len(self.seconds),
            "median_s": round(statistics.median(self.seconds), 5),
            "min_s": round(min(self.seconds), 5),
            "max_s": round(max(self.seconds), 5),
            "peak_mb": round(max(self.megabytes)) or None,
            "rows": file.get("rows"),
            "bytes": file.get("bytes"),
        }


def spawn(command):
    """Runs a program to its end: seconds by the clock, peak memory in MB, standard output."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        sys.exit(f"exit code {process.returncode}: {' '.join(map(str, command))}")
    # A process counts its parent's memory until it is a program of its own; below that is unknown.
    parent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = usage.ru_maxrss / 1024 if usage.ru_maxrss > parent else 0
    return seconds, megabytes, output.decode()


def bql(file, threads, *statements):
    command = [PROGRAM, file, "--threads", str(threads), "--quiet", "--format", "json"]
    for statement in statements:
        command += ["-c", statement]
    seconds, megabytes, output = spawn(command)
    documents, decoder, place = [], json.JSONDecoder(), 0
    while output[place:].strip():
        place += len(output[place:]) - len(output[place:].lstrip())
        document, place = decoder.raw_decode(output, place)
        documents.append(document)
    return seconds, megabytes, documents


def load_bql(file, threads):
    """Whole process: start, parse, encode, cluster by user, one sum, end."""
    statement = "SELECT count(*) AS n, sum(price) AS total FROM events"
    seconds, megabytes, documents = bql(file, threads, statement)
    row = documents[0][0]
    return seconds, megabytes, [row["n"], round(float(row["total"]), 2)]


def funnel_bql(file, threads):
    """The statement alone, by EXPLAIN ANALYZE's clock; memory is the process's, LOAD included."""
    _, megabytes, documents = bql(file, threads, FUNNEL, f"EXPLAIN ANALYZE {FUNNEL}")
    answer = [row["users"] for row in documents[0]]
    return sum(row["milliseconds"] for row in documents[1]) / 1_000, megabytes, answer


def peer(task):
    """A peer's process measures the task alone, without its start."""

    def measure(file, threads):
        command = [sys.executable, HERE / "peer.py", task, str(file), str(threads)]
        _, megabytes, output = spawn(command)
        found = json.loads(output.splitlines()[-1])
        return found["seconds"], megabytes, found["answer"]

    return measure


def start(*command):
    def measure(file, threads):
        seconds, megabytes, output = spawn(command)
        return seconds, megabytes, output.split()[-1]

    return measure


TASKS = {
    "load": {
        "bql": load_bql, "DuckDB": peer("load-duckdb"), "Polars": peer("load-polars"),
    },
    "funnel": {
        "bql": funnel_bql, "ClickHouse": peer("funnel-clickhouse"), "DuckDB": peer("funnel-duckdb"),
    },
    "start": {
        "bql": start(PROGRAM, "--format", "csv", "-c", "SELECT 1"),
        "SQLite": start("sqlite3", ":memory:", "SELECT 1"),
    },
}


def generated(rows, seed):
    """Returns a generated log of about `rows` rows, kept from run to run."""
    CACHE.mkdir(parents=True, exist_ok=True)
    file = CACHE / f"log-{rows}-{seed}.csv"
    if not file.exists():
        part = file.with_suffix(".part")
        print(f"generating {file.name}", file=sys.stderr)
        users = str(max(rows // ROWS_A_USER, 1))
        with open(part, "wb") as output:
            subprocess.run(
                [PROGRAM, "generate", "--users", users, "--seed", str(seed)],
                stdout=output, check=True,
            )
        part.rename(file)
    with open(file, "rb") as text:
        lines = sum(block.count(b"\n") for block in iter(lambda: text.read(1 << 24), b""))
    return file, {"rows": lines - 1, "bytes": file.stat().st_size}


def measure(task, runs, file, facts, threads):
    """Runs the programs of a task in turn and returns their measurements, answers compared."""
    measurements = [Measurement(task, name) for name in TASKS[task]]
    for _ in range(runs):
        for measurement, run in zip(measurements, TASKS[task].values()):
            measurement.take(*run(file, threads))
    answers = {json.dumps(answer) for m in measurements for answer in m.answers}
    if len(answers) != 1:
        found = {m.name: m.answers[0] for m in measurements}
        sys.exit(f"{task}: the answers differ, so times mean nothing: {found}")
    return [measurement.row(facts) for measurement in measurements]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", help=f"of {', '.join(TASKS)}; all without")
    parser.add_argument("--rows", type=int, default=10_000_000, help="about how many rows")
    parser.add_argument("--runs", type=int, default=5, help="runs of each program, start-up 20 times as many")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for task in options.tasks:
        if task not in TASKS:
            parser.error(f"no task '{task}'; there are {', '.join(TASKS)}")
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"the machine is busy (load {load:.1f}): times are too long", file=sys.stderr)
    file, facts = generated(options.rows, options.seed)
    rows = []
    for task in options.tasks or TASKS:
        runs = options.runs * 20 if task == "start" else options.runs
        rows += measure(task, runs, file, {} if task == "start" else facts, options.threads)
    for row in rows:
        row |= {"threads": options.threads, "load_before": round(load, 2)}
        print(json.dumps(row))
    table(rows)


def table(rows):
    """Prints medians, with each program's ratio to bql's."""
    print(f"{'task':8} {'program':12} {'median s':>9} {'min s':>9} {'× bql':>7} {'MB':>7}", file=sys.stderr)
    for row in rows:
        own = next(r for r in rows if r["task"] == row["task"] and r["program"] == "bql")
        ratio = row["median_s"] / own["median_s"]
        print(
            f"{row['task']:8} {row['program']:12} {row['median_s']:9.4f} {row['min_s']:9.4f}"
            f" {ratio:7.2f} {row['peak_mb'] or '':>7}",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
