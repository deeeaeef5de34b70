"""SEGMENT finds what scikit-learn finds in one matrix, and hidden types better than chance.

Only labels are read, `SELECT user_id, segment FROM users` behind each SEGMENT: the inertia of a
partition follows from them and the matrix, which pandas makes anew here.
"""


import numpy
import pandas
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

import customer_model
import program
import rfm

SEGMENT = "SEGMENT k={k} ON rfm USING kmeans SCALE LOGZ SEED {seed}"
LABELS = "SELECT user_id, segment FROM users"
SEEDS = range(1, 21)


def logz(features):
    """Returns z-scores of sign(x)·ln(1 + |x|) as a matrix."""
    values = features.to_numpy(float)
    logs = numpy.sign(values) * numpy.log1p(abs(values))
    return (logs - logs.mean(axis=0)) / logs.std(axis=0)


def inertia(matrix, labels):
    """Returns the sum of squared distances to each part's own mean."""
    parts = [matrix[labels == label] for label in numpy.unique(labels)]
    return sum(((part - part.mean(axis=0)) ** 2).sum() for part in parts)


def segments(path, k, seeds):
    """Yields of each seed the users' segments as a series by user."""
    statements = [text for seed in seeds for text in (SEGMENT.format(k=k, seed=seed), LABELS)]
    # A profile, then labels, by turns.
    for rows in program.answers(statements, path)[1::2]:
        yield pandas.Series({row["user_id"]: row["segment"] for row in rows})


@pytest.mark.parametrize("k", [2, 4, 7])
def test_inertia(log, k):
    """At no seed more than 0.1 % worse than scikit-learn's best of ten starts."""
    table = rfm.rfm(customer_model.read(log.path))[["recency", "frequency", "monetary"]]
    matrix = logz(table)
    for seed, labels in zip(SEEDS, segments(log.path, k, SEEDS), strict=True):
        own = labels.reindex(table.index)
        assert own.notna().all(), "a buyer has no segment"
        assert set(own) == {f"S{number + 1}" for number in range(k)}
        assert set(labels.drop(table.index)) <= {"S0"}, "who bought nothing is S0"
        theirs = KMeans(k, n_init=10, random_state=seed).fit(matrix).inertia_
        assert inertia(matrix, own.to_numpy()) <= 1.001 * theirs, f"seed {seed}"


def test_order(shop):
    """S1 spends the most a user, and so on."""
    table = rfm.rfm(customer_model.read(shop.path))
    for labels in segments(shop.path, 5, [1, 2]):
        means = table["monetary"].groupby(labels.reindex(table.index)).mean()
        assert means.is_monotonic_decreasing


def hidden_types(folder, users, seed):
    """Generates a log; returns its path and the hidden type of each customer."""
    path, truth = folder / f"hidden-{seed}.csv", folder / f"hidden-{seed}-truth.csv"
    path.write_text(program.run("generate", "--users", users, "--seed", seed, "--truth", truth))
    return path, pandas.read_csv(truth).set_index("user_id")["type"]


def rand_interval(types, labels, draws=200):
    """Returns the adjusted Rand index, and its bootstrap interval of 95 % over users."""
    types, labels = types.to_numpy(), labels.to_numpy()
    draw = numpy.random.default_rng(1)
    again = []
    for _ in range(draws):
        rows = draw.integers(len(types), size=len(types))
        again.append(adjusted_rand_score(types[rows], labels[rows]))
    return adjusted_rand_score(types, labels), *numpy.quantile(again, [0.025, 0.975])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_hidden_types(tmp_path, seed):
    """The segments, S0 among them, recover the generator's types better than chance."""
    path, types = hidden_types(tmp_path, 100_000, seed)
    (labels,) = segments(path, 4, [1])
    types = types.reindex(labels.index)
    assert types.notna().all()
    index, low, high = rand_interval(types, labels)
    print(f"seed {seed}: adjusted Rand {index:.4f}, 95 % interval {low:.4f} to {high:.4f}")
    assert low > 0
