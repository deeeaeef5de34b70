"""The rows that TRAIN churn learns from and is judged by, written by FEATURES."""

import subprocess
from datetime import datetime, timedelta

import numpy as np
import polars

import program

HORIZON = timedelta(days=28)
SNAPSHOTS = 4


class Rows:
    """Features, labels (1 = left) and users of a generated log; the newest cutoff's are the test.

    TRAIN's cutoffs are the log's end less one HORIZON, two, and so on; the customer model of
    FEATURES has its own at AS OF and before. Both see who had bought up to the cutoff.
    """

    def __init__(self, folder, users, seed, snapshots=SNAPSHOTS):
        folder.mkdir(parents=True, exist_ok=True)
        self.log, self.seed = folder / "log.csv", seed
        with open(self.log, "w") as file:
            command = [program.PROGRAM, "generate", "--users", str(users), "--seed", str(seed)]
            subprocess.run(command, stdout=file, check=True, timeout=300)
        [end] = program.answer("SELECT max(event_time) AS t FROM events", self.log)
        self.cutoff = datetime.fromisoformat(end["t"]) - HORIZON
        path = folder / "rows.csv"
        statement = (
            f"SELECT * FROM (FEATURES USING customer_model AS OF '{self.cutoff}' "
            f"SNAPSHOTS {snapshots} HORIZON 28d UNFILLED) WHERE purchase_count_sum > 0 "
            f"INTO '{path}'"
        )
        program.run(self.log, "--quiet", "-c", statement)
        rows = polars.read_csv(path, infer_schema_length=None)
        # Rows to learn from first; otherwise as they stand.
        is_older = polars.col("time_step") > 0
        rows = polars.concat([rows.filter(is_older), rows.filter(~is_older)])
        self.training = rows.filter(is_older).height
        self.names = [
            name
            for name in rows.columns
            if name not in ("row_id", "user_id", "time_step") and not name.startswith("target_")
        ]
        features = rows.select(polars.col(self.names).cast(polars.Float64).fill_null(np.nan))
        self.features = features.to_numpy()
        self.labels = rows["target_event"].cast(polars.Float64).to_numpy()
        self.revenue = rows["target_revenue"].cast(polars.Float64).fill_null(0).to_numpy()
        self.users = rows["user_id"].to_numpy()
