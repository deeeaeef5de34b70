"""Times boosting next to LightGBM, XGBoost and scikit-learn on one generated table.

    python Benchmarks/models.py [--rounds 3] [--threads 2] [--explained 2000]

The table has 112,610 rows of 60 columns (signal, noise, skew, counts; one value in twenty missing);
four fifths are learnt from, 300 trees of 31 leaves at rate 0.05. Programs take their turns, and of
each the fastest round counts. Training starts from the values in memory and so includes binning.
Processor time stands beside wall time: it tells on a machine that is busy with other things. The
ModelRunner of Benchmarks/models is built first, or named by BQL_MODEL_RUNNER; the packages are those
of Tests/Peers/requirements.txt. One JSON object a line goes to standard output.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Threads that spin while they wait would be counted as work.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import lightgbm
import numpy as np
import xgboost
from sklearn import ensemble, metrics

ROOT = Path(__file__).resolve().parent.parent
ROWS, TRAINING = 112_610, 90_088
TREES, LEAVES, RATE = 300, 31, 0.05


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


def run_bql(folder, threads, explained):
    runner = os.environ.get("BQL_MODEL_RUNNER", ROOT / ".build/release/ModelRunner")
    arguments = [f"trees={TREES}", f"leaves={LEAVES}", f"rate={RATE}", f"threads={threads}"]
    written = subprocess.run(
        [runner, folder, *arguments, f"shap={explained}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = {line.split()[0]: [float(x) for x in line.split()[1:]] for line in written.splitlines()}
    return {name: lines[name] for name in ("train", "predict", "shap")}, lines["auc"][0]


def run_lightgbm(rows, labels, threads, explained):
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
    return watch.parts, metrics.roc_auc_score(labels[TRAINING:], scores)


def run_xgboost(rows, labels, threads, explained):
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
    return watch.parts, metrics.roc_auc_score(labels[TRAINING:], scores)


def run_scikit(rows, labels, threads, explained):
    watch = Watch()
    model = ensemble.HistGradientBoostingClassifier(
        max_iter=TREES, max_leaf_nodes=LEAVES, learning_rate=RATE, early_stopping=False
    )
    watch("train", lambda: model.fit(rows[:TRAINING], labels[:TRAINING]))
    scores = watch("predict", lambda: model.predict_proba(rows[TRAINING:])[:, 1])
    return watch.parts, metrics.roc_auc_score(labels[TRAINING:], scores)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--explained", type=int, default=2000)
    asked = parser.parse_args()
    if "BQL_MODEL_RUNNER" not in os.environ:
        build = ["swift", "build", "-c", "release", "--product", "ModelRunner"]
        subprocess.run(build, cwd=ROOT, check=True, stdout=sys.stderr)
    rows, labels = generated()
    programs = {"lightgbm": run_lightgbm, "xgboost": run_xgboost, "scikit-learn": run_scikit}
    best, scores = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "shape").write_text(f"{ROWS} {rows.shape[1]} {TRAINING} {'n' * 60}")
        rows.T.tofile(Path(folder) / "x.bin")
        labels.tofile(Path(folder) / "y.bin")
        for _ in range(asked.rounds):
            found = {"bql": run_bql(folder, asked.threads, asked.explained)}
            for name, run in programs.items():
                found[name] = run(rows, labels, asked.threads, asked.explained)
            for name, (parts, score) in found.items():
                scores[name] = score
                for part, (wall, processor) in parts.items():
                    kept = best.setdefault(name, {}).setdefault(part, [wall, processor])
                    best[name][part] = [min(kept[0], wall), min(kept[1], processor)]
    for name, parts in best.items():
        seconds = {
            part: {"wall": wall, "processor": processor}
            for part, (wall, processor) in parts.items()
        }
        print(json.dumps({"program": name, "auc": scores[name], "seconds": seconds}))


if __name__ == "__main__":
    main()
