"""Finds k-means parts of the log's RFM with scikit-learn.

The matrix is made beforehand: recency, frequency and monetary value of those who bought, each the
z-score of ln(1 + x).
"""

import sys
from pathlib import Path

import numpy
import pandas
import sklearn
from sklearn.cluster import KMeans

from pandas_customers_peer import Peer as Customers

ALGORITHMS = ["lloyd", "elkan"]


class Peer:
    version = "scikit-learn " + sklearn.__version__

    def __init__(self, files, threads):
        users = Customers(files, threads).measures(is_grouped=False)
        self.money = users["cents"].to_numpy()
        logs = numpy.log1p(
            numpy.column_stack([users["recency"], users["orders"], users["cents"] / 100])
        )
        self.matrix = numpy.ascontiguousarray((logs - logs.mean(axis=0)) / logs.std(axis=0))

    def tasks(self, group):
        return {
            "kmeans": {name: lambda name=name: [self.fit(4, name)] for name in ALGORITHMS},
            "kmeans-auto": {
                f"{name}, nine fits": lambda name=name: [self.fit(k, name) for k in range(2, 11)]
                for name in ALGORITHMS
            },
        }

    def fit(self, k, algorithm):
        return KMeans(k, n_init=10, random_state=1, algorithm=algorithm).fit(self.matrix)

    def answer(self, task, formulation, result):
        """Returns users of the parts, those who spend most first, and the inertia; or all inertias."""
        if task == "kmeans-auto":
            return {str(found.n_clusters): float(found.inertia_) for found in result}
        labels = result[0].labels_
        table = pandas.DataFrame({"label": labels, "money": self.money}).groupby("label")["money"]
        order = table.mean().sort_values(ascending=False).index
        return {
            "users": [int(users) for users in table.size().reindex(order)],
            "inertia": float(result[0].inertia_),
        }
