"""Takes the programs' measurements in turn and compares their answers."""

import json
import os
import statistics
import sys
from contextlib import contextmanager
from functools import partial

import logs
import programs
from memory import Peak
from tasks import PREPARATIONS, TASKS, load

#: Groups of tasks that others than the usual peers take part in.
PEERS_OF = {
    "load": ["duckdb", "clickhouse", "polars", "pyarrow"],
    "load-quoted": [],
    "select": ["duckdb"],
    "customers": ["duckdb", "clickhouse", "polars", "pandas", "numpy", "sklearn"],
}
USUAL_PEERS = ["duckdb", "clickhouse", "polars"]
#: Groups in which bql may not know a statement yet.
UNBUILT = ["select", "customers"]
#: A formulation that takes so many times as long as its program's fastest is run once.
SLOW = 2


class Measurement:
    """The runs of one formulation of a task in one program."""

    def __init__(self, task, program, formulation, threads):
        self.task, self.program, self.formulation = task, program, formulation
        self.threads, self.version = threads, None
        self.seconds, self.busy, self.megabytes = [], [], 0
        self.load = os.getloadavg()[0]
        self.answers, self.alone = [], False

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def busy_median(self):
        return statistics.median(self.busy)

    def line(self, log):
        """Returns what is printed: one JSON object."""
        return {
            "task": self.task,
            "program": self.program,
            "version": self.version,
            "formulation": self.formulation,
            "rows": log.rows if log else None,
            "bytes": log.bytes if log else None,
            "threads": self.threads,
            "runs": len(self.seconds),
            "median_s": round(self.median, 6),
            "min_s": round(min(self.seconds), 6),
            "max_s": round(max(self.seconds), 6),
            "median_cpu_s": round(self.busy_median, 6),
            "peak_mb": round(self.megabytes, 1) or None,
            "load_before": round(self.load, 2),
        }


class Contest:
    """The tasks of a group, and the programs that take part in them."""

    def __init__(self, group, names, log, options):
        self.group, self.log, self.options = group, log, options
        self.tasks = [name for name in names if TASKS[name].group == group]
        self.files = {"csv": str(log.path)}
        if group in ("clustered", "customers") and options.peers:
            self.files["table"] = str(logs.clustered(log, options.threads))
        self.paths = {"LOAD": log}
        if group == "select" and options.peers:
            self.files["database"] = str(logs.database(log, options.threads))
        if group in UNBUILT:
            self.leave_unbuilt()
        if group == "load-quoted":
            self.paths = {"quoted, CRLF, bad rows": logs.quoted(log), "as generated": log}
        self.fresh = group in ("load", "load-quoted")
        self.measurements = []

    def leave_unbuilt(self):
        """Leaves out, and says so, what the program refuses as not implemented yet."""
        small = logs.generated(os.environ["BQL_PROGRAM"], 3_000, 1)
        for name in list(self.tasks):
            (statement,) = TASKS[name].statements.values()
            why = programs.refusal(small.path, PREPARATIONS.get(self.group, "") + statement)
            if why:
                print(f"skipped: {name}: {why}", file=sys.stderr)
                self.tasks.remove(name)

    def entrants(self):
        """Returns what takes part: threads, and a function that starts the process."""
        threads = self.options.threads
        counts = sorted({1, threads}) if self.options.scaling else [threads]
        found = [(count, partial(self.bql, count)) for count in counts]
        if self.group in ("load", "clustered"):
            path = self.log.path
            found += [(count, lambda _, n=count: programs.floor(path, n)) for count in counts]
        for name in self.options.peers:
            if name in PEERS_OF.get(self.group, USUAL_PEERS):
                found.append(
                    (threads, lambda _, n=name: programs.peer(n, self.group, self.files, threads))
                )
        return found

    def bql(self, threads, only):
        """Starts bql with a script of all that it will be asked, in the order of the asking."""
        before = "" if self.fresh else f"LOAD '{self.log.path}';\n"
        before += PREPARATIONS.get(self.group, "")
        schedule = [
            (name, formulation, text or load(self.paths[formulation].path), TASKS[name].read)
            for name in self.tasks
            for _ in range(1 if self.fresh else self.options.runs + 1)
            for formulation, text in TASKS[name].statements.items()
            if only in (None, formulation)
        ]
        return programs.Bql(before, schedule, threads)

    def run(self):
        """Yields all measurements, of a task as soon as its answers are known to agree.

        The programs run side by side or, where memory is short, one by one through all tasks.
        """
        entrants = self.entrants() if self.tasks else []
        sets = [[entrant] for entrant in entrants] if self.options.one_by_one else [entrants]
        for some in sets:
            with opened([] if self.fresh else [start for _, start in some]) as running:
                for task in self.tasks:
                    self.take_turns(task, some, running)
                    if len(sets) == 1:
                        yield from self.compared(task)
        if len(sets) > 1:
            for task in self.tasks:
                yield from self.compared(task)

    def take_turns(self, task, entrants, running):
        """Runs each formulation once a turn; the first turn of a process that stays counts not."""
        mine = self.prepare(task, entrants, running)
        self.measurements += [measurement for measurement, _, _ in mine]
        for turn in range(self.options.runs + (0 if self.fresh else 1)):
            for measurement, program, start in mine:
                if measurement.alone:
                    continue
                if self.fresh:
                    with opened([start], measurement.formulation) as own:
                        self.take(measurement, own[0], True)
                else:
                    self.take(measurement, program, turn > 0)
            self.leave_slow([measurement for measurement, _, _ in mine])

    def prepare(self, task, entrants, running):
        """Returns a measurement of each formulation, with the process or how to start one."""
        found = []
        for place, (threads, start) in enumerate(entrants):
            if self.fresh:
                with opened([start]) as own:
                    program = own[0]
            else:
                program = running[place]
            for formulation in program.tasks.get(task, []):
                measurement = Measurement(task, program.name, formulation, threads)
                measurement.version = program.version
                found.append((measurement, program, start))
        return found

    def take(self, measurement, program, counts):
        with Peak(program.process.pid) as peak:
            seconds, busy, answer = program.run(measurement.task, measurement.formulation)
        measurement.megabytes = max(measurement.megabytes, peak.megabytes)
        measurement.answers.append(answer)
        if counts:
            measurement.seconds.append(seconds)
            measurement.busy.append(busy)

    def leave_slow(self, measurements):
        """Leaves formulations of peers out of further turns whose one run was a slow one."""
        for measurement in measurements:
            own = [m for m in measurements if m.program == measurement.program and m.seconds]
            if measurement.program in ("bql", "floor") or len(measurement.seconds) != 1:
                continue
            if measurement.seconds[0] > SLOW * min(m.seconds[0] for m in own):
                measurement.alone = True

    def compared(self, task):
        """Returns a task's measurements; ends the program where their answers differ.

        Times of different work mean nothing.
        """
        own = [m for m in self.measurements if m.task == task]
        for measurement in own:
            expected = own[0].answers[0]
            if self.fresh:
                log = self.paths.get(measurement.formulation, self.log)
                expected = [log.rows, log.cents]
            for answer in measurement.answers:
                if not TASKS[task].alike(expected, answer):
                    sys.exit(
                        f"{task}: {measurement.program} ({measurement.formulation}) answers"
                        f" {json.dumps(answer)[:2000]}\nnot {json.dumps(expected)[:2000]}"
                    )
        return own


@contextmanager
def opened(starts, formulation=None):
    """Starts programs, for one formulation or for all that they know, and ends them at the end."""
    running = []
    try:
        for start in starts:
            running.append(start(formulation))
        yield running
    finally:
        for program in running:
            program.close()


def measure_start(runs):
    """Times whole processes that answer the least of questions."""
    program = os.environ["BQL_PROGRAM"]
    commands = {
        "bql": [program, "--format", "csv", "-c", "SELECT 1"],
        "SQLite": ["sqlite3", ":memory:", "SELECT 1"],
    }
    own = [Measurement("start", name, "SELECT 1", 1) for name in commands]
    for measurement in own:
        measurement.version = programs.version(commands[measurement.program][0])
    for _ in range(runs):
        for measurement in own:
            seconds, busy, answer = programs.whole_process(commands[measurement.program])
            measurement.seconds.append(seconds)
            measurement.busy.append(busy)
            measurement.answers.append(answer)
    if {answer for measurement in own for answer in measurement.answers} != {"1"}:
        sys.exit("start: the answers differ")
    return own
