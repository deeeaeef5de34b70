"""Writes a log as the table that peers answer from: `clustered.py FILE TABLE.parquet THREADS`.

Its rows are sorted by user and time; within an instant views come before carts and carts before
purchases, else the file's order stands. Times are seconds, prices cents, sessions numbers from 1
in the order of their first rows, `row` a row's number; `state` is the event where the file's order
alone decides within an instant. It is bql's own order, made beforehand, so that reading and sorting
count on neither side.
"""

import os
import sys
from pathlib import Path


def main():
    file, table, threads = sys.argv[1:]
    os.environ["POLARS_MAX_THREADS"] = threads
    import polars as pl
    from answers import EVENTS

    part = Path(table).with_suffix(".part")
    log = pl.scan_csv(
        file,
        schema_overrides={
            "event_type": pl.Enum(EVENTS), "user_id": pl.UInt32, "product_id": pl.UInt32,
            "price": pl.Float64,
            "category_code": pl.Categorical, "brand": pl.Categorical,
        },
    )
    seconds = pl.col("event_time").str.slice(0, 19).str.to_datetime("%Y-%m-%d %H:%M:%S")
    rows = (
        log.select(
            user="user_id", time=seconds.dt.epoch("s").cast(pl.UInt32), event="event_type",
            product="product_id", category="category_code", brand="brand",
            cents=(pl.col("price") * 100).round().cast(pl.Int32), session="user_session",
        )
        .with_row_index("place")
        .sort("user", "time", "event", "place")
        .drop("place")
        .collect()
    )
    states = log.select(
        user="user_id", time=seconds, state="event_type"
    ).with_row_index("place").sort("user", "time", "place").select("state").collect()
    rows = rows.hstack(states)
    sessions = rows.select("user", "session").unique(maintain_order=True)
    sessions = sessions.with_row_index("number", offset=1)
    rows = rows.join(sessions, on=["user", "session"], how="left", maintain_order="left")
    rows = rows.with_columns(session="number").drop("number").with_row_index("row")
    rows.write_parquet(part, compression="lz4", row_group_size=122_880)
    part.rename(table)


if __name__ == "__main__":
    main()
