"""Answers a funnel by the definition of the canonical chain, row by row in Python.

The canonical chain of a unit is, among the chains that reach the deepest step, one that completes
earliest; then, walking back from its last row, the latest feasible row at each step.
"""

import math
from collections import defaultdict
from typing import Callable, NamedTuple


class Step(NamedTuple):
    """A step: its text in BQL, its label in the answer, and the rows that match."""

    text: str
    label: str
    matches: Callable


def event(name):
    return Step(name, name, lambda row: row.event == name)


def by_enumeration(rows, steps, window, deny, may_start):
    """Returns the canonical chain by trying every chain: any steps, few rows."""
    best, best_key = [], None

    def key(chain):
        # The earliest end, then the latest times from the step before the last down to step 1,
        # then the latest places in that order.
        earlier = chain[-2::-1]
        return (
            (chain[-1].time, chain[-1].place),
            [-row.time for row in earlier],
            [-row.place for row in earlier],
        )

    def extend(chain):
        nonlocal best, best_key
        if chain:
            if len(chain) > len(best) or len(chain) == len(best) and key(chain) < best_key:
                best, best_key = chain, key(chain)
        if len(chain) == len(steps):
            return
        for row in rows:
            if not steps[len(chain)].matches(row) or row in chain:
                continue
            if chain:
                if row.time < chain[-1].time or deny and row.time == chain[-1].time:
                    continue
                if window is not None and row.time - chain[0].time > window:
                    continue
            elif not may_start(row):
                continue
            extend(chain + [row])

    extend([])
    return best


def by_walking_back(rows, steps, window, deny, may_start):
    """Returns the canonical chain where no row matches two steps: any number of rows.

    From the deepest step up, each row of the step, the earliest first, is tried as the last: the
    latest row of the step before it, and so on to step 1, make the tightest chain that ends there.
    """
    matching = [
        sorted((row.time, row.place, row) for row in rows if step.matches(row)) for step in steps
    ]
    matching[0] = [entry for entry in matching[0] if may_start(entry[2])]
    for depth in range(len(steps), 0, -1):
        for _, _, last in matching[depth - 1]:
            chain = [last]
            for step in range(depth - 2, -1, -1):
                limit = (chain[0].time, -1) if deny else (chain[0].time, math.inf)
                before = _last_before(matching[step], limit)
                if before is None:
                    break
                chain.insert(0, before)
            else:
                if window is None or last.time - chain[0].time <= window:
                    return chain
    return []


def _last_before(entries, limit):
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high) // 2
        if entries[middle][:2] <= limit:
            low = middle + 1
        else:
            high = middle
    return entries[low - 1][2] if low else None


def units_of(rows, unit):
    """Groups rows by unit, in the log's order; rows without a value of the unit are left out."""
    units = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.time, row.place)):
        key = unit(row)
        if None not in key:
            units[key].append(row)
    return units


def funnel(
    rows, steps, unit=lambda row: (row.user,), window=None, deny=False, period=None, group=None,
    each=False, attribute=None, find=by_walking_back,
):
    """Returns the chains of each group: {value: [chain]}, None's group included.

    Without `group` all chains are under (); `attribute` is "last" or a step's number, else the
    value of the unit's first step-1 row counts.
    """

    def starts(row):
        in_period = period is None or period[0] <= row.time < period[1]
        return in_period and steps[0].matches(row)

    chains = defaultdict(list)
    for own in units_of(rows, unit).values():
        first = next((row for row in own if starts(row)), None)
        if first is None:
            continue
        if each:
            for value in {group(row) for row in own if starts(row)}:
                chain = find(own, steps, window, deny, lambda r: starts(r) and group(r) == value)
                chains[value].append(chain)
            continue
        chain = find(own, steps, window, deny, starts)
        if group is None:
            chains[()].append(chain)
        elif attribute is None:
            chains[group(first)].append(chain)
        elif attribute == "last":
            chains[group(chain[-1])].append(chain)
        elif attribute <= len(chain):
            chains[group(chain[attribute - 1])].append(chain)
    return chains


def table(chains, steps, values):
    """Returns the rows of a funnel's answer for some chains; `values` are of orders, in cents."""
    made = []
    for number in range(1, len(steps) + 1):
        reached = [chain for chain in chains if len(chain) >= number]
        before = [chain for chain in chains if len(chain) >= number - 1]
        row = {
            "step_no": number,
            "step": steps[number - 1].label,
            "users": len(reached),
            "pct_of_first": percent(len(reached), len(chains)),
            "value": total(values[chain[number - 1].place] for chain in reached),
        }
        if number > 1:
            times = [chain[number - 1].time - chain[number - 2].time for chain in reached]
            low, high = wilson(len(reached), len(before))
            row |= {
                "pct_of_previous": percent(len(reached), len(before)),
                "dropped": len(before) - len(reached),
                "ci_low": low,
                "ci_high": high,
                "median_time": quantile(times, 0.5),
                "p90_time": quantile(times, 0.9),
            }
        made.append(row)
    return made


def total(cents):
    """Returns the sum of money that is known, None where none is."""
    known = [amount for amount in cents if amount is not None]
    return sum(known) / 100 if known else None


def percent(part, whole):
    return 100 * part / whole if whole else None


def wilson(successes, trials):
    """Returns Wilson's 95 % interval of a share, in percent."""
    if trials == 0:
        return None, None
    z = 1.959963984540054
    share = successes / trials
    scale = 1 + z * z / trials
    middle = share + z * z / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return 100 * (middle - reach) / scale, 100 * (middle + reach) / scale


def quantile(numbers, p):
    """Returns the quantile that interpolates linearly between the two nearest numbers."""
    if not numbers:
        return None
    ordered = sorted(numbers)
    place = p * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def order_values(rows, gap=60):
    """Returns what each row is worth, in cents or None, by its place; a purchase its whole order.

    An order is the purchase rows of one user and session, each at most `gap` seconds after the
    one before.
    """
    values = {row.place: row.price for row in rows}
    purchases = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.time, row.place)):
        if row.event == "purchase":
            purchases[row.user, row.session].append(row)
    for bought in purchases.values():
        order = []
        for row, following in zip(bought, bought[1:] + [None]):
            order.append(row)
            if following is None or following.time - row.time > gap:
                prices = [row.price for row in order if row.price is not None]
                for row in order:
                    values[row.place] = sum(prices) if prices else None
                order = []
    return values
