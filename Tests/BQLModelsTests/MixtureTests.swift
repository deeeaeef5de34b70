import BQLModels
import BQLTestSupport
import Testing

/// Mixtures follow plain EM, on any thread count, and never trap.
@Suite struct MixtureTests {
  @Test func followsPlainExpectationMaximisation() throws {
    for seed in 0..<30 {
      var random = SeededGenerator(seed: UInt64(seed))
      let matrix = try ModelRows.whole(&random, rows: 150, columns: 2, range: 12)
      let rows = (0..<150).map(matrix.row)
      let start = (0..<3).map { _ in
        MixtureComponent(
          weight: 1.0 / 3,
          mean: [
            Double.random(in: 0...12, using: &random), Double.random(in: 0...12, using: &random),
          ],
          covariance: [9, 1, 1, 4]
        )
      }
      let options = MixtureOptions(components: 3, tolerance: 0, maximumIterations: 7)
      let fast = try GaussianMixture(matrix, from: start, options, threads: 2)
      let plain = PlainMixture(rows, from: start, iterations: 7)
      #expect(ModelRows.areClose([fast.meanLogLikelihood], [plain.likelihood], 1e-10))
      #expect(fast.iterations == 7)
      for component in 0..<3 {
        let found = fast.components[component]
        #expect(ModelRows.areClose([found.weight], [plain.weights[component]], 1e-9))
        #expect(ModelRows.areClose(found.mean, plain.means[component], 1e-9), "seed \(seed)")
        let c = found.covariance
        #expect(c[1] == c[2])
        let expected = plain.covariances[component]
        #expect(ModelRows.areClose([c[0], c[1], c[3]], expected, 1e-8), "seed \(seed)")
      }
      let shares = try fast.responsibilities(of: matrix, threads: 2)
      for row in 0..<150 {
        #expect(ModelRows.areClose(shares.row(row), plain.shares(rows[row]), 1e-8))
      }
    }
  }

  @Test func sameBitsAtAnyThreadCount() throws {
    let matrix = try ModelRows.scaledCustomers(15_000, stream: 6)
    for covariance in MixtureCovariance.allCases {
      let options = MixtureOptions(components: 4, covariance: covariance, starts: 2)
      let one = try GaussianMixture(matrix, options, threads: 1)
      for threads in [2, 5] {
        #expect(try GaussianMixture(matrix, options, threads: threads) == one)
      }
      #expect(try one.assign(matrix, threads: 2) == one.labels)
    }
  }

  @Test func edges() throws {
    let constant = try Matrix(columns: [[2, 2, 2], [1, 1, 1]])
    for covariance in MixtureCovariance.allCases {
      var options = MixtureOptions(components: 3, covariance: covariance)
      let model = try GaussianMixture(constant, options, threads: 2)
      #expect(model.hasFewerComponents)
      #expect(model.labels == [0, 0, 0])
      #expect(ModelRows.areClose(model.components[0].mean, [2, 1], 1e-12))
      #expect(model.bic.isFinite && model.aic.isFinite)
      let missing = try Matrix(columns: [[2, .nan], [1, 1]])
      #expect(try model.assign(missing, threads: 1) == [0, -1])
      options.regularisation = 0
      #expect(throws: ModelError.notPositiveDefinite(component: 0)) {
        try GaussianMixture(constant, options, threads: 2)
      }
      options.components = 0
      #expect(throws: ModelError.clusterCount(0)) {
        try GaussianMixture(constant, options, threads: 2)
      }
    }
    let one = try Matrix(columns: [[4]])
    #expect(try GaussianMixture(one, MixtureOptions(components: 2), threads: 2).labels == [0])
  }
}
