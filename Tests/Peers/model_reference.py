"""Writes the values that the tests of BQLModels compare theirs with.

    python model_reference.py > ../BQLModelsTests/ModelReferences.swift

scikit-learn and SciPy compute them from rows that the Swift tests draw as well: whole numbers from
SplitMix64, so that both sides have the same rows to the bit. test_references.py tells when the file
is out of date.
"""

import os
import sys
import warnings

# On few rows threads only wait for each other; the library reads this when it is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy import special, stats
from sklearn import cluster, metrics, mixture, preprocessing

import evaluation_reference

MASK = (1 << 64) - 1


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Stream:
    """SeededStream of BQLModels/Numerics."""

    def __init__(self, seed, stream):
        first = mix((seed + 0x9E3779B97F4A7C15) & MASK)
        self.state = mix(first ^ (((stream + 1) * 0xD1B54A32D192ED03) & MASK))

    def below(self, bound):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        return mix(self.state) * bound >> 64


def customers(rows, stream):
    """Recency, frequency and money: skewed, with many ties (ModelRows.customers in the tests)."""
    draw = Stream(5, stream)
    table = []
    for _ in range(rows):
        recency = draw.below(1 + draw.below(150))
        frequency = 1 + draw.below(1 + draw.below(12))
        money = frequency * (5 + draw.below(1 + draw.below(400)))
        table.append([float(recency), float(frequency), float(money)])
    return np.array(table)


def swift(value):
    """A value as Swift writes it."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return repr(float(value))


def swift_list(values):
    """A list of numbers, broken into lines."""
    lines, line = [], "   "
    for value in values:
        text = " " + swift(value) + ","
        if len(line) + len(text) > 98:
            lines.append(line)
            line = "   "
        line += text
    return "[\n" + "\n".join(lines + [line]) + "\n  ]"


def constants():
    """The names and values of the file."""
    rows = customers(300, 1)
    scaled = preprocessing.StandardScaler().fit_transform(np.log1p(rows))
    yield "scaledSum", scaled.sum(axis=0) @ np.array([1.0, 2.0, 3.0]) + (scaled**3).sum()
    yield "robustSum", (preprocessing.RobustScaler().fit_transform(rows) ** 2).sum()
    yield "skewness", stats.skew(rows, axis=0)
    yield "quantiles", np.quantile(rows[:, 2], [0, 0.1, 0.25, 0.5, 0.9, 1])
    yield from clusters(rows, scaled)
    yield from inertias()
    yield from mixtures(scaled)
    yield from correlations(rows)
    yield from probabilities()
    for name, value in evaluation_reference.constants(rows):
        yield name, value if np.ndim(value) == 0 and not hasattr(value, "send") else list(value)


def clusters(rows, scaled):
    for name, data, count in ("Scaled", scaled, 4), ("Raw", rows, 3), ("Many", scaled, 12):
        start = data[: count * 7 : 7]
        fitted = cluster.KMeans(count, init=start, n_init=1, algorithm="lloyd").fit(data)
        yield f"labels{name}", "".join("0123456789ab"[label] for label in fitted.labels_)
        yield f"inertia{name}", fitted.inertia_
        yield f"centres{name}", fitted.cluster_centers_.ravel()
        yield f"iterations{name}", fitted.n_iter_
        yield f"silhouette{name}", metrics.silhouette_score(data, fitted.labels_)
        yield f"calinskiHarabasz{name}", metrics.calinski_harabasz_score(data, fitted.labels_)
        yield f"daviesBouldin{name}", metrics.davies_bouldin_score(data, fitted.labels_)
        yield f"adjustedRand{name}", metrics.adjusted_rand_score(
            fitted.labels_, (rows[:, 1] > 3).astype(int)
        )


def inertias():
    data = preprocessing.StandardScaler().fit_transform(np.log1p(customers(3000, 2)))
    for count in 4, 7:
        yield f"inertias{count}", [
            cluster.KMeans(count, n_init=10, random_state=seed).fit(data).inertia_
            for seed in range(20)
        ]


def mixtures(data):
    centres = data[:21:7]
    for kind, name in ("full", "Full"), ("diag", "Diagonal"):
        eye = np.eye(3) if kind == "full" else np.ones(3)
        fitted = mixture.GaussianMixture(
            3,
            covariance_type=kind,
            weights_init=[0.5, 0.25, 0.25],
            means_init=centres,
            precisions_init=np.array([eye / 0.5] * 3),
        ).fit(data)
        yield f"mixtureLikelihood{name}", fitted.score(data)
        yield f"mixtureIterations{name}", fitted.n_iter_
        yield f"mixtureBIC{name}", fitted.bic(data)
        yield f"mixtureAIC{name}", fitted.aic(data)
        yield f"mixtureWeights{name}", fitted.weights_
        yield f"mixtureMeans{name}", fitted.means_.ravel()
        yield f"mixtureCovariances{name}", fitted.covariances_.ravel()
        yield f"mixtureLabels{name}", "".join(map(str, fitted.predict(data)))
        yield f"mixtureShares{name}", fitted.predict_proba(data)[:4].ravel()


def equal_frequency(values, bins):
    """Bins whose equal values are never split: an independent formulation of QuantileCuts."""
    share = stats.rankdata(values, "max") / len(values)
    ordered = np.sort(values)
    cuts = sorted({ordered[np.argmax(np.sort(share) >= b / bins - 1e-12)] for b in range(1, bins)})
    return np.searchsorted([cut for cut in cuts if cut < ordered[-1]], values, side="left")


def correlations(rows):
    for method in stats.pearsonr, stats.spearmanr:
        found = [method(rows[:, i], rows[:, j]) for i, j in ((1, 0), (2, 0), (2, 1))]
        name = method.__name__[:-1]
        yield f"{name}Coefficients", [each.statistic for each in found]
        yield f"{name}PValues", [each.pvalue for each in found]
    bins = [equal_frequency(rows[:, column], 7) for column in (1, 2)]
    table = metrics.cluster.contingency_matrix(*bins)
    test = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    plain = metrics.mutual_info_score(*bins)
    occupied = (table > 0).sum()
    yield "mutualInformation", plain + (sum(table.shape) - 1 - occupied) / 2 / len(rows)
    yield "mutualBins", table.shape
    yield "mutualPValue", test.pvalue
    own, rest = rows[rows[:, 1] > 3, 2], rows[rows[:, 1] <= 3, 2]
    pooled = ((len(own) - 1) * own.var(ddof=1) + (len(rest) - 1) * rest.var(ddof=1)) / (
        len(rows) - 2
    )
    yield "contrast", [(own.mean() - rest.mean()) / np.sqrt(pooled), np.median(own), np.median(rest)]


def probabilities():
    beta = [(0.5, 0.5, 0.1), (2, 3, 0.4), (30, 0.5, 0.97), (1000, 0.5, 0.999), (0.1, 9, 0.01)]
    yield "betaValues", [special.betainc(*each) for each in beta]
    students = [(0.5, 1), (2, 3), (1.5, 30), (4, 1000), (6, 449_998), (30, 449_998), (1e-3, 12)]
    yield "studentTails", [2 * stats.t.sf(*each) for each in students]
    gamma = [(0.5, 0.1), (2, 9), (50, 40), (180.5, 250), (180.5, 100)]
    yield "gammaTails", [special.gammaincc(*each) for each in gamma]
    yield "qValues", stats.false_discovery_control([0.01, 0.5, 0.03, 0.002, 0.9, 0.03])


def main():
    warnings.simplefilter("ignore")
    print("/// Values by scikit-learn and SciPy; written by Tests/Peers/model_reference.py.")
    print("enum ModelReferences {")
    for name, value in constants():
        if isinstance(value, str) and len(value) > 60:
            parts = [value[start : start + 80] for start in range(0, len(value), 80)]
            text = "\n    + ".join(swift(part) for part in parts)
            print(f"  static let {name} =\n    {text}")
        elif isinstance(value, (str, float, int, np.integer, np.floating)):
            print(f"  static let {name} = {swift(value)}")
        else:
            kind = "Int" if all(isinstance(v, (int, np.integer)) for v in value) else "Double"
            print(f"  static let {name}: [{kind}] = {swift_list(value)}")
    print("}")


if __name__ == "__main__":
    sys.exit(main())
