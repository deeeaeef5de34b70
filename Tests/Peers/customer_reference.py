"""Writes what the customer model of the shipped log is: `customer_reference.py`, no arguments.

`reference/customer_model_users.csv` holds all 217 columns of some users in three snapshots, with 15
digits; an empty field is NULL. `reference/customer_model_totals.csv` holds of each snapshot and
column how many users have a value, and the values' sum, minimum and maximum over all users. Both
are what `FEATURES USING customer_model SNAPSHOTS 3 MARGIN 0.25` is to answer.
"""

import io

import pandas

import customer_model
import program

FOLDER = program.ROOT / "Tests/Peers/reference"
SNAPSHOTS, MARGIN = 3, 0.25
#: Users of each kind in the reference.
OF_A_KIND = 6


def chosen(log):
    """Returns users of several kinds: of many events, of one, of one purchase, and any."""
    users = log.groupby("user").size().sort_index()
    bought = log[log["event"] == "purchase"].groupby("user").size().sort_index()
    kinds = [
        users.sort_values(ascending=False, kind="stable"), users[users == 1],
        bought.sort_values(ascending=False, kind="stable"), bought[bought == 1],
        users.iloc[:: len(users) // OF_A_KIND],
    ]
    return sorted({user for kind in kinds for user in kind.index[:OF_A_KIND]})


def totals(table):
    """Returns a row for each snapshot and column: values, sum, minimum, maximum."""
    features = table.drop(columns=["row_id", "user_id", "time_step"]).astype(float)
    groups = features.groupby(table["time_step"])
    measures = {
        "count": groups.count(), "sum": groups.sum(), "min": groups.min(), "max": groups.max()
    }
    long = pandas.concat({name: values.stack() for name, values in measures.items()}, axis=1)
    # Stacked columns come by name: here in the table's order.
    order = [(step, name) for step in sorted(groups.groups) for name in features.columns]
    long = long.reindex(order)
    long["count"] = long["count"].astype(int)
    return long.rename_axis(["time_step", "column"]).reset_index()


def files(log):
    """Returns the reference's files as {name: text}."""
    table = customer_model.customer_model(log, SNAPSHOTS, MARGIN)
    some = table[table["user_id"].isin(chosen(log))].drop(columns="row_id")
    found = {}
    for name, frame in (("users", some), ("totals", totals(table))):
        text = io.StringIO()
        frame.to_csv(text, index=False, float_format="%.15g", lineterminator="\n")
        found[f"customer_model_{name}.csv"] = text.getvalue()
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in files(customer_model.read(program.SHOP)).items():
        (FOLDER / name).write_text(text)
