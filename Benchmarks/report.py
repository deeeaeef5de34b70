"""Prints measurements: every one, the ratios of each task, what a second thread gains."""

import statistics
import sys

from select_tasks import STATEMENTS


#: The formulation of bql's that answers no more than the peers' do.
ALONE = "its users alone"


def number(seconds):
    """Returns seconds with three digits that matter."""
    places = 2 if seconds >= 1 else 3 if seconds >= 0.1 else 4
    return f"{seconds:.{places}f}"


def ratio(first, second):
    """Returns a ratio; nothing where the second is too short to be known."""
    return f"{first / second:.2f}" if second else ""


def show(*columns, widths):
    cells = [f"{column:{width}}" for column, width in zip(columns, widths)]
    print("  ".join(cells).rstrip(), file=sys.stderr)


def own(measurements):
    """Returns bql's measurement of the whole statement, which is its first."""
    return next(m for m in measurements if m.program == "bql")


def asked(measurements):
    """Returns bql's measurement of what peers answer: users alone, where its statement tells more."""
    mine = [m for m in measurements if m.program == "bql"]
    return next((m for m in mine if m.formulation == ALONE), None)


def best(measurements):
    """Returns each peer's fastest measurement, the fastest peer first."""
    peers = {}
    for m in sorted(measurements, key=lambda m: m.median):
        if m.program not in ("bql", "floor"):
            peers.setdefault(m.program, m)
    return list(peers.values())


def print_all(tasks):
    """Prints every measurement, with its median as a multiple of bql's."""
    widths = ["<15", "<10", "<40", ">9", ">9", ">9", ">7", ">7", ">6"]
    print(file=sys.stderr)
    show(
        "task", "program", "formulation", "median s", "min s", "cpu s", "× bql", "MB", "load",
        widths=widths,
    )
    for measurements in tasks.values():
        for m in measurements:
            show(
                m.task, m.program, m.formulation + (" (once)" if m.alone else ""),
                number(m.median), number(min(m.seconds)), number(m.busy_median),
                ratio(m.median, own(measurements).median),
                f"{m.megabytes:,.0f}" if m.megabytes else "", f"{m.load:.1f}", widths=widths,
            )


def print_ratios(tasks, log):
    """Prints bql against the best formulation of each peer, the best first, and against the floor.

    The ratio of processor time tells more where other work keeps the machine busy.
    """
    widths = ["<15", ">9", ">9", ">8", ">7", "<52"]
    print(file=sys.stderr)
    show("task", "bql s", "peer s", "peer/bql", "of cpu", "peer", widths=widths)
    for task, measurements in tasks.items():
        mine = own(measurements)
        for peer in best(measurements):
            show(
                task, number(mine.median), number(peer.median), ratio(peer.median, mine.median),
                ratio(peer.busy_median, mine.busy_median),
                f"{peer.program}, {peer.formulation}", widths=widths,
            )
        alone, peers = asked(measurements), best(measurements)
        if alone and peers:
            show(
                "  users alone", number(alone.median), number(peers[0].median),
                ratio(peers[0].median, alone.median),
                ratio(peers[0].busy_median, alone.busy_median),
                f"{peers[0].program}, {peers[0].formulation}", widths=widths,
            )
    widths = ["<15", ">9", ">9", ">9", ">7", "<40"]
    print(file=sys.stderr)
    show("task", "bql s", "floor s", "bql/floor", "of cpu", "floor", widths=widths)
    for task, measurements in tasks.items():
        mine = own(measurements)
        for m in measurements:
            if m.program == "floor":
                show(
                    task, number(mine.median), number(m.median), ratio(mine.median, m.median),
                    ratio(mine.busy_median, m.busy_median), m.formulation, widths=widths,
                )
    print_shapes(tasks)
    for task in ("funnel-holding", "funnel-any"):
        if task in tasks and "funnel" in tasks:
            mine, loose = own(tasks[task]), own(tasks["funnel"])
            found = ratio(mine.median, loose.median)
            busy = ratio(mine.busy_median, loose.busy_median)
            print(f"\n{task} / funnel: {found} (of cpu {busy})", file=sys.stderr)
    if "load-quoted" in tasks:
        quoted, plain = tasks["load-quoted"]
        found = ratio(quoted.median, plain.median)
        print(f"\n{quoted.formulation} / {plain.formulation}: {found}", file=sys.stderr)
    if "load" in tasks:
        share = own(tasks["load"]).megabytes * 1e6 / log.bytes
        print(f"\nload, peak anonymous memory / bytes of the file: {share:.2f}", file=sys.stderr)


def print_shapes(tasks):
    """Prints the median and the worst ratio over the shapes of SELECT."""
    ratios = {}
    for task in STATEMENTS.keys() & tasks.keys():
        peers = best(tasks[task])
        if peers:
            ratios[task] = peers[0].median / own(tasks[task]).median
    if ratios:
        middle, least = statistics.median(ratios.values()), min(ratios, key=ratios.get)
        print(
            f"\nselect: {len(ratios)} of {len(STATEMENTS)} shapes, peer/bql in median {middle:.2f},"
            f" at worst {ratios[least]:.2f} ({least})", file=sys.stderr,
        )


def print_scaling(tasks):
    """Prints each formulation of bql and of the floor with one thread and with several."""
    widths = ["<15", "<10", "<26", ">9", ">9", ">7"]
    print(file=sys.stderr)
    show("task", "program", "formulation", "1 thread", "all", "gain", widths=widths)
    for measurements in tasks.values():
        for one in measurements:
            same = [
                m for m in measurements
                if m.threads > 1 == one.threads
                and (m.program, m.formulation) == (one.program, one.formulation)
            ]
            for several in same:
                show(
                    one.task, one.program, one.formulation, number(one.median),
                    number(several.median), ratio(one.median, several.median), widths=widths,
                )
