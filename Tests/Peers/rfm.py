"""Recency, frequency and monetary value of customers, and their scores, in pandas.

Purchases without a session are orders of their user; purchases without a price add nothing, and a
user of such purchases alone has spent 0.
"""

import pandas

#: Purchases of one user and session at most so far apart are one order.
ORDER_GAP = pandas.Timedelta(seconds=60)


def order_counts(bought):
    """Returns each user's number of orders; rows without a session go by the user alone."""
    bought = bought.assign(session=bought["session"].fillna("")).sort_values(
        ["user", "session", "time"], kind="stable"
    )
    gap = bought.groupby(["user", "session"])["time"].diff()
    begins = gap.isna() | (gap > ORDER_GAP)
    return begins.groupby(bought["user"]).sum()


def scores(worth, levels=5):
    """Returns 1 + floor(levels × share that is strictly worse); equal values have equal scores."""
    worse = worth.rank(method="min").astype(int) - 1
    return 1 + (levels * worse) // len(worth)


def rfm(log, as_of=None, levels=5):
    """Returns recency in days, orders, money and scores, indexed by user, of those who bought.

    `as_of` leaves only the rows before it; without it, it is a day after the log's last event.
    """
    if as_of is None:
        as_of = log["time"].max() + pandas.Timedelta(days=1)
    bought = log[(log["event"] == "purchase") & (log["time"] < as_of)]
    groups = bought.groupby("user")
    found = pandas.DataFrame(
        {
            "recency": (as_of - groups["time"].max()) / pandas.Timedelta(days=1),
            "frequency": order_counts(bought),
            "monetary": groups["price"].sum(),
        }
    )
    found["r"] = scores(-found["recency"], levels)
    found["f"] = scores(found["frequency"], levels)
    # Sums of hundredths: fractions must not part equal sums.
    found["m"] = scores((100 * found["monetary"]).round(), levels)
    return found
