"""Makes event logs, writes them as CSV, and reads them into Python and DuckDB."""

import csv
import gzip
import random
from datetime import datetime, timezone
from typing import NamedTuple, Optional

HEADER = (
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
).split(",")


class Row(NamedTuple):
    """One row of a log; `place` is its place in the file, time is in seconds, price in cents."""

    place: int
    time: int
    event: str
    product: int
    category: Optional[str]
    brand: Optional[str]
    price: Optional[int]
    user: int
    session: Optional[str]


def crowded(seed, users, rows, seconds, longest=40):
    """Draws rows at few instants, in an order of the file that is not the order of time."""
    draw = random.Random(seed)
    made = []
    counts = {}
    while len(made) < rows:
        user = 500_000_000 + draw.randrange(users)
        if counts.get(user, 0) >= longest:
            continue
        counts[user] = counts.get(user, 0) + 1
        # Few instants a user: many rows share one.
        time = 1_569_888_000 + draw.randrange(max(seconds // 400, 1)) * 400 + draw.choice([0, 0, 1])
        row = Row(
            len(made),
            time,
            draw.choices(["view", "cart", "purchase", "remove_from_cart"], [5, 3, 2, 1])[0],
            draw.randrange(1_000, 1_020),
            draw.choice([None, "a.b", "a.c", "b.d", "c"]),
            draw.choice([None, "x", "y", "z", "W"]),
            draw.choice([None, 0, 1, 999, 1_000, 12_345, 99_999]),
            user,
            draw.choice([None, "s1", "s2", "s3"]),
        )
        made.append(row)
        if draw.random() < 0.02:
            made.append(row._replace(place=len(made)))
            counts[user] += 1
    return made[:rows]


def write(path, rows):
    """Writes rows as a log of REES46's header."""
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for row in rows:
            time = datetime.fromtimestamp(row.time, timezone.utc)
            price = "" if row.price is None else f"{row.price // 100}.{row.price % 100:02}"
            writer.writerow(
                [
                    time.strftime("%Y-%m-%d %H:%M:%S UTC"), row.event, row.product,
                    2_000_000_000_000_000_000 + row.product, row.category or "", row.brand or "",
                    price, row.user, row.session or "",
                ]
            )


def read(path):
    """Reads a log with Python's own reader."""
    opened = gzip.open(path, "rt", newline="") if str(path).endswith(".gz") else open(path, newline="")
    days = {}
    rows = []
    with opened as file:
        reader = csv.reader(file)
        assert next(reader) == HEADER
        for place, cells in enumerate(reader):
            time, event, product, _, category, brand, price, user, session = cells
            day = days.get(time[:10])
            if day is None:
                midnight = datetime.strptime(time[:10], "%Y-%m-%d").replace(tzinfo=timezone.utc)
                day = days[time[:10]] = int(midnight.timestamp())
            second = int(time[11:13]) * 3600 + int(time[14:16]) * 60 + int(time[17:19])
            whole, _, part = price.partition(".")
            cents = int(whole) * 100 + int((part + "00")[:2]) if price else None
            rows.append(
                Row(
                    place, day + second, event, int(product), category or None, brand or None,
                    cents, int(user), session or None,
                )
            )
    return rows


def load_duckdb(connection, path):
    """Reads a log with DuckDB into the table `log`, with `t` in seconds and the rows' places."""
    connection.execute(
        f"""
        CREATE TABLE log AS
        SELECT epoch(strptime(event_time, '%Y-%m-%d %H:%M:%S UTC'))::BIGINT AS t,
          row_number() OVER () - 1 AS place, *
        FROM read_csv('{path}', header = true, nullstr = '', parallel = false, columns = {{
          event_time: VARCHAR, event_type: VARCHAR, product_id: BIGINT, category_id: BIGINT,
          category_code: VARCHAR, brand: VARCHAR, price: 'DECIMAL(12, 2)', user_id: BIGINT,
          user_session: VARCHAR}})
        """
    )


def day(text):
    """Returns the second at which a day begins."""
    return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc).timestamp())
