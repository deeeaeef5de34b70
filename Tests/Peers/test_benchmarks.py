"""Benchmarks/run measures every task in every program, and refuses answers that differ."""

import json
import os
import subprocess
import sys

import pytest

import program

BENCHMARKS = program.ROOT / "Benchmarks"
sys.path.append(str(BENCHMARKS))
from customer_tasks import TASKS as CUSTOMER_TASKS
from select_tasks import STATEMENTS

PEERS = {"DuckDB", "ClickHouse", "polars"}
#: Who takes part in a task beside bql.
OTHERS = {
    "load": PEERS | {"pyarrow", "floor"},
    "load-quoted": set(),
    "summarize": PEERS,
    "retention": PEERS,
    "timing": PEERS,
    "paths": PEERS,
    "transitions": PEERS,
    "match": PEERS,
    "start": {"SQLite"},
    "funnel-holding": PEERS,
    "funnel-any": PEERS,
    "features-base": {"DuckDB", "polars", "pandas", "numpy"},
    "rfm": PEERS | {"pandas"},
    "kmeans": {"scikit-learn"},
    "kmeans-auto": {"scikit-learn"},
} | {
    task: PEERS | {"floor"}
    for task in (
        "funnel", "funnel-brand", "funnel-category", "funnel-session", "funnel-times",
        "group-brand", "distinct", "sessionize",
    )
} | {task: {"DuckDB"} for task in STATEMENTS}


def run(*options):
    """Runs the benchmarks on a small log; returns the process, its output read."""
    environment = os.environ | {"BQL_PROGRAM": program.PROGRAM, "BQL_PEERS_VENV": sys.prefix}
    command = [BENCHMARKS / "run", "--rows", "3000", "--runs", "1", *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)


@pytest.mark.parametrize("options", [[], ["--one-by-one"]], ids=["side by side", "one by one"])
def test_every_task_in_every_program(options):
    done = run(*options)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = {}
    for line in lines:
        assert line["runs"] >= 1
        assert 0 < line["min_s"] <= line["median_s"] <= line["max_s"]
        # Memory is sampled: of a process that is over before, it is unknown.
        assert line["peak_mb"] is None or line["peak_mb"] > 0
        assert line["task"] == "start" or line["rows"] > 1_000
        found.setdefault(line["task"], {}).setdefault(line["program"], []).append(line)
    skipped = {line.split(": ")[1] for line in done.stderr.splitlines() if line.startswith("skipped")}
    assert skipped <= STATEMENTS.keys() | CUSTOMER_TASKS.keys()
    assert {task: set(programs) for task, programs in found.items()} == {
        task: others | {"bql"} for task, others in OTHERS.items() if task not in skipped
    }
    for task, programs in found.items():
        for peer in set(programs) - {"bql", "floor", "SQLite"}:
            assert len(programs[peer]) >= 2, f"{peer} has one formulation of {task}"


def test_threads_are_compared():
    done = run("--scaling", "load", "funnel")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {(line["program"], line["threads"]) for line in lines} == {
        ("bql", 1), ("bql", 2), ("floor", 1), ("floor", 2)
    }
    assert "gain" in done.stderr


def test_answers_that_differ_are_refused(tmp_path):
    """A program that leaves out a step's users is found out before any time is printed."""
    wrong = tmp_path / "bql"
    wrong.write_text(
        f"""#!/bin/sh
case "$1" in generate|--version) exec {program.PROGRAM} "$@";; esac
sed 's/WITHIN 7d/WITHIN 1s/' | exec {program.PROGRAM} "$@"
"""
    )
    wrong.chmod(0o755)
    environment = {"BQL_PROGRAM": str(wrong), "BQL_PEERS_VENV": sys.prefix}
    command = [BENCHMARKS / "run", "--rows", "3000", "--runs", "1", "--only-own", "funnel"]
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode != 0
    assert done.stdout == ""
    assert "funnel: floor (every row) answers" in done.stderr


def test_likeness(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import tasks

    assert tasks.alike({"a": [1, 2.0, None]}, {"a": [1, 2.0 + 1e-12, None]})
    assert not tasks.alike({"a": [1, 2]}, {"a": [1, 3]})
    assert not tasks.alike({"a": [1]}, {"a": [1], "b": [1]})
    assert not tasks.alike([1, 2], [1, 2, 3])
    assert not tasks.alike([1.0], [None])
    times = [[3, None, None], [2, 10.0, 38.0], [1, 5.0, 5.0]]
    assert tasks.alike_steps(times + [[300, 200, 100]], times)
    assert not tasks.alike_steps(times + [[300, 200, 100]], times + [[300, 200, 101]])
    assert not tasks.alike_measures({"a": {"min": 1.0}}, {"a": {"min": 2.0, "max": 3.0}})
    assert tasks.alike_measures({"a": {"min": 1.0}}, {"a": {"min": 1.0}, "b": {"min": 3.0}})


def test_parts_as_good(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from customer_tasks import alike_fits, alike_parts

    parts = lambda users, inertia: {"users": users, "inertia": inertia}
    assert alike_parts(parts([10, 20], 100.0), parts([12, 18], 99.95))
    assert alike_parts(parts([10, 20], 90.0), parts([12, 18], 99.0))
    assert not alike_parts(parts([10, 20], 100.2), parts([10, 20], 100.0))
    assert not alike_parts(parts([10, 20], 100.0), parts([10, 10, 10], 100.0))
    fits = {"2": 200.0, "3": 100.0}
    assert alike_fits(parts([1, 2, 3], 100.05), fits)
    assert not alike_fits(parts([1, 2, 3], 100.2), fits)
    assert not alike_fits(parts([1, 2, 3, 4], 50.0), fits)
