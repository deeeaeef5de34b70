"""Models of trees next to LightGBM, XGBoost and shap: files of each are read by the other, and
models are as good.

The ModelRunner of Benchmarks/models trains and reads models of tables in files; it is built here, or named by
BQL_MODEL_RUNNER.
"""

import json
import os
import subprocess

import churn
import lightgbm
import numpy as np
import pytest
import shap
import xgboost
from sklearn import datasets, metrics

import program

TREES, LEAVES, RATE = 100, 31, 0.1


@pytest.fixture(scope="session")
def runner():
    if "BQL_MODEL_RUNNER" in os.environ:
        return os.environ["BQL_MODEL_RUNNER"]
    subprocess.run(
        ["swift", "build", "-c", "release", "--product", "ModelRunner"],
        cwd=program.ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return program.ROOT / ".build/release/ModelRunner"


class Table:
    """Rows to learn from and rows behind them, in a folder for the runner."""

    def __init__(self, folder, rows, labels, training, categories=()):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.rows, self.labels, self.training = folder, rows, labels, training
        self.categories = list(categories)
        kinds = "".join("c" if i in categories else "n" for i in range(rows.shape[1]))
        (folder / "shape").write_text(f"{rows.shape[0]} {rows.shape[1]} {training} {kinds}")
        rows.T.astype("f8").tofile(folder / "x.bin")
        labels.astype("f8").tofile(folder / "y.bin")
        self.types = ["c" if kind == "c" else "q" for kind in kinds]

    @property
    def test(self):
        return self.rows[self.training :]

    @property
    def truth(self):
        return self.labels[self.training :]

    def run(self, runner, *arguments):
        """The runner's lines as numbers by name, and its margins."""
        written = subprocess.run(
            [runner, self.folder, f"out={self.folder}", *arguments],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        found = {line.split()[0]: float(line.split()[1]) for line in written.splitlines()}
        return found, np.fromfile(self.folder / "margins.bin")

    def shap(self):
        values = np.fromfile(self.folder / "shap.bin")
        return values[:-1].reshape(-1, self.rows.shape[1]), values[-1]

    def booster(self, data, labels=None):
        return xgboost.DMatrix(
            data,
            labels,
            feature_names=[f"f{column}" for column in range(data.shape[1])],
            feature_types=self.types,
            enable_categorical=True,
        )


def breast_cancer(seed):
    rows, labels = datasets.load_breast_cancer(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(rows))
    return rows[order], labels[order].astype(float), ()


def mixed(seed, count=6000):
    """Signal, noise, skew, categories and missing values."""
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(count, 12))
    rows[:, 4:6] = np.exp(2 * rows[:, 4:6])
    rows[:, 6] = draw.integers(0, 6, count)
    rows[:, 7] = draw.integers(0, 60, count)
    rows[:, 8] = draw.poisson(2, count)
    effect = draw.normal(size=60)
    margin = rows[:, 0] * rows[:, 1] + np.log(rows[:, 4]) / 2 + effect[rows[:, 7].astype(int)]
    margin += (rows[:, 6] % 3 == 0) - 0.4 * rows[:, 8] + 0.5 * rows[:, 2]
    labels = (draw.random(count) < 1 / (1 + np.exp(-margin))).astype(float)
    rows[draw.random(rows.shape) < 0.05] = np.nan
    return rows, labels, (6, 7)


DATA = {"breast cancer": breast_cancer, "mixed": mixed}


def table(folder, name, seed, single=False):
    rows, labels, categories = DATA[name](seed)
    if single:
        rows = rows.astype("f4").astype("f8")
    return Table(folder, rows, labels, len(rows) * 7 // 10, categories)


def lightgbm_model(own, objective="binary", trees=TREES, **others):
    parameters = dict(
        objective=objective, num_leaves=LEAVES, learning_rate=RATE, num_threads=1, verbose=-1
    )
    rows = lightgbm.Dataset(
        own.rows[: own.training],
        own.labels[: own.training],
        categorical_feature=own.categories,
    )
    return lightgbm.train(parameters | others, rows, trees)


def xgboost_model(own, objective="binary:logistic", trees=TREES, **others):
    parameters = dict(
        objective=objective,
        max_leaves=LEAVES,
        grow_policy="lossguide",
        max_depth=0,
        learning_rate=RATE,
        tree_method="hist",
        nthread=1,
    )
    rows = own.booster(own.rows[: own.training], own.labels[: own.training])
    return xgboost.train(parameters | others, rows, trees)


def close(a, b, tolerance):
    assert np.all(np.isfinite(a))
    assert np.max(np.abs(a - b) / np.maximum(1, np.abs(b))) <= tolerance


@pytest.mark.parametrize("loss", ["logistic", "squared", "poisson", "quantile"])
@pytest.mark.parametrize("name", DATA)
def test_written_models(runner, tmp_path, name, loss):
    own = table(tmp_path, name, 1, single=True)
    _, margins = own.run(runner, f"loss={loss}", f"trees={TREES}", "leaves=31", "threads=1")
    theirs = lightgbm.Booster(model_file=str(own.folder / "model.txt"))
    close(theirs.predict(own.test, raw_score=True), margins, 1e-6)
    other = xgboost.Booster(model_file=str(own.folder / "model.json"))
    close(other.predict(own.booster(own.test), output_margin=True), margins, 1e-5)


@pytest.mark.parametrize(
    "objective", ["binary", "regression", "poisson", "quantile", "regression_l1"]
)
@pytest.mark.parametrize("name", DATA)
def test_lightgbm_models(runner, tmp_path, name, objective):
    own = table(tmp_path, name, 2)
    model = lightgbm_model(own, objective)
    path = tmp_path / "theirs.txt"
    model.save_model(path)
    _, margins = own.run(runner, f"model={path}", "format=lightgbm")
    close(margins, model.predict(own.test, raw_score=True), 1e-6)


@pytest.mark.parametrize(
    "objective", ["binary:logistic", "reg:squarederror", "count:poisson", "reg:quantileerror"]
)
@pytest.mark.parametrize("name", DATA)
def test_xgboost_models(runner, tmp_path, name, objective):
    own = table(tmp_path, name, 3)
    extra = {"quantile_alpha": 0.7} if "quantile" in objective else {}
    model = xgboost_model(own, objective, **extra)
    path = tmp_path / "theirs.json"
    model.save_model(path)
    _, margins = own.run(runner, f"model={path}", "format=xgboost")
    close(margins, model.predict(own.booster(own.test), output_margin=True), 1e-5)


@pytest.mark.parametrize("name", DATA)
def test_explanations(runner, tmp_path, name):
    own = table(tmp_path, name, 4, single=True)
    found, _ = own.run(runner, f"trees={TREES}", "leaves=31", "shap=200")
    assert found["gap"] <= 1e-9
    values, expected = own.shap()
    theirs = lightgbm.Booster(model_file=str(own.folder / "model.txt"))
    known = theirs.predict(own.test[:200], pred_contrib=True)
    close(values, known[:, :-1], 1e-6)
    close(expected, known[0, -1], 1e-6)
    if not own.categories:
        # The package computes with the thresholds of the text in double precision.
        explainer = shap.TreeExplainer(theirs, feature_perturbation="tree_path_dependent")
        known = np.asarray(explainer.shap_values(own.test[:200]))
        close(values, known[..., 1] if known.ndim == 3 else known, 1e-6)
    other = xgboost.Booster(model_file=str(own.folder / "model.json"))
    known = other.predict(own.booster(own.test[:200]), pred_contribs=True)
    close(values, known[:, :-1], 1e-4)


@pytest.mark.parametrize("name", DATA)
def test_as_good(runner, tmp_path, name):
    """The mean holdout AUC over five seeds is at most 0.002 below the better one."""
    found = []
    for seed in range(5):
        own = table(tmp_path / str(seed), name, seed)
        _, margins = own.run(runner, f"trees={TREES}", "leaves=31", f"seed={seed}")
        scores = (
            margins,
            lightgbm_model(own, seed=seed).predict(own.test),
            xgboost_model(own, seed=seed).predict(own.booster(own.test)),
        )
        found.append([metrics.roc_auc_score(own.truth, each) for each in scores])
    ours, *theirs = np.mean(found, axis=0)
    assert ours >= max(theirs) - 0.002, found


@pytest.fixture(scope="session")
def churn_rows(tmp_path_factory):
    """The rows of TRAIN churn on generated logs, by the seed of the log."""
    folder = tmp_path_factory.mktemp("churn")
    return [churn.Rows(folder / str(seed), users=8000, seed=seed) for seed in range(5)]


CHURN = dict(trees=100, leaves=15, rate=0.05)


def test_as_good_on_churn(runner, tmp_path, churn_rows, capsys):
    """As above, of who leaves generated shops: features and labels are those of TRAIN churn."""
    found = []
    for rows in churn_rows:
        own = Table(tmp_path / str(rows.seed), rows.features, rows.labels, rows.training)
        given = [f"{name}={value}" for name, value in CHURN.items()]
        _, margins = own.run(runner, *given, "l2=1", f"seed={rows.seed}", "threads=1")
        same = dict(learning_rate=CHURN["rate"], seed=rows.seed)
        theirs = lightgbm_model(
            own, trees=CHURN["trees"], num_leaves=CHURN["leaves"], lambda_l2=1, **same
        )
        other = xgboost_model(
            own, trees=CHURN["trees"], max_leaves=CHURN["leaves"], reg_lambda=1, **same
        )
        scores = margins, theirs.predict(own.test), other.predict(own.booster(own.test))
        found.append([metrics.roc_auc_score(own.truth, each) for each in scores])
    ours, *theirs = np.mean(found, axis=0)
    with capsys.disabled():
        print("\nholdout AUC of churn on generated logs: bql, LightGBM, XGBoost")
        for seed, each in enumerate(found):
            print(f"seed {seed}", *(f"{score:.5f}" for score in each))
        print("mean  ", *(f"{score:.5f}" for score in (ours, *theirs)))
    assert ours >= max(theirs) - 0.002, found


def test_churn_rows_are_those_of_train(runner, tmp_path, churn_rows):
    """TRAIN churn has the rows that were written, and learns the same trees of them."""
    rows = churn_rows[0]
    own = Table(tmp_path, rows.features, rows.labels, rows.training)
    given = [f"{name}={value}" for name, value in CHURN.items()]
    _, margins = own.run(runner, *given, "l2=1", "seed=7")
    learner = ", ".join(f"{name} = {value}" for name, value in CHURN.items())
    statement = (
        f"TRAIN churn SNAPSHOTS {churn.SNAPSHOTS} SEED 7 "
        f"USING gbdt({learner}, l2 = 1, min_rows = 20, column_share = 1, patience = 0)"
    )
    [answer] = program.answers([statement, "EVALUATE churn"], rows.log)
    measures = {row["measure"]: row["model"] for row in answer}
    assert measures["rows"] == len(own.truth)
    assert float(measures["base_rate"]) == pytest.approx(own.truth.mean(), abs=1e-12)
    area = metrics.roc_auc_score(own.truth, margins)
    assert float(measures["roc_auc"]) == pytest.approx(area, abs=1e-9)


def test_own_documents(runner, tmp_path):
    own = table(tmp_path, "mixed", 5)
    _, margins = own.run(runner, f"trees={TREES}")
    path = tmp_path / "kept.json"
    os.rename(own.folder / "model.bql.json", path)
    document = json.loads(path.read_text())
    assert document["format"] == "bql-model"
    assert len(document["model"]["trees"]) == TREES
    _, again = own.run(runner, f"model={path}")
    assert np.array_equal(margins, again)
