"""Makes the logs that are measured, kept in .build/benchmarks, and tells what is in them."""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".build/benchmarks"
#: A generated customer has some 19.5 events in the seven months.
ROWS_A_USER = 19.5
#: In the quoted log, one row of so many has two quotes and a comma in a field, one a line's end,
#: and one cannot be read.
ROWS_A_QUOTE, ROWS_A_LINE_END, ROWS_A_BAD_ROW = 997, 1_999, 2_003


class Log:
    """A file, its rows and bytes, and what must be loaded from it: rows and hundredths of price."""

    def __init__(self, path):
        self.path = path
        facts = json.loads(path.with_suffix(".json").read_text())
        self.rows, self.cents = facts["rows"], facts["cents"]
        self.bytes = path.stat().st_size


def generated(program, rows, seed):
    """Returns a generated log of about `rows` rows."""

    def write(part):
        users = str(max(round(rows / ROWS_A_USER), 1))
        with open(part, "wb") as output:
            command = [program, "generate", "--users", users, "--seed", str(seed)]
            subprocess.run(command, stdout=output, check=True)
        count = cents = 0
        with open(part, "rb") as lines:
            next(lines)
            for line in lines:
                count += 1
                cents += hundredths(line.split(b",")[6])
        return count, cents

    return kept(f"log-{rows}-{seed}.csv", write)


def quoted(log):
    """Returns the log with all texts and times quoted, lines that end in CRLF, and bad rows."""

    def write(part):
        count = cents = 0
        with open(log.path, "rb") as lines, open(part, "wb", buffering=1 << 20) as output:
            output.write(next(lines).rstrip() + b"\r\n")
            for place, line in enumerate(lines):
                time, event, product, category, code, brand, price, user, session = (
                    line.rstrip().split(b",")
                )
                if place % ROWS_A_QUOTE == 0:
                    brand = b'the ""new"", ' + brand
                if place % ROWS_A_LINE_END == 0:
                    code += b"\r\nmore"
                if place % ROWS_A_BAD_ROW == 0:
                    # By turns a time that is none and a field too many.
                    time, user = (b"soon", user) if place % 2 == 0 else (time, user + b",")
                else:
                    count += 1
                    cents += hundredths(price)
                output.write(
                    b'"%s","%s",%s,%s,"%s","%s",%s,%s,"%s"\r\n'
                    % (time, event, product, category, code, brand, price, user, session)
                )
        return count, cents

    return kept(log.path.stem + "-quoted.csv", write)


def hundredths(price):
    whole, _, part = price.partition(b".")
    return int(whole or 0) * 100 + int((part + b"00")[:2])


def kept(name, write):
    """Returns a log of the cache; where it is missing, `write` makes it and counts its rows."""
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / name
    if not (path.exists() and path.with_suffix(".json").exists()):
        print(f"making {name}", file=sys.stderr)
        part = path.with_suffix(".part")
        rows, cents = write(part)
        path.with_suffix(".json").write_text(json.dumps({"rows": rows, "cents": cents}))
        part.rename(path)
    return Log(path)


def clustered(log, threads):
    """Returns the path of the log's table for peers, sorted by user and time."""
    return derived(log, "-sorted.parquet", "clustered.py", threads)


def database(log, threads):
    """Returns the path of the log's tables as a database file of DuckDB."""
    return derived(log, ".duckdb", "database.py", threads)


def derived(log, ending, script, threads):
    path = log.path.with_name(log.path.stem + ending)
    if not path.exists():
        print(f"making {path.name}", file=sys.stderr)
        command = [sys.executable, HERE / "peers" / script, log.path, path, str(threads)]
        subprocess.run(command, check=True)
    return path


def warm(log):
    """Reads a file, so that all programs find it in memory."""
    with open(log.path, "rb", buffering=0) as file:
        block = bytearray(1 << 24)
        while file.readinto(block):
            os.sched_yield()
