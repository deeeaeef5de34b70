"""The customer model from its definitions alone, in pandas: slow, obvious, a column at a time.

An event log here is a frame with the columns `user`, `session`, `time` (datetime64, whole seconds),
`event` and `price` (float, NaN where it is missing). All calendars are UTC's.

What the definitions leave open is read so:

- A row without a session id is in no session; it counts for targets and for the log's ends. A user
  of such rows alone has no row.
- The sum of no price is NULL: `view_revenue` of a session without a view, and so `_sum` over
  sessions of which none has a value. Counts are 0.
- `session_recency` looks to the latest session start of all users in the feature window, and
  `purchase_recency` to the same instant, on sessions with a purchase.
- A period is [end - 28 d, end), sessions are in the one of their start. The first period is that of
  the oldest session of any user. A period in the window in which a user did nothing counts as 0;
  one before the window is NULL, and `_ma3` is the mean of those of the last three that are in it.
- `base`, `engagement` and `rfm` take the whole log, or the rows before AS OF: no snapshot is cut.
- The ends of snapshots lie a horizon apart.
- Only users of enough purchases have rows, and gaps are filled with maxima over these; but time
  frames, recencies and periods are those of the whole log.
- The weeks of `target_customer_value` are from the log's first event to the end, with fractions;
  the value goes into `target_actual_profit`, whose mean over draws is exact. No revenue is 0.
- `target_customer_value_lag1` is 0 in the oldest snapshot asked for, and for whom has no row there.
"""

import numpy
import pandas

#: What a session is measured by, and how its measures are brought together, in the table's order.
MEASURES = """length start_year start_yearday start_month start_monthday start_week start_weekday
  start_isweekend start_hour haspurchase click_count view_count cart_count purchase_count
  time_to_click time_to_view time_to_cart time_to_purchase view_revenue cart_revenue
  purchase_revenue time_to_click_revenue time_to_view_revenue time_to_cart_revenue
  time_to_purchase_revenue session_number inter_session_time session_recency purchase_number
  inter_purchase_time purchase_recency""".split()
STATISTICS = ["mean", "sum", "min", "max", "stddev", "cv"]
RATIOS = ["session_count_ratio", "click_count_ratio", "transaction_count_ratio"]
PERIOD_MEASURES = ["session_count", "purchase_count", "purchase_revenue", "customer_value"]
PERIOD_ENDINGS = ["lag0", "lag1", "lag2", "lag3", "ma3"]

STATISTIC_COLUMNS = [f"{measure}_{statistic}" for statistic in STATISTICS for measure in MEASURES]
PERIOD_COLUMNS = [
    f"{measure}_month_{ending}" for measure in PERIOD_MEASURES for ending in PERIOD_ENDINGS
]
#: 186 + 3 + 20.
BASE = STATISTIC_COLUMNS + RATIOS + PERIOD_COLUMNS
TARGETS = [
    "target_event", "target_revenue", "target_customer_value", "time_step",
    "target_customer_value_lag1", "target_actual_profit",
]
#: The 217 columns that are not latent factors.
CUSTOMER_MODEL = ["row_id", "user_id"] + BASE + TARGETS
ENGAGEMENT = (
    [f"{name}_count_{s}" for name in ("click", "view", "cart", "purchase") for s in ("sum", "mean")]
    + ["haspurchase_mean", "length_mean", "session_recency_min", "inter_session_time_mean"]
    + RATIOS
    + [f"session_count_month_{ending}" for ending in PERIOD_ENDINGS]
)

DAY = pandas.Timedelta(days=1)
PERIOD = 28 * DAY
#: What is known of a retention offer: its cost, and the chances that who leaves or stays takes it.
OFFER_COST = 20
KEEPS_A_CHURNER = 2.042 / (2.042 + 202.116)
STAYER_TAKES_IT = 6.12 / (6.12 + 3.15)


def read(path):
    """Reads a log of REES46's header."""
    log = pandas.read_csv(
        path, usecols=["event_time", "event_type", "price", "user_id", "user_session"],
        dtype={"price": float, "user_session": object, "event_type": object},
    )
    times = pandas.to_datetime(log["event_time"], format="%Y-%m-%d %H:%M:%S UTC")
    return pandas.DataFrame(
        {
            "user": log["user_id"], "session": log["user_session"], "time": times,
            "event": log["event_type"], "price": log["price"],
        }
    )


# Level 1: sessions.


def quotient(numerator, denominator):
    """Divides; what is divided by zero is missing."""
    return numerator / denominator.where(denominator != 0)


def days(difference):
    return difference / DAY


def session_table(log):
    """Returns a row for each session and a column for each measure; no session, no row."""
    log = log[log["session"].notna()]
    groups = log.groupby(["user", "session"], sort=True)
    table = pandas.DataFrame({"start": groups["time"].min(), "end": groups["time"].max()})

    def count(rows):
        counts = rows.groupby(["user", "session"]).size()
        return counts.reindex(table.index, fill_value=0).astype(float)

    def revenue(rows):
        # The sum of no price at all is missing.
        return rows.groupby(["user", "session"])["price"].sum(min_count=1).reindex(table.index)

    start = table["start"]
    table["length"] = (table["end"] - start) / pandas.Timedelta(minutes=1)
    table["start_year"] = start.dt.year
    table["start_yearday"] = start.dt.day_of_year
    table["start_month"] = start.dt.month
    table["start_monthday"] = start.dt.day
    table["start_week"] = start.dt.isocalendar()["week"].astype(int)
    # pandas counts from Monday = 0.
    table["start_weekday"] = (start.dt.day_of_week + 1) % 7 + 1
    table["start_isweekend"] = (start.dt.day_of_week >= 5).astype(int)
    table["start_hour"] = start.dt.hour
    kinds = {"view": "view", "cart": "cart", "purchase": "purchase"}
    table["click_count"] = count(log)
    for name, event in kinds.items():
        table[f"{name}_count"] = count(log[log["event"] == event])
        table[f"{name}_revenue"] = revenue(log[log["event"] == event])
    table["haspurchase"] = (table["purchase_count"] > 0).astype(int)
    table["time_to_click"] = quotient(table["length"], table["click_count"])
    table["time_to_click_revenue"] = quotient(table["length"], revenue(log))
    for name in kinds:
        table[f"time_to_{name}"] = quotient(table["length"], table[f"{name}_count"])
        table[f"time_to_{name}_revenue"] = quotient(table["length"], table[f"{name}_revenue"])

    table = table.reset_index().sort_values(["user", "start", "session"], ignore_index=True)
    latest = table["start"].max()

    def number(rows, prefix, gap):
        """Numbers the sessions of each user and measures their distances, of these rows alone."""
        own = rows.groupby("user")["start"]
        table.loc[rows.index, f"{prefix}_number"] = own.cumcount() + 1.0
        table.loc[rows.index, gap] = days(own.diff())
        table.loc[rows.index, f"{prefix}_recency"] = days(latest - rows["start"])

    for column in MEASURES[-6:]:
        table[column] = numpy.nan
    number(table, "session", "inter_session_time")
    number(table[table["haspurchase"] == 1], "purchase", "inter_purchase_time")
    return table


# Level 2: users.


def statistics(sessions):
    """Returns six statistics of each measure over each user's sessions."""
    groups = sessions[["user"] + MEASURES].astype(float).groupby("user")
    found = {
        "mean": groups.mean(), "sum": groups.sum(min_count=1), "min": groups.min(),
        "max": groups.max(), "stddev": groups.std(ddof=1),
    }
    found["cv"] = quotient(found["stddev"], found["mean"])
    tables = [found[name][MEASURES].add_suffix(f"_{name}") for name in STATISTICS]
    return pandas.concat(tables, axis=1).copy()


def periods(sessions, margin):
    """Returns the period features: each period is four weeks, the last ends at the last start."""
    end = sessions["start"].max() + pandas.Timedelta(seconds=1)
    # A start that lies whole periods before the end begins the later one: [end - 28 d, end) is 0.
    age = numpy.ceil((end - sessions["start"]) / PERIOD).astype(int) - 1
    users = numpy.sort(sessions["user"].unique())
    ages = range(age.max() + 1)

    def spread(values):
        """Returns a row a user, a column a period, its number counted back; 0 where it is empty."""
        sums = values.groupby([sessions["user"], age]).sum().unstack(fill_value=0.0)
        return sums.reindex(index=users, columns=ages, fill_value=0.0).fillna(0.0)

    tables = {
        "session_count": spread(pandas.Series(1.0, sessions.index)),
        "purchase_count": spread(sessions["haspurchase"].astype(float)),
        "purchase_revenue": spread(sessions["purchase_revenue"]),
    }
    profit = tables["purchase_revenue"] * margin
    # The mean of the period and of all before it, from the window's first.
    tables["customer_value"] = pandas.DataFrame(
        {back: profit[[other for other in ages if other >= back]].mean(axis=1) for back in ages}
    )
    found = {}
    for measure in PERIOD_MEASURES:
        table = tables[measure]
        for back in range(4):
            inside = back in table.columns
            found[f"{measure}_month_lag{back}"] = table[back] if inside else numpy.nan
        last = [back for back in range(3) if back in table.columns]
        found[f"{measure}_month_ma3"] = table[last].mean(axis=1)
    return pandas.DataFrame(found, index=users)[PERIOD_COLUMNS]


def unfilled(log, margin):
    """Returns the 209 features of each user of a feature window, NULL where they are undefined."""
    sessions = session_table(log)
    users = statistics(sessions)
    clicks = sessions.groupby("user")["click_count"].sum()
    purchases = sessions.groupby("user")["purchase_count"].sum()
    oldest = users["session_recency_max"]
    users["session_count_ratio"] = quotient(users["session_number_max"], oldest)
    users["click_count_ratio"] = quotient(clicks, oldest)
    users["transaction_count_ratio"] = quotient(purchases, oldest)
    return users.join(periods(sessions, margin))[BASE].copy()


def filled(users):
    """Fills gaps by the three rules, in their order, over the rows of one snapshot."""
    users = users.copy()
    for name in users.columns:
        if name.endswith(("_lag0", "_lag1", "_lag2", "_lag3", "_ma3", "_stddev")):
            users[name] = users[name].fillna(0)
    for name in users.columns:
        if name.startswith(("inter_", "time_to_")) or name.endswith("_cv"):
            users[name] = users[name].fillna(users[name].max())
    for name in users.columns:
        prefix, _, statistic = name.rpartition("_")
        if prefix in ("view_revenue", "cart_revenue", "purchase_revenue"):
            if statistic in ("sum", "mean", "min", "max"):
                users[name] = users[name].fillna(0)
    return users


def base(log, margin, is_filled=True):
    """Returns the 209 features of each user, indexed by user, of the whole log."""
    found = unfilled(log, margin)
    return filled(found) if is_filled else found


def engagement(log, margin=0.0):
    return base(log, margin)[ENGAGEMENT]


# Snapshots and targets.


def last_instant(log):
    """Returns the start of the Sunday on or before the last event."""
    day = log["time"].max().normalize()
    return day - (day.day_of_week + 1) % 7 * DAY


def frequent_buyers(log, least):
    """Returns the users with so many sessions that contain a purchase, in the whole log."""
    bought = log[(log["event"] == "purchase") & log["session"].notna()]
    counts = bought.drop_duplicates(["user", "session"]).groupby("user").size()
    return set(counts[counts >= least].index) if least > 0 else set(log["user"])


def targets(log, users, cutoff, end, margin):
    """Returns what comes behind the cutoff, for these users, and their value up to the end."""
    weeks = lambda span: span / (7 * DAY)
    revenue = lambda rows: rows.groupby("user")["price"].sum().reindex(users).fillna(0)
    bought = log[log["event"] == "purchase"]
    ahead = bought[(bought["time"] > cutoff) & (bought["time"] <= end)]
    profit = revenue(bought[bought["time"] <= end]) * margin
    # The log begins with its first event.
    whole = weeks(end - log["time"].min())
    return pandas.DataFrame(
        {
            "target_event": (~users.isin(ahead["user"])).astype(int),
            "target_revenue": revenue(ahead),
            "target_customer_value": profit / whole * weeks(end - cutoff),
        },
        index=users,
    )


def expected_profit(targets):
    """Returns the mean of an offer's profit over the draws of its two chances."""
    gain = KEEPS_A_CHURNER * (targets["target_customer_value"] - OFFER_COST)
    loss = STAYER_TAKES_IT * OFFER_COST
    churned = targets["target_event"]
    return churned * gain - (1 - churned) * loss


def customer_model(log, snapshots, margin, horizon=PERIOD, least=0, is_filled=True):
    """Returns the 217 columns: a row a user and snapshot, by snapshot, then by user."""
    kept = frequent_buyers(log, least)
    features, aims = [], []
    for step in range(snapshots):
        end = last_instant(log) - step * horizon
        cutoff = end - horizon
        users = unfilled(log[log["time"] <= cutoff], margin)
        users = users[users.index.isin(kept)]
        features.append(filled(users) if is_filled else users)
        aims.append(targets(log, users.index, cutoff, end, margin).assign(time_step=step))
    for step, own in enumerate(aims):
        # The next snapshot is the one before in time.
        older = aims[step + 1]["target_customer_value"] if step + 1 < snapshots else own.iloc[:0, 0]
        own["target_customer_value_lag1"] = older.reindex(own.index).fillna(0)
        own["target_actual_profit"] = expected_profit(own)
    tables = [pandas.concat(pair, axis="columns") for pair in zip(features, aims)]
    table = pandas.concat(tables)
    keys = pandas.DataFrame({"row_id": range(len(table)), "user_id": table.index})
    return pandas.concat([keys, table.reset_index(drop=True)], axis="columns")[CUSTOMER_MODEL]
