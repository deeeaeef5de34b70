"""What EVALUATE says of a model, computed anew by scikit-learn from what PREDICT says of the same
rows, and interactions of features by shap."""

import math

import lightgbm
import numpy as np
import polars
import pytest
import shap
import xgboost
from sklearn import metrics

import churn
import program
from evaluation_reference import calibration_error, cox

TOLERANCE = 1e-9


def number(cell):
    return None if cell is None else float(cell)


def columns(answer):
    """A relation as arrays by name; NULL is NaN."""
    return {
        name: np.array([np.nan if row[name] is None else float(row[name]) for row in answer])
        for name in answer[0]
    }


class Judged:
    """Labels and predictions of a model's test rows, and what EVALUATE answers of them."""

    def __init__(self, labels, predictions, measures, deciles=(), calibration=(), thresholds=()):
        self.labels, self.predictions = np.asarray(labels), np.asarray(predictions)
        self.measures = {row["measure"]: number(row["model"]) for row in measures}
        self.deciles, self.calibration, self.thresholds = deciles, calibration, thresholds


PARTS = ["", " SHOW DECILES", " SHOW CALIBRATION", " SHOW THRESHOLDS"]


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    return churn.Rows(tmp_path_factory.mktemp("log"), users=4000, seed=11, snapshots=3)


def of_users(rows, statement, parts=PARTS):
    """The test rows of a model of users are those of the newest cutoff: AS OF finds them again."""
    script = [statement, *("EVALUATE m" + part for part in parts)]
    # AS OF reads what is before it, and the cutoff is the last instant that is read.
    script.append(f"PREDICT m AS OF '{rows.cutoff}.000001'")
    *answers, predicted = program.answers(script, rows.log)
    found = {row["user_id"]: row for row in predicted}
    test = slice(rows.training, None)
    assert sorted(found) == sorted(rows.users[test].tolist())
    name = "probability" if "probability" in predicted[0] else "prediction"
    predictions = [float(found[user][name]) for user in rows.users[test].tolist()]
    labels = rows.revenue[test] if name == "prediction" else rows.labels[test]
    return Judged(labels, predictions, *answers)


def of_table(tmp_path, calibration):
    """The test rows of a plain table are its newest quarter."""
    draw = np.random.default_rng(3)
    count = 4000
    x = np.round(draw.normal(size=(count, 3)), 2)
    y = draw.random(count) < 1 / (1 + np.exp(-x[:, 0] * 1.5 - x[:, 1]))
    path = tmp_path / "rows.csv"
    polars.DataFrame({"at": range(count), "a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": y * 1}) \
        .write_csv(path)
    script = [
        f"LOAD '{path}' AS TABLE t",
        "TRAIN y AS m FROM t SPLIT TIME ON at USING gbdt(trees = 30, leaves = 8, rate = 0.1) "
        + calibration,
        *("EVALUATE m" + part for part in PARTS),
        "PREDICT m FROM t",
    ]
    *answers, predicted = program.answers(script)
    predictions = np.array([float(row["probability"]) for row in predicted])
    test = slice(count - count // 4, None)
    return Judged(y[test].astype(float), predictions[test], *answers)


@pytest.fixture(scope="module", params=["users", "table", "isotonic", "platt"])
def judged(request, rows, tmp_path_factory):
    if request.param == "users":
        learner = "gbdt(trees = 40, leaves = 8, rate = 0.1)"
        return of_users(rows, f"TRAIN churn AS m SNAPSHOTS 3 USING {learner}")
    calibration = "" if request.param == "table" else "CALIBRATE " + request.param.upper()
    return of_table(tmp_path_factory.mktemp(request.param), calibration)


def test_measures(judged):
    labels, scores = judged.labels, judged.predictions
    expected = {
        "rows": len(labels),
        "base_rate": labels.mean(),
        "roc_auc": metrics.roc_auc_score(labels, scores),
        "pr_auc": metrics.average_precision_score(labels, scores),
        "log_loss": metrics.log_loss(labels, scores),
        "brier": metrics.brier_score_loss(labels, scores),
        "calibration_error": calibration_error(labels, scores, None),
    }
    for share, name in (0.05, "5"), (0.1, "10"):
        # The shortest top of whole groups of equal scores that holds the share.
        ordered = np.sort(scores)[::-1]
        last = ordered[math.ceil(share * len(scores) * (1 - 1e-12)) - 1]
        called = scores >= last
        precision = metrics.precision_score(labels, called)
        expected[f"precision_top_{name}"] = precision
        expected[f"recall_top_{name}"] = metrics.recall_score(labels, called)
        expected[f"lift_top_{name}"] = precision / labels.mean()
    for name, value in expected.items():
        assert judged.measures[name] == pytest.approx(value, abs=TOLERANCE), name


def test_calibration_slope(judged):
    slope, intercept = cox(judged.predictions, judged.labels)
    assert judged.measures["calibration_slope"] == pytest.approx(slope, abs=1e-7)
    assert judged.measures["calibration_intercept"] == pytest.approx(intercept, abs=1e-7)


def test_thresholds(judged):
    table = columns(judged.thresholds)
    assert np.allclose(table["threshold"], np.arange(1, 20) / 20, rtol=0, atol=1e-15)
    for place, threshold in enumerate(table["threshold"]):
        called = judged.predictions >= threshold
        negative, false, missed, positive = metrics.confusion_matrix(
            judged.labels, called, labels=[0, 1]
        ).ravel()
        row = {name: values[place] for name, values in table.items()}
        assert row["true_negatives"] == negative and row["true_positives"] == positive
        assert row["false_positives"] == false and row["false_negatives"] == missed
        precision = metrics.precision_score(judged.labels, called, zero_division=np.nan)
        assert row["precision"] == pytest.approx(precision, abs=TOLERANCE, nan_ok=True)
        assert row["recall"] == pytest.approx(metrics.recall_score(judged.labels, called))
        assert row["false_positive_rate"] == pytest.approx(false / (false + negative))
        assert row["f1"] == pytest.approx(metrics.f1_score(judged.labels, called))


def test_deciles(judged):
    """Bands end with the group of equal scores that reaches the next tenth of the rows."""
    labels, scores = judged.labels, judged.predictions
    order = np.argsort(-scores, kind="stable")
    count, start, bands = len(scores), 0, []
    while start < count:
        tenths = start * 10 // count + 1
        end = math.ceil(tenths * count / 10)
        while end < count and scores[order[end]] == scores[order[end - 1]]:
            end += 1
        bands.append((start, end))
        start = end
    table = columns(judged.deciles)
    assert len(bands) == len(table["decile"])
    base = labels.mean()
    for place, (start, end) in enumerate(bands):
        own, seen = order[start:end], order[:end]
        expected = {
            "decile": place + 1,
            "rows": end - start,
            "positives": labels[own].sum(),
            "rate": labels[own].mean(),
            "lift": labels[own].mean() / base,
            "gain": labels[seen].sum() / labels.sum(),
            "cumulative_lift": labels[seen].mean() / base,
            "lowest_score": scores[own].min(),
            "highest_score": scores[own].max(),
            "mean_score": scores[own].mean(),
        }
        for name, value in expected.items():
            assert table[name][place] == pytest.approx(value, abs=TOLERANCE), (name, place)


def test_calibration_table(judged):
    """Bins end with the score that stands at a tenth of the rows, and all that equal it."""
    labels, scores = judged.labels, judged.predictions
    table = columns(judged.calibration)
    ordered, count = np.sort(scores), len(scores)
    ends = sorted({ordered[math.ceil(bin * count / 10) - 1] for bin in range(1, 11)})
    assert len(ends) == len(table["bin"])
    below = -1
    for place, end in enumerate(ends):
        own = (scores > below) & (scores <= end)
        below = end
        assert own.sum() == table["rows"][place]
        assert scores[own].min() == table["lowest"][place]
        assert scores[own].max() == table["highest"][place]
        assert table["predicted"][place] == pytest.approx(scores[own].mean(), abs=TOLERANCE)
        rate, rows, z = labels[own].mean(), own.sum(), 1.959963984540054
        assert table["observed"][place] == pytest.approx(rate, abs=TOLERANCE)
        middle = (rate + z * z / 2 / rows) / (1 + z * z / rows)
        half = z / (1 + z * z / rows) * math.sqrt(rate * (1 - rate) / rows + (z / 2 / rows) ** 2)
        assert table["lower"][place] == pytest.approx(max(middle - half, 0), abs=1e-9)
        assert table["upper"][place] == pytest.approx(min(middle + half, 1), abs=1e-9)


def test_numbers(rows):
    learner = "gbdt(trees = 30, leaves = 8, rate = 0.1)"
    judged = of_users(rows, f"TRAIN revenue AS m SNAPSHOTS 3 USING {learner}", parts=[""])
    truth, found = judged.labels, judged.predictions
    expected = {
        "rows": len(truth),
        "mean": truth.mean(),
        "mean_prediction": found.mean(),
        "rmse": math.sqrt(metrics.mean_squared_error(truth, found)),
        "mae": metrics.mean_absolute_error(truth, found),
        "bias": (found - truth).mean(),
        "r_squared": metrics.r2_score(truth, found),
    }
    for name, value in expected.items():
        assert judged.measures[name] == pytest.approx(value, rel=1e-9), name


class Explained:
    """A model of a plain table, what EXPLAIN MODEL says of it, and its test rows."""

    def __init__(self, folder):
        draw = np.random.default_rng(8)
        count, self.names = 1200, ["a", "b", "c", "d", "e"]
        x = draw.normal(size=(count, 5)).astype("f4").astype("f8")
        margin = 2 * x[:, 0] * x[:, 1] + x[:, 2] - (x[:, 3] > 0) * x[:, 0]
        y = draw.random(count) < 1 / (1 + np.exp(-margin))
        x[draw.random(x.shape) < 0.05] = np.nan
        table = {name: x[:, place] for place, name in enumerate(self.names)}
        path = folder / "rows.csv"
        frame = polars.DataFrame({"at": range(count), **table, "y": y * 1})
        frame.fill_nan(None).write_csv(path)
        self.text, self.json = folder / "m.txt", folder / "m.json"
        self.importance, self.interactions = program.answers(
            [
                f"LOAD '{path}' AS TABLE t",
                "TRAIN y AS m FROM t SPLIT TIME ON at FEATURES (a, b, c, d, e) "
                "USING gbdt(trees = 40, leaves = 12, rate = 0.1)",
                f"SAVE MODEL m INTO '{self.text}' FORMAT lightgbm",
                f"SAVE MODEL m INTO '{self.json}' FORMAT xgboost",
                "EXPLAIN MODEL m TOP 10",
                "EXPLAIN MODEL m SHOW INTERACTIONS TOP 100",
            ]
        )
        self.test = x[count - count // 4 :]


@pytest.fixture(scope="module")
def explained(tmp_path_factory):
    return Explained(tmp_path_factory.mktemp("explained"))


def test_importance(explained):
    model = lightgbm.Booster(model_file=str(explained.text))
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    sizes = np.abs(explainer.shap_values(explained.test)).mean(axis=0)
    gains = model.feature_importance("gain")
    rows = {row["feature"]: row for row in explained.importance}
    assert sorted(rows) == explained.names
    for place, name in enumerate(explained.names):
        row = {key: number(value) for key, value in rows[name].items() if key != "feature"}
        assert row["mean_abs_shap"] == pytest.approx(sizes[place], rel=1e-6)
        assert row["share"] == pytest.approx(sizes[place] / sizes.sum(), rel=1e-6)
        assert row["gain"] == pytest.approx(gains[place] / gains.sum(), rel=1e-5)


@pytest.mark.parametrize("peer", ["shap", "xgboost"])
def test_interactions(explained, peer):
    """Mean sizes over the first 200 test rows, both orders of a pair together."""
    rows = explained.test[:200]
    if peer == "shap":
        model = lightgbm.Booster(model_file=str(explained.text))
        explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
        values, tolerance = np.asarray(explainer.shap_interaction_values(rows)), 1e-6
    else:
        model = xgboost.Booster(model_file=str(explained.json))
        data = xgboost.DMatrix(rows, feature_names=explained.names)
        values, tolerance = model.predict(data, pred_interactions=True)[:, :-1, :-1], 1e-4
    sizes = 2 * np.abs(values).mean(axis=0)
    found = {(row["feature"], row["other"]): number(row["mean_abs_shap"])
             for row in explained.interactions}
    pairs = [(i, j) for i in range(5) for j in range(i + 1, 5) if sizes[i, j] > tolerance]
    assert len(found) >= len(pairs) >= 6
    for i, j in pairs:
        pair = explained.names[i], explained.names[j]
        assert found[pair] == pytest.approx(sizes[i, j], rel=tolerance * 10, abs=tolerance), pair
    ordered = [number(row["mean_abs_shap"]) for row in explained.interactions]
    assert ordered == sorted(ordered, reverse=True)
