"""Hostile statements, rows and files of models: an answer, or an error that says what and where.

BQL_HOSTILE_RUNS sets how many scripts and how many files are tried; the seed of each is its number.
"""

import os
import random
import re
import subprocess

import pytest

import hostile
import program

RUNS = int(os.environ.get("BQL_HOSTILE_RUNS", "60"))
FORMATS = ["table", "csv", "json", "ndjson", "md", "html", "tsv"]
NOT_A_NUMBER = re.compile(r"(?<![\w'])-?(nan|inf|infinity)(?![\w'])", re.IGNORECASE)


def check(statements, output_format):
    """Runs statements, leaves out what fails, and runs the rest again, until all are answered.

    Every failure must have a code and a place, none may be a bug or a crash.
    """
    while statements:
        done = subprocess.run(
            [program.PROGRAM, "--format", output_format, "-f", "-"],
            input=";\n".join(statements) + ";\n",
            capture_output=True,
            text=True,
            timeout=120,
        )
        told = f"{statements}\n{done.returncode}\n{done.stderr[-2000:]}"
        assert done.returncode in (0, 1, 2, 3), told
        assert "this is a bug" not in done.stderr, told
        assert not NOT_A_NUMBER.search(done.stdout), told
        if done.returncode == 0:
            return
        assert re.search(r"^(syntax )?error\[B\d{4}\]: ", done.stderr, re.MULTILINE), told
        place = re.search(r"--> <stdin>:(\d+):\d+$", done.stderr, re.MULTILINE)
        assert place and int(place[1]) <= len(statements), told
        del statements[int(place[1]) - 1]


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    draw = random.Random(1)
    for kind in dict.fromkeys(hostile.LOGS):
        (folder / f"{kind}.csv").write_text(hostile.log(draw, kind))
    (folder / "table.csv").write_text(hostile.table(draw))
    return folder


@pytest.mark.parametrize("seed", range(RUNS))
def test_statements(rows, seed):
    draw = random.Random(seed)
    check(hostile.script(draw, rows), draw.choice(FORMATS))


@pytest.fixture(scope="module")
def files(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    table = f"LOAD '{rows}/table.csv' AS TABLE t"
    models = [
        ("trees.json", "a, word", "gbdt(trees = 4, leaves = 5)", "bql"),
        ("isotonic.json", "a, key", "gbdt(trees = 3) CALIBRATE", "bql"),
        ("platt.json", "a, same", "gbdt(trees = 3) CALIBRATE PLATT", "bql"),
        ("logistic.json", "a, word, rare", "logistic", "bql"),
        ("xgboost.json", "a, id", "gbdt(trees = 4, leaves = 5)", "xgboost"),
        ("lightgbm.txt", "a, id", "gbdt(trees = 4, leaves = 5)", "lightgbm"),
    ]
    script = [table]
    for name, features, learner, kind in models:
        script.append(f"TRAIN y AS m FROM t FEATURES ({features}) USING {learner}")
        script.append(f"SAVE MODEL m INTO '{folder}/{name}' FORMAT {kind}")
    script.append(f"LOAD '{rows}/customers.csv'")
    for name, clauses in ("churn", "HORIZON 14d SNAPSHOTS 3"), ("conversion", ""):
        script.append(f"TRAIN {name} AS m {clauses} USING gbdt(trees = 2)")
        script.append(f"SAVE MODEL m INTO '{folder}/{name}.json'")
    program.answers(script)
    return sorted(folder.iterdir())


@pytest.mark.parametrize("seed", range(RUNS))
def test_files(rows, files, tmp_path, seed):
    draw = random.Random(seed)
    file = draw.choice(files)
    changed = tmp_path / file.name
    changed.write_bytes(hostile.mutated(draw, file.read_bytes()))
    again, shape = tmp_path / "again", draw.choice(["bql", "xgboost", "lightgbm"])
    of_log = file.name in ("churn.json", "conversion.json")
    check(
        [
            f"LOAD '{rows}/customers.csv'" if of_log else f"LOAD '{rows}/table.csv' AS TABLE t",
            f"LOAD MODEL '{changed}' AS k",
            "PREDICT k" if of_log else "PREDICT k FROM t",
            "EXPLAIN MODEL k FOR USER 7",
            "CAMPAIGN k OFFER 2",
            f"SAVE MODEL k INTO '{again}' FORMAT {shape}",
            f"LOAD MODEL '{again}' AS z",
            "PREDICT z" if of_log else "PREDICT z FROM t",
        ],
        "csv",
    )
