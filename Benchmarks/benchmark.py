"""Times bql, its peers and the floor in turn on one generated log, and compares their answers."""

import argparse
import json
import os
import sys

import logs
import measuring
import report
from programs import PEERS
from tasks import TASKS

#: A whole process's start is short: so many times the runs.
START_RUNS = 20
#: From so many rows on, programs that all hold the log at once would ask for too much memory.
ROWS_SIDE_BY_SIDE = 20_000_000


def read_options():
    parser = argparse.ArgumentParser(prog="Benchmarks/run", description=__doc__)
    names = ", ".join(TASKS)
    parser.add_argument(
        "tasks", nargs="*", metavar="TASK", help=f"of {names}; 'select' is all of its group"
    )
    parser.add_argument(
        "--rows", type=int, default=10_000_000, help="about how many rows (10 million)"
    )
    parser.add_argument("--runs", type=int, default=5, help="runs of each formulation (5)")
    parser.add_argument("--threads", type=int, default=2, help="worker threads of each program (2)")
    parser.add_argument("--seed", type=int, default=1, help="chooses the log (1)")
    parser.add_argument(
        "--peers", nargs="*", choices=list(PEERS), default=list(PEERS),
        help="the peers that take part",
    )
    parser.add_argument("--only-own", action="store_true", help="bql and the floor, without peers")
    parser.add_argument(
        "--scaling", action="store_true",
        help="bql and the floor, with one thread and with --threads, without peers",
    )
    parser.add_argument(
        "--one-by-one", action="store_true", default=None,
        help=f"one program in memory at a time; so from {ROWS_SIDE_BY_SIDE:,} rows on",
    )
    options = parser.parse_args()
    if "select" in options.tasks:
        options.tasks.remove("select")
        options.tasks += [name for name, task in TASKS.items() if task.group == "select"]
    for task in options.tasks:
        if task not in TASKS:
            parser.error(f"no task '{task}'; there are {names}")
    if min(options.rows, options.runs, options.threads) < 1:
        parser.error("--rows, --runs and --threads begin at 1")
    if options.only_own or options.scaling:
        options.peers = []
    if options.one_by_one is None:
        options.one_by_one = options.rows > ROWS_SIDE_BY_SIDE
    return options


def main():
    options = read_options()
    names = options.tasks or list(TASKS)
    log = logs.generated(os.environ["BQL_PROGRAM"], options.rows, options.seed)
    logs.warm(log)
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"the machine is busy (load {load:.1f}): times are too long", file=sys.stderr)
    found = []
    for group in dict.fromkeys(TASKS[name].group for name in names):
        if group == "start":
            some = measuring.measure_start(options.runs * START_RUNS)
        else:
            some = measuring.Contest(group, names, log, options).run()
        for measurement in some:
            print(json.dumps(measurement.line(None if group == "start" else log)), flush=True)
            found.append(measurement)
    tasks = {}
    for measurement in found:
        tasks.setdefault(measurement.task, []).append(measurement)
    size = f"{log.rows:,} rows, {log.bytes / 1e9:.2f} GB"
    print(f"\n{size}, {options.threads} threads", file=sys.stderr)
    if options.scaling:
        report.print_scaling(tasks)
    else:
        report.print_all(tasks)
        report.print_ratios(tasks, log)


if __name__ == "__main__":
    main()
