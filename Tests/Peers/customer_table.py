"""Writes the made-up customer table in data/: the header of the published customer model, 276 columns.

217 columns are those that FEATURES derives from data/shop.csv.gz; the 59 latent factors, which it does
not derive, are drawn from gamma distributions and say nothing.

    python Tests/Peers/customer_table.py data/customers.csv.gz
"""

import csv
import gzip
import io
import random
import sys

import program

STATEMENT = "FEATURES USING customer_model SNAPSHOTS 3 MINIMUM 6 PURCHASES"
FACTORS = [f"view_latent_factor{number}" for number in range(41)]
FACTORS += [f"purchase_latent_factor{number}" for number in range(18)]
WHOLE = {"row_id", "user_id", "time_step", "target_event"}


def rounded(name, text):
    """Returns a number to six digits, as published tables have; identifiers stay as they are."""
    return text if name in WHOLE or text == "" else f"{float(text):.6g}"


def main(path):
    text = program.run("data/shop.csv.gz", "--quiet", "--format", "csv", "-c", STATEMENT)
    header, *rows = csv.reader(io.StringIO(text))
    place = header.index("target_event")
    draw = random.Random(1)
    table = [header[:place] + FACTORS + header[place:]]
    for row in rows:
        cells = [rounded(name, cell) for name, cell in zip(header, row, strict=True)]
        drawn = [f"{draw.gammavariate(0.5, 0.2):.4g}" for _ in FACTORS]
        table.append(cells[:place] + drawn + cells[place:])
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(table)
    with open(path, "wb") as file:
        file.write(gzip.compress(out.getvalue().encode(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
