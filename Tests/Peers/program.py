"""Runs bql and reads what it answers."""

import json
import os
import subprocess
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("BQL_PROGRAM", str(ROOT / ".build/release/bql"))
SHOP = ROOT / "data/shop.csv.gz"


class ProgramError(Exception):
    """bql ended with an error; the text is what it wrote to standard error."""


def run(*arguments, text=None):
    """Runs bql to its end and returns what it wrote to standard output."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)], input=text, capture_output=True, text=True, timeout=300
    )
    if done.returncode != 0:
        raise ProgramError(f"exit code {done.returncode}: {done.stderr}")
    return done.stdout


def documents(text):
    """Splits JSON documents that follow one another; fractions keep every digit."""
    decoder = json.JSONDecoder(parse_float=Decimal)
    found, place = [], 0
    while True:
        while place < len(text) and text[place].isspace():
            place += 1
        if place == len(text):
            return found
        document, place = decoder.raw_decode(text, place)
        found.append(document)


def answers(statements, *files, options=()):
    """Returns the rows of each question, as dictionaries, from one run of a script."""
    script = ";\n".join(statements) + ";\n"
    output = run(*files, "--format", "json", "--quiet", *options, "-f", "-", text=script)
    return documents(output)


def answer(statement, *files, options=()):
    """Returns the rows of one question."""
    results = answers([statement], *files, options=options)
    assert len(results) == 1, f"{len(results)} answers to one question"
    return results[0]
