"""The tasks about customers: their statements, the columns of the base model, and their answers.

An answer has one row, so that what is measured is the work and not the way of its rows. It adds up
every column: none can be left out.
"""

import json

MARGIN = 0.25
DAY = 86_400
#: The periods of the model are four weeks.
PERIOD = 28 * DAY
#: Purchases of one user and session at most so many seconds apart are one order.
ORDER_GAP = 60

CALENDAR = (
    "start_year start_yearday start_month start_monthday start_week start_weekday start_isweekend"
    " start_hour"
).split()
KINDS = ["view", "cart", "purchase"]
MEASURES = [
    "length", *CALENDAR, "haspurchase", "click_count", *(f"{kind}_count" for kind in KINDS),
    "time_to_click", *(f"time_to_{kind}" for kind in KINDS),
    *(f"{kind}_revenue" for kind in KINDS),
    "time_to_click_revenue", *(f"time_to_{kind}_revenue" for kind in KINDS),
    "session_number", "inter_session_time", "session_recency",
    "purchase_number", "inter_purchase_time", "purchase_recency",
]
#: The measures that may be missing; of no values at all, the sum is missing as well.
OPTIONAL = [
    name for name in MEASURES
    if name.startswith(("time_to_", "inter_", "purchase_")) and name != "purchase_count"
    or name.endswith("_revenue")
]
STATISTICS = ["mean", "sum", "min", "max", "stddev", "cv"]
RATIOS = {
    "session_count_ratio": "session_number_max", "click_count_ratio": "click_count_sum",
    "transaction_count_ratio": "purchase_count_sum",
}
PERIOD_MEASURES = ["session_count", "purchase_count", "purchase_revenue", "customer_value"]
PERIOD_COLUMNS = [
    f"{name}_month_{ending}"
    for name in PERIOD_MEASURES for ending in ("lag0", "lag1", "lag2", "lag3", "ma3")
]
#: The 209 columns.
COLUMNS = [f"{m}_{s}" for s in STATISTICS for m in MEASURES] + list(RATIOS) + PERIOD_COLUMNS

#: What gaps are filled with; the first rule that fits.
TO_ZERO = [name for name in COLUMNS if name.endswith(("_stddev", "_ma3")) or "_month_lag" in name]
TO_MAXIMUM = [
    name for name in COLUMNS
    if (name.startswith(("inter_", "time_to_")) or name.endswith("_cv")) and name not in TO_ZERO
]
TO_ZERO += [
    f"{kind}_revenue_{statistic}" for kind in KINDS for statistic in ("sum", "mean", "min", "max")
]

SUMS = ", ".join(f"sum({name})" for name in COLUMNS)
FEATURES = (
    f"SELECT count(*), count(purchase_number_mean), {SUMS} FROM (FEATURES USING base MARGIN {MARGIN})"
)
#: Of a user's scores and measures, so that one score at another user changes the answer.
RFM_SUMS = [
    "count(*)", "sum(recency)", "sum(frequency)", "sum(monetary)", "sum(r * recency)",
    "sum(f * frequency)", "sum(m * monetary)", "sum(r * f * m)",
]
RFM = f"SELECT {', '.join(RFM_SUMS)} FROM (RFM)"
def numbers(row):
    """Returns the values of an answer's only row."""
    return [None if value in (None, "\\N") else float(value) for value in row]


def summed(rows, _):
    """Returns the sums, in the statement's order; names repeat nowhere."""
    return numbers(rows[0].values())


def parts(rows, document):
    """Returns the users of each segment, the most valuable first, and the inertia.

    The profile ended the clock. The next result has each segment's variances, the one behind it
    those of all: by them the inertia of the scaled matrix is known without it.
    """
    rows = [row for row in rows if row["segment"] not in (None, "S0")]
    rows.sort(key=lambda row: int(row["segment"][1:]))
    within, (whole,) = json.loads(document()), json.loads(document())
    return {
        "users": [row["users"] for row in rows],
        "inertia": sum(
            part["n"] * part[name] / whole[name] for part in within for name in ("r", "f", "m")
        ),
    }


def alike_parts(first, second):
    """Tells whether bql's parts, the first, are as good as a peer's: at most 0.1 % worse."""
    same = len(first["users"]) == len(second["users"])
    return same and first["inertia"] <= 1.001 * second["inertia"]


def alike_fits(first, second):
    """Tells whether bql's parts are as good as those of a peer's fit with as many parts.

    A peer answers all its fits: `{number of parts: inertia}`.
    """
    if "users" in second:
        return first == second
    k = str(len(first["users"]))
    return k in second and first["inertia"] <= 1.001 * second[k]


VARIANCES = "count(*) AS n, " + ", ".join(
    f"var_pop(ln(1 + {name}::float)) AS {name[0]}" for name in ("recency", "frequency", "monetary")
)
SEGMENT = f"""SEGMENT k={{}} ON rfm USING kmeans SCALE LOGZ SEED 1;
SHOW SEGMENT segment;
SELECT {VARIANCES} FROM (RFM) AS q JOIN users ON q.user = users.user_id GROUP BY users.segment;
SELECT {VARIANCES} FROM (RFM)"""

#: The verb, statement, reader and likeness (None: values to nine digits) of each task.
TASKS = {
    "features-base": ("FEATURES", FEATURES, summed, None),
    "rfm": ("RFM", RFM, summed, None),
    "kmeans": ("SEGMENT", SEGMENT.format(4), parts, alike_parts),
    "kmeans-auto": ("SEGMENT", SEGMENT.format("AUTO(2..10)"), parts, alike_fits),
}
