"""The values of scikit-learn that measures, calibration and logistic regression are compared with.

Written into ModelReferences.swift by model_reference.py.
"""

import numpy as np
from scipy import optimize
from sklearn import isotonic, linear_model, metrics, preprocessing


def scored(rows):
    """Probabilities, labels, weights, amounts and forecasts (EvaluationReferenceTests.rows)."""
    recency, frequency, money = rows.astype(int).T
    score = money % 97
    dice = (13 * recency + 5 * frequency + money) % 100
    return (
        (1 + score) / 99,
        (5 * dice < 100 + 3 * score).astype(float),
        1.0 + frequency % 3,
        money.astype(float),
        1.0 + 40 * frequency + recency,
    )


def calibration_error(labels, probabilities, weights):
    """Bins of equal width that end with their upper bound."""
    weights = np.ones(len(labels)) if weights is None else weights
    bins = np.clip(np.ceil(probabilities * 10).astype(int) - 1, 0, 9)
    gaps = np.bincount(bins, weights * (probabilities - labels), minlength=10)
    return np.abs(gaps).sum() / weights.sum()


def constants(rows):
    probabilities, labels, weights, amounts, forecasts = scored(rows)
    own = []
    for each in None, weights:
        own += [
            metrics.roc_auc_score(labels, probabilities, sample_weight=each),
            metrics.average_precision_score(labels, probabilities, sample_weight=each),
            metrics.log_loss(labels, probabilities, sample_weight=each),
            metrics.brier_score_loss(labels, probabilities, sample_weight=each),
            calibration_error(labels, probabilities, each),
        ]
    yield "probabilityMeasures", own
    yield "differenceOfAUC", metrics.roc_auc_score(labels, probabilities) - metrics.roc_auc_score(
        labels, forecasts
    )
    own = []
    for each in None, weights:
        own += [
            np.sqrt(metrics.mean_squared_error(amounts, forecasts, sample_weight=each)),
            metrics.mean_absolute_error(amounts, forecasts, sample_weight=each),
            metrics.r2_score(amounts, forecasts, sample_weight=each),
            metrics.mean_pinball_loss(amounts, forecasts, alpha=0.3, sample_weight=each),
            metrics.mean_poisson_deviance(amounts, forecasts, sample_weight=each),
        ]
    yield "regressionMeasures", own
    asked = [0.0, 0.05, 0.173, 0.35, 0.5, 0.777, 1]
    for name, each in ("isotonic", None), ("isotonicWeighted", weights):
        curve = isotonic.IsotonicRegression(out_of_bounds="clip")
        yield name, curve.fit(probabilities, labels, sample_weight=each).predict(asked)
    yield "platt", logistic_curve(probabilities, labels)
    yield "cox", cox(probabilities, labels)
    yield "logistic", logistic(rows, labels)


def unpenalised():
    return linear_model.LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-13)


def logistic_curve(scores, labels):
    """Platt's curve: each row stands there as both classes, weighted by its target."""
    positives = labels.sum()
    targets = np.where(
        labels == 1, (positives + 1) / (positives + 2), 1 / (len(labels) - positives + 2)
    )
    fitted = unpenalised().fit(
        np.concatenate([scores, scores])[:, None],
        np.repeat([1, 0], len(labels)),
        np.concatenate([targets, 1 - targets]),
    )
    return fitted.coef_[0, 0], fitted.intercept_[0]


def cox(probabilities, labels):
    odds = np.log(probabilities / (1 - probabilities))
    fitted = unpenalised().fit(odds[:, None], labels)

    def excess(shift):
        return (1 / (1 + np.exp(-odds - shift)) - labels).sum()

    return fitted.coef_[0, 0], optimize.brentq(excess, -20, 20, xtol=1e-14, rtol=1e-15)


def logistic(rows, labels):
    """Coefficients and the margin of row 7, by L1 share and penalty."""
    scaled = preprocessing.StandardScaler().fit_transform(rows)
    for share in 0.0, 1.0, 0.5:
        for penalty in 0.001, 0.01, 0.1:
            solver = {"solver": "newton-cholesky", "tol": 1e-13}
            if share > 0:
                solver = {"solver": "saga", "tol": 1e-9, "max_iter": 100_000, "random_state": 0}
            fitted = linear_model.LogisticRegression(
                C=1 / (len(rows) * penalty), l1_ratio=share, **solver
            ).fit(scaled, labels)
            yield from fitted.coef_[0]
            if fitted.coef_.any():
                yield fitted.decision_function(scaled)[7]
            else:
                # The solver stops with the coefficients, before its intercept has settled.
                yield np.log(labels.mean() / (1 - labels.mean()))
