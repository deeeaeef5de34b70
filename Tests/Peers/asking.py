"""Asks bql many questions in few processes, and tells each one's answer or why there is none."""

import json
import os
import subprocess
from decimal import Decimal

import program

#: One script's time limit; a question takes some milliseconds.
SECONDS = 120


class Refusal(Exception):
    """bql answered a question with an error: its code and message."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class Ended(Exception):
    """bql ended, or did not end, in a question."""


def documents(text):
    """Returns the rows of each whole document, as lists: names may stand twice."""
    decoder = json.JSONDecoder(
        parse_float=Decimal, object_pairs_hook=lambda pairs: [value for _, value in pairs]
    )
    found, place = [], 0
    while True:
        while place < len(text) and text[place].isspace():
            place += 1
        try:
            document, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError:
            return found
        found.append(document)


def outcomes(loads, questions, options=()):
    """Returns for each question its rows, a Refusal or an Ended.

    A script ends at its first error: what comes behind is asked of a new process. Syntax errors are
    all told at once, before the first answer.
    """
    found = [None] * len(questions)
    waiting = list(range(len(questions)))
    while waiting:
        lines = [f"{load};" for load in loads] + [f"{questions[place]};" for place in waiting]
        done = run("\n".join(lines) + "\n", options)
        answers = documents(done.stdout)
        for place, answer in zip(waiting, answers):
            found[place] = answer
        if done.returncode == 0:
            assert len(answers) == len(waiting), f"{len(answers)} answers, {len(waiting)} questions"
            break
        errors = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
        refused = {}
        for error in errors:
            if error["severity"] == "error":
                refused.setdefault(
                    error["line"] - len(loads) - 1, Refusal(error["code"], error["message"])
                )
        if not refused:
            refused = {len(answers): Ended(f"code {done.returncode}: {done.stderr[-2000:]}")}
        assert min(refused) >= 0, f"a load fails: {refused}"
        for number, refusal in refused.items():
            found[waiting[number]] = refusal
        waiting = [
            place for number, place in enumerate(waiting)
            if number >= len(answers) and number not in refused
        ]
    return found


def run(script, options):
    command = [program.PROGRAM, "--format", "json", "--errors", "json", "--quiet", "-f", "-", *options]
    try:
        return subprocess.run(
            command, input=script, capture_output=True, text=True, timeout=SECONDS,
            env=os.environ | {"SWIFT_BACKTRACE": "enable=no"},
        )
    except subprocess.TimeoutExpired as late:
        output = (late.stdout or b"").decode()
        return subprocess.CompletedProcess(command, -1, output, f"not done in {SECONDS} s")
