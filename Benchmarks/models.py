"""Times boosting next to LightGBM, XGBoost and scikit-learn on one generated table.

    python Benchmarks/models.py [--rounds 3] [--threads 2] [--explained 2000]

The table has 112,610 rows of 60 columns (signal, noise, skew, counts; one value in twenty missing);
four fifths are learnt from, 300 trees of 31 leaves at rate 0.05. Training starts from the values in
memory and so includes binning.

Each program runs in a process of its own, so that no peer's threads wait beside another's, and each
peer under both ways for idle OpenMP threads to wait: OMP_WAIT_POLICY=ACTIVE, where they spin, and
PASSIVE, where they sleep. One is faster for training, another for prediction, and for one peer and
not the next: of training, prediction and SHAP values each, the fastest round under either counts.
Programs take their turns. Processor time stands beside wall time: it tells on a machine that is busy
with other things, but counts spinning as work; it is the least of any round, too.

The ModelRunner of Benchmarks/models is built first, or named by BQL_MODEL_RUNNER; the packages are
those of Tests/Peers/requirements.txt. One JSON object a line goes to standard output, a table of the
ratios to standard error.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
ROWS, TRAINING, COLUMNS = 112_610, 90_088, 60
TREES, LEAVES, RATE = 300, 31, 0.05
POLICIES = "ACTIVE", "PASSIVE"
PARTS = "train", "predict", "shap"


def generated(seed=0):
    draw = np.random.default_rng(seed)
    signal = draw.normal(size=(ROWS, 20))
    noise = draw.normal(size=(ROWS, 20))
    skew = np.exp(1.5 * draw.normal(size=(ROWS, 15)))
    counts = draw.poisson(np.exp(draw.normal(size=(ROWS, 5))))
    rows = np.hstack([signal, noise, skew, counts])
    margin = signal[:, 0] * signal[:, 1] + 0.8 * np.sin(2 * signal[:, 2]) - 1.5
    margin += 0.6 * (signal[:, 3] > 0.5) * signal[:, 4] - 0.3 * signal[:, 5] ** 2
    margin += 0.5 * np.log(skew[:, 0]) * (counts[:, 0] > 1) + 0.4 * np.log1p(skew[:, 1])
    margin += 0.3 * counts[:, 1] + signal[:, 6:15] @ np.linspace(0.05, 0.3, 9)
    labels = (draw.random(ROWS) < 1 / (1 + np.exp(-margin))).astype(float)
    rows[draw.random(rows.shape) < 0.05] = np.nan
    return rows, labels


class Watch:
    """Wall and processor seconds of parts, by name."""

    def __init__(self):
        self.parts = {}

    def __call__(self, name, body):
        start = time.perf_counter(), time.process_time()
        result = body()
        self.parts[name] = time.perf_counter() - start[0], time.process_time() - start[1]
        return result


def bql(folder, threads, explained):
    runner = os.environ.get("BQL_MODEL_RUNNER", ROOT / ".build/release/ModelRunner")
    arguments = [f"trees={TREES}", f"leaves={LEAVES}", f"rate={RATE}", f"threads={threads}"]
    written = subprocess.run(
        [runner, folder, *arguments, f"shap={explained}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = {line.split()[0]: [float(x) for x in line.split()[1:]] for line in written.splitlines()}
    return {name: lines[name] for name in PARTS}, lines["auc"][0]


def run_lightgbm(rows, labels, threads, explained):
    import lightgbm

    watch = Watch()
    parameters = dict(
        objective="binary",
        num_leaves=LEAVES,
        learning_rate=RATE,
        num_threads=threads,
        verbose=-1,
    )

    def train():
        data = lightgbm.Dataset(rows[:TRAINING], labels[:TRAINING])
        return lightgbm.train(parameters, data, TREES)

    model = watch("train", train)
    test = rows[TRAINING:]
    scores = watch("predict", lambda: model.predict(test, raw_score=True, num_threads=threads))
    watch(
        "shap",
        # What the shap package calls for models of LightGBM.
        lambda: model.predict(test[:explained], pred_contrib=True, num_threads=threads),
    )
    return watch.parts, scores


def run_xgboost(rows, labels, threads, explained):
    import xgboost

    watch = Watch()
    parameters = dict(
        objective="binary:logistic",
        max_leaves=LEAVES,
        grow_policy="lossguide",
        max_depth=0,
        learning_rate=RATE,
        tree_method="hist",
        nthread=threads,
    )

    def train():
        data = xgboost.DMatrix(rows[:TRAINING], labels[:TRAINING], nthread=threads)
        return xgboost.train(parameters, data, TREES)

    model = watch("train", train)
    test = rows[TRAINING:]
    scores = watch(
        "predict",
        lambda: model.predict(xgboost.DMatrix(test, nthread=threads), output_margin=True),
    )
    watch(
        "shap",
        lambda: model.predict(
            xgboost.DMatrix(test[:explained], nthread=threads), pred_contribs=True
        ),
    )
    return watch.parts, scores


def run_scikit(rows, labels, threads, explained):
    from sklearn import ensemble

    watch = Watch()
    model = ensemble.HistGradientBoostingClassifier(
        max_iter=TREES, max_leaf_nodes=LEAVES, learning_rate=RATE, early_stopping=False
    )
    watch("train", lambda: model.fit(rows[:TRAINING], labels[:TRAINING]))
    scores = watch("predict", lambda: model.predict_proba(rows[TRAINING:])[:, 1])
    return watch.parts, scores


PEERS = {"lightgbm": run_lightgbm, "xgboost": run_xgboost, "scikit-learn": run_scikit}


def measure(name, folder, threads, explained):
    """Runs one peer in this process and writes what it found to standard output."""
    rows = np.fromfile(Path(folder) / "x.bin").reshape(COLUMNS, ROWS).T
    labels = np.fromfile(Path(folder) / "y.bin")
    parts, scores = PEERS[name](np.ascontiguousarray(rows), labels, threads, explained)
    from sklearn import metrics

    print(json.dumps({"parts": parts, "auc": metrics.roc_auc_score(labels[TRAINING:], scores)}))


def peer(name, policy, folder, threads, explained):
    """Runs one peer in a process of its own."""
    environment = os.environ | {"OMP_WAIT_POLICY": policy, "OMP_NUM_THREADS": str(threads)}
    command = [sys.executable, __file__, "--peer", name, "--folder", str(folder)]
    command += ["--threads", str(threads), "--explained", str(explained)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return found["parts"], found["auc"]


class Best:
    """The least wall and processor seconds of a program's parts."""

    def __init__(self):
        self.seconds, self.policies, self.auc = {}, {}, None

    def add(self, parts, auc, policy=None):
        self.auc = auc
        for part, (wall, processor) in parts.items():
            kept = self.seconds.get(part, (np.inf, np.inf))
            if wall < kept[0]:
                self.policies[part] = policy
            self.seconds[part] = min(kept[0], wall), min(kept[1], processor)

    def document(self, name):
        seconds = {
            part: {"wall": wall, "processor": processor}
            | ({"policy": self.policies[part]} if self.policies[part] else {})
            for part, (wall, processor) in self.seconds.items()
        }
        return {"program": name, "auc": self.auc, "seconds": seconds}


def print_ratios(best):
    """Prints bql against each peer: how many times its seconds the peer takes."""
    widths = "<8", "<13", ">8", ">8", ">9", ">9", ">9", ">8"

    def show(*cells):
        line = "  ".join(f"{cell:{width}}" for cell, width in zip(cells, widths))
        print(line.rstrip(), file=sys.stderr)

    print(file=sys.stderr)
    show("part", "peer", "bql s", "peer s", "peer/bql", "of cpu", "policy", "auc")
    own = best["bql"]
    for part in PARTS:
        for name, other in best.items():
            if name == "bql" or part not in other.seconds:
                continue
            (wall, processor), (peer_wall, peer_processor) = own.seconds[part], other.seconds[part]
            show(
                part, name, f"{wall:.3f}", f"{peer_wall:.3f}", f"{peer_wall / wall:.2f}",
                f"{peer_processor / processor:.2f}", other.policies[part].lower(),
                f"{other.auc:.5f}" if part == "train" else "",
            )
    print(f"auc of bql {own.auc:.5f}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--explained", type=int, default=2000)
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.peer:
        measure(asked.peer, asked.folder, asked.threads, asked.explained)
        return
    if "BQL_MODEL_RUNNER" not in os.environ:
        build = ["swift", "build", "-c", "release", "--product", "ModelRunner"]
        subprocess.run(build, cwd=ROOT, check=True, stdout=sys.stderr)
    best = {name: Best() for name in ("bql", *PEERS)}
    with tempfile.TemporaryDirectory() as folder:
        rows, labels = generated()
        (Path(folder) / "shape").write_text(f"{ROWS} {COLUMNS} {TRAINING} {'n' * COLUMNS}")
        rows.T.tofile(Path(folder) / "x.bin")
        labels.tofile(Path(folder) / "y.bin")
        del rows
        for _ in range(asked.rounds):
            best["bql"].add(*bql(folder, asked.threads, asked.explained))
            for name in PEERS:
                for policy in POLICIES:
                    found = peer(name, policy, folder, asked.threads, asked.explained)
                    best[name].add(*found, policy)
    for name, own in best.items():
        print(json.dumps(own.document(name)))
    print_ratios(best)


if __name__ == "__main__":
    main()
