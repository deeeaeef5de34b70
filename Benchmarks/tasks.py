"""The tasks: what bql is asked, how its answer is read, and when two answers are the same."""

import json

import customer_tasks
import select_tasks

FUNNEL = "FUNNEL view, cart, purchase WITHIN 7d"


def users(rows, _):
    return [row.get("users", row.get("sessions")) for row in rows]


def step_times(rows, _):
    """Users, median and 90 % quantile of each step; then the money of each, in hundredths."""
    steps = [[row["users"], row["median_time"], row["p90_time"]] for row in rows]
    return steps + [[round(100 * float(row["value"] or 0)) for row in rows]]


def group_users(rows, _):
    found = {}
    for row in rows:
        found.setdefault(next(iter(row.values())) or "", []).append(row["users"])
    return found


def brands(rows, _):
    return {
        row["brand"] or "": [row["rows"], round(100 * float(row["money"])), row["users"]]
        for row in rows
    }


def retention(rows, _):
    """Users of each cohort and period, of those that some came back in."""
    return {f"{row['cohort']} {row['period']}": row["users"] for row in rows if row["users"]}


def paths(rows, _):
    return {row["path"]: row["users"] for row in rows}


def transitions(rows, _):
    measures = ("transitions", "users", "median_gap", "p90_gap")
    return {f"{row['from']} > {row['to']}": [row[name] for name in measures] for row in rows}


def matching_users(rows, _):
    return [rows[0]["users"]]


def counts(rows, _):
    return list(rows[0].values())


def waits(rows, _):
    """Users, those who converted, three quantiles, the longest wait, the share that waits on."""
    return list(rows[0].values())[:7]


def summary(rows, _):
    found = {}
    for row in rows:
        measures = {"missing": row["missing"], "distinct": row["distinct"]}
        if row["type"] in ("int", "decimal", "float"):
            measures |= {"min": float(row["min"]), "max": float(row["max"])}
        found[row["column"]] = measures
    return found


def selected(rows, _):
    return select_tasks.answer(row.values() for row in rows)


def loaded(rows, document):
    """The count ended the clock; the next result, of the whole table, is what is compared."""
    row = json.loads(document())[0]
    return [row["rows"], round(100 * float(row["money"]))]


def load(path):
    return (
        f"LOAD '{path}';\nSELECT count(*) AS rows FROM events;\n"
        "SELECT count(*) AS rows, sum(price) AS money FROM events;"
    )


class Task:
    """A task: the group of tasks that share a table, and bql's statements with their reader."""

    def __init__(self, group, statements, read, likeness=None):
        self.group, self.statements, self.read = group, statements, read
        self.alike = likeness or alike


def alike(first, second):
    """Tells whether two answers are the same; fractions may differ in their last digits."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(alike(first[k], second[k]) for k in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(alike, first, second))
    if isinstance(first, float) or isinstance(second, float):
        if first is None or second is None:
            return False
        return abs(first - second) <= 1e-9 * max(abs(first), abs(second))
    return first == second


def alike_steps(first, second):
    """Peers answer no money."""
    return all(map(alike, first[:4], second[:4]))


def alike_measures(first, second):
    """Programs summarize different measures of a column: those that both have are compared."""
    pairs = [(first[name], second[name]) for name in first.keys() & second.keys()]
    return all(alike(a[key], b[key]) for a, b in pairs for key in a.keys() & b.keys())


BRANDS = """SELECT brand, count(*) AS rows, sum(price) AS money, count(DISTINCT user_id) AS users
  FROM events GROUP BY brand;"""

TASKS = {
    "load": Task("load", {"LOAD": None}, loaded),
    "load-quoted": Task(
        "load-quoted", {"quoted, CRLF, bad rows": None, "as generated": None}, loaded
    ),
    "funnel": Task(
        "clustered",
        {"FUNNEL": f"{FUNNEL};", "its users alone": f"SELECT users FROM ({FUNNEL});"}, users,
    ),
    "funnel-brand": Task(
        "clustered",
        {
            "FUNNEL": f"{FUNNEL} BY brand;",
            "its users alone": f"SELECT brand, users FROM ({FUNNEL} BY brand);",
        },
        group_users,
    ),
    "funnel-category": Task(
        "clustered", {"FUNNEL": f"{FUNNEL} BY split_part(category_code, '.', 1);"}, group_users
    ),
    "funnel-session": Task(
        "clustered",
        {
            "FUNNEL": f"{FUNNEL} PER session;",
            "its sessions alone": f"SELECT sessions FROM ({FUNNEL} PER session);",
        },
        users,
    ),
    "funnel-holding": Task("clustered", {"FUNNEL": f"{FUNNEL} HOLDING product_id;"}, users),
    "funnel-any": Task("clustered", {"FUNNEL": f"{FUNNEL} MODE ANY;"}, users),
    "funnel-times": Task("clustered", {"FUNNEL": f"{FUNNEL};"}, step_times, alike_steps),
    "group-brand": Task("clustered", {"SELECT": BRANDS}, brands),
    "distinct": Task(
        "clustered",
        {"SELECT": "SELECT count(DISTINCT user_id), count(DISTINCT user_session) FROM events;"},
        counts,
    ),
    "sessionize": Task(
        "clustered", {"SESSIONS": "SELECT count(*) FROM (SESSIONS GAP 30m);"}, counts
    ),
    "retention": Task("clustered", {"RETENTION": "RETENTION OF view EVERY week FOR 12;"}, retention),
    "timing": Task("clustered", {"TIMING": "TIMING view TO purchase;"}, waits),
    "paths": Task("clustered", {"PATHS": "PATHS STEPS 3 KEEP 1000 AS SEQUENCES;"}, paths),
    "transitions": Task("clustered", {"TRANSITIONS": "TRANSITIONS;"}, transitions),
    "match": Task(
        "clustered", {"MATCH": "MATCH view -> cart -> purchase TIES SOURCE;"}, matching_users
    ),
    "summarize": Task("plain", {"SUMMARIZE": "SUMMARIZE events;"}, summary, alike_measures),
    "start": Task("start", {"SELECT 1": None}, None),
} | {
    name: Task("select", {"SELECT": text + ";"}, selected)
    for name, text in select_tasks.STATEMENTS.items()
} | {
    name: Task("customers", {verb: text + ";"}, read, likeness)
    for name, (verb, text, read, likeness) in customer_tasks.TASKS.items()
}

#: What bql does before the questions of a group, after LOAD.
PREPARATIONS = {"select": select_tasks.PREPARATION}
