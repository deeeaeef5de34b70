"""Runs bql, the peers and the floor: each a process that is asked one thing after the other."""

import fcntl
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: What makes bql end when a statement asks for what is not built yet.
NOT_IMPLEMENTED = "not implemented yet"
PEERS = {
    "duckdb": "DuckDB", "clickhouse": "ClickHouse", "polars": "polars", "pyarrow": "pyarrow",
    "pandas": "pandas", "numpy": "numpy", "sklearn": "scikit-learn",
}
#: Groups of tasks that each peer has a file of its own for.
OWN_FILES = ["select", "customers"]
#: What bql's pipe can hold, and a statement whose answer it cannot hold.
PIPE_BYTES = 1 << 15
GATE = f"SELECT repeat('-', {2 * PIPE_BYTES}) AS gate;"


class ProgramEnded(Exception):
    """A program ended instead of answering."""


def processor_seconds(process):
    """Returns the time that processors have spent on a process, of all its threads."""
    # The clock of another process; 2 asks for the scheduler's, which counts nanoseconds.
    return time.clock_gettime((~process << 3) | 2)


class Served:
    """A peer or the floor: a line asks, a line answers.

    The seconds, by the clock and of the processors, are those that the program measured itself.
    """

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        ready = self.receive()
        self.version = ready["version"].split()[-1]
        self.tasks = ready["tasks"]

    def receive(self):
        line = self.process.stdout.readline()
        if not line:
            raise ProgramEnded(f"{self.name} ended with exit code {self.process.wait()}")
        return json.loads(line)

    def run(self, task, formulation):
        self.process.stdin.write(f"{task}\t{formulation}\n")
        self.process.stdin.flush()
        answer = self.receive()
        return answer["seconds"], answer["cpu"], answer["answer"]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def peer(name, group, files, threads):
    module = f"{name}_{group}" if group in OWN_FILES else name
    command = [sys.executable, HERE / "peers/serve.py", module, group, json.dumps(files), threads]
    return Served(PEERS[name], command)


def floor(file, threads):
    return Served("floor", [os.environ["BQL_FLOOR"], file, threads])


class Bql:
    """One bql that answers a script of statements, each when it is asked for.

    bql reads its whole script first. Before each statement the script selects a text that is longer
    than the pipe can hold: there bql waits until the text is read. So a run's seconds are from the
    moment at which the text begins to be read to the last byte of the statement's answer: the way
    of 64 KB through a pipe, the statement, its answer as JSON and its way.
    """

    name = "bql"

    def __init__(self, before, schedule, threads):
        """`before` is run at once; `schedule` lists (task, formulation, statements, reader)."""
        self.schedule = list(schedule)
        self.asked = 0
        self.tasks = {}
        script = tempfile.TemporaryFile("w+")
        script.write(before)
        for task, formulation, statements, _ in self.schedule:
            formulations = self.tasks.setdefault(task, [])
            if formulation not in formulations:
                formulations.append(formulation)
            script.write(f"{GATE}\n{statements}\n")
        script.seek(0)
        output, own = os.pipe()
        fcntl.fcntl(output, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        command = [os.environ["BQL_PROGRAM"], "--quiet", "--format", "json", "--threads", threads]
        self.process = subprocess.Popen(list(map(str, command)), stdin=script, stdout=own)
        os.close(own)
        script.close()
        self.output = output
        self.version = version(command[0])
        self.rest = b""

    def document(self):
        """Returns the bytes of the next result: JSON's rows, the last line a bracket alone."""
        text = self.rest
        place = 0
        while (end := text.find(b"\n]\n", max(place - 2, 0))) < 0:
            place = len(text)
            block = os.read(self.output, 1 << 20)
            if not block:
                raise ProgramEnded(f"bql ended with exit code {self.process.wait()}")
            text += block
        self.rest = text[end + 3:]
        return text[:end + 3]

    def run(self, task, formulation):
        expected_task, expected_formulation, _, read = self.schedule[self.asked]
        assert (task, formulation) == (expected_task, expected_formulation)
        self.asked += 1
        # Until its first byte is there, bql is still at work on what came before.
        self.rest += os.read(self.output, 1)
        start, busy = time.perf_counter(), processor_seconds(self.process.pid)
        self.document()
        text = self.document()
        seconds = time.perf_counter() - start
        busy = processor_seconds(self.process.pid) - busy
        return seconds, busy, read(json.loads(text), self.document)

    def close(self):
        os.close(self.output)
        self.process.kill()
        self.process.wait()


def refusal(file, statements):
    """Returns what bql says of statements that it cannot do yet; None where it can."""
    command = [os.environ["BQL_PROGRAM"], "--quiet", "--format", "csv", file, "-c", statements]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    lines = [line for line in done.stderr.splitlines() if NOT_IMPLEMENTED in line]
    return lines[0] if lines else None


def version(program):
    """Returns a program's version: the first word of what it says that is a number."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return next(word for word in done.stdout.split() if word[0].isdigit())


def whole_process(command):
    """Runs a program from its start to its end; returns the seconds and its last word."""
    start, busy = time.perf_counter(), children_seconds()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - start
    return seconds, children_seconds() - busy, done.stdout.split()[-1]


def children_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
