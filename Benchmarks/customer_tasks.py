"""The tasks about customers: their statements, the columns of the base model, and their answers.

An answer has one row, so that what is measured is the work and not the way of its rows. It adds up
every column: none can be left out.
"""

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


def parts(rows, _):
    """Returns the users of each segment, the most valuable first, and the inertia if it is told."""
    rows = [row for row in rows if row["segment"] not in (None, "S0")]
    rows.sort(key=lambda row: int(row["segment"][1:]))
    return {
        "users": [row["users"] for row in rows],
        "inertia": float(rows[0]["inertia"]) if rows and "inertia" in rows[0] else None,
    }


def alike_parts(first, second):
    """Tells whether bql's partition, the first, is as good as a peer's: at most 0.1 % worse.

    Where the inertia is not told, the sizes of the parts tell.
    """
    if len(first["users"]) != len(second["users"]):
        return False
    if first["inertia"] is not None and second["inertia"] is not None:
        return first["inertia"] <= 1.001 * second["inertia"]
    pairs = zip(first["users"], second["users"])
    return all(abs(one - other) <= 0.02 * max(one, other) for one, other in pairs)


def alike_fits(first, second):
    """Tells whether bql's parts are as good as those of a peer's fit with as many parts.

    A peer answers all its fits: `{number of parts: inertia}`.
    """
    if isinstance(second, dict) and "users" not in second:
        k = str(len(first["users"]))
        return k in second and (
            first["inertia"] is None or first["inertia"] <= 1.001 * second[k]
        )
    return first == second


SEGMENT = "SEGMENT k={} ON rfm USING kmeans SCALE LOGZ SEED 1"

#: The verb, statement, reader and likeness (None: values to nine digits) of each task.
TASKS = {
    "features-base": ("FEATURES", FEATURES, summed, None),
    "rfm": ("RFM", RFM, summed, None),
    "kmeans": ("SEGMENT", SEGMENT.format(4), parts, alike_parts),
    "kmeans-auto": ("SEGMENT", SEGMENT.format("AUTO(2..10)"), parts, alike_fits),
}
