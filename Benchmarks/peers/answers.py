"""The shape of each task's answer, by which programs are compared."""

from datetime import date, timedelta

WINDOW = 7 * 86_400
#: A session ends where more seconds pass without a row.
GAP = 30 * 60

#: A week before all logs, in weeks since Monday, 1969-12-29, and how many weeks are looked ahead.
WEEK, PERIODS = 2_590, 12

#: The columns of a log, as in its header.
HEADER = (
    "event_time event_type product_id category_id category_code brand price user_id user_session"
).split()
EVENTS = ["view", "cart", "purchase", "remove_from_cart"]


def groups(rows):
    """Returns {value: [numbers]} of rows that begin with a group's value; NULL is an empty text."""
    return {row[0] or "": [int(number) for number in row[1:]] for row in rows}


def top_categories(rows):
    """Returns the numbers of whole categories, added up by their first part."""
    found = {}
    for value, *numbers in rows:
        top = found.setdefault((value or "").split(".")[0], [0] * len(numbers))
        for place, number in enumerate(numbers):
            top[place] += int(number or 0)
    return found


def waits(row):
    """Returns [users, converted, 25, 50 and 75 % quantile, longest wait, share unconverted]."""
    number = lambda value: None if value in (None, "\\N") else float(value)
    return [int(row[0]), int(row[1]), *map(number, row[2:])]


def retention(rows):
    """Returns {cohort and period: users} of rows `(week of 1970, period, users)`."""
    monday = lambda week: date(1970, 1, 1) + timedelta(days=7 * week - 3)
    return {f"{monday(int(week))} {int(period)}": int(users) for week, period, users in rows}


def paths(rows):
    """Returns {path: users} of rows `(first, second, third, users)`, None past a path's end."""
    found = {}
    for *steps, users in rows:
        steps = [step for step in steps if step]
        found[" > ".join(steps + ["(end)"] * (len(steps) < 3))] = int(users)
    return found


def transitions(rows):
    """Returns {transition: [count, users, median, 90 % quantile]}."""
    return {
        f"{before} > {after}": [int(count), int(users), float(median), float(ninth)]
        for before, after, count, users, median, ninth in rows
    }


def times(first, second, third):
    """Returns [users, median, 90 % quantile] of each step."""
    return [[int(first), None, None]] + [
        [int(users), float(median), float(ninth)] for users, median, ninth in (second, third)
    ]
