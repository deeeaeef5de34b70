import BQLModels
import Testing

/// What scikit-learn and SciPy find on the same rows is found here.
///
/// Tolerances leave room for another order of additions and another logarithm, no more.
@Suite struct ModelReferenceTests {
  private typealias Known = ModelReferences

  @Test func scaling() throws {
    let rows = try ModelRows.customers(300, stream: 1)
    let scaled = try ModelRows.scaledCustomers(300, stream: 1)
    var sum = scaled.values.reduce(0) { $0 + $1 * $1 * $1 }
    for column in 0..<3 { sum += Double(column + 1) * scaled.column(column).reduce(0, +) }
    #expect(ModelRows.areClose([sum], [Known.scaledSum], 1e-10))
    let robust = try Scaling(fitting: rows, .robust).apply(to: rows)
    let squares = robust.values.reduce(0) { $0 + $1 * $1 }
    #expect(ModelRows.areClose([squares], [Known.robustSum], 1e-12))
    let skewness = (0..<3).compactMap { Moments(rows.column($0)).skewness }
    #expect(ModelRows.areClose(skewness, Known.skewness, 1e-12))
    let sorted = Quantiles.sorted(rows.column(2))
    let quantiles = [0, 0.1, 0.25, 0.5, 0.9, 1].compactMap { Quantiles.quantile(sorted, $0) }
    #expect(ModelRows.areClose(quantiles, Known.quantiles, 1e-14))
  }

  @Test(arguments: ["Scaled", "Raw", "Many"])
  func lloydFromTheSameCentres(_ name: String) throws {
    let isRaw = name == "Raw"
    let rows = try ModelRows.customers(300, stream: 1)
    let data = isRaw ? rows : try ModelRows.scaledCustomers(300, stream: 1)
    let clusters = isRaw ? 3 : name == "Many" ? 12 : 4
    let start = data.selecting((0..<clusters).map { Int32(7 * $0) })
    let model = try KMeans(
      KMeansRows(data),
      from: start,
      KMeansOptions(clusters: clusters),
      threads: 2
    )
    let known: (labels: String, centres: [Double], numbers: [Double], iterations: Int)
    switch name {
    case "Raw":
      known = (
        Known.labelsRaw, Known.centresRaw,
        [
          Known.inertiaRaw, Known.silhouetteRaw, Known.calinskiHarabaszRaw,
          Known.daviesBouldinRaw, Known.adjustedRandRaw,
        ], Known.iterationsRaw
      )
    case "Many":
      known = (
        Known.labelsMany, Known.centresMany,
        [
          Known.inertiaMany, Known.silhouetteMany, Known.calinskiHarabaszMany,
          Known.daviesBouldinMany, Known.adjustedRandMany,
        ], Known.iterationsMany
      )
    default:
      known = (
        Known.labelsScaled, Known.centresScaled,
        [
          Known.inertiaScaled, Known.silhouetteScaled, Known.calinskiHarabaszScaled,
          Known.daviesBouldinScaled, Known.adjustedRandScaled,
        ], Known.iterationsScaled
      )
    }
    #expect(ModelRows.digits(model.labels) == known.labels)
    #expect(ModelRows.areClose(model.centres.values, known.centres, 1e-10))
    #expect(model.iterations == known.iterations)
    let dispersion = try ClusterDispersion(data, model.labels, threads: 2)
    let silhouette = try SilhouetteSample(data).means(of: [model.labels], threads: 2)[0]
    let frequent = rows.column(1).map { Int32($0 > 3 ? 1 : 0) }
    let numbers = [
      model.inertia, silhouette ?? 0, dispersion.calinskiHarabasz ?? 0,
      dispersion.daviesBouldin ?? 0, try AdjustedRand.index(model.labels, frequent) ?? 0,
    ]
    #expect(ModelRows.areClose(numbers, known.numbers, 1e-9))
    #expect(ModelRows.areClose([dispersion.within], [model.inertia], 1e-9))
  }

  /// Over twenty seeds the inertia is at most 0.1 % worse, seed by seed in the order of size.
  @Test func inertiaIsNoWorse() throws {
    let data = try ModelRows.scaledCustomers(3000, stream: 2)
    for (clusters, known) in [(4, Known.inertias4), (7, Known.inertias7)] {
      let found = try (0..<20).map { seed in
        let options = KMeansOptions(clusters: clusters, seed: UInt64(seed))
        return try KMeans(data, options, threads: 2).inertia
      }
      for (own, other) in zip(found.sorted(), known.sorted()) {
        #expect(own <= other * 1.001, "k = \(clusters)")
      }
    }
  }

  @Test(arguments: MixtureCovariance.allCases)
  func mixturesFromTheSameStart(_ covariance: MixtureCovariance) throws {
    let data = try ModelRows.scaledCustomers(300, stream: 1)
    let isFull = covariance == .full
    let start = [0, 7, 14].map { row in
      MixtureComponent(
        weight: row == 0 ? 0.5 : 0.25,
        mean: data.row(row),
        covariance: isFull ? [0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5] : [0.5, 0.5, 0.5]
      )
    }
    let options = MixtureOptions(components: 3, covariance: covariance)
    let model = try GaussianMixture(data, from: start, options, threads: 2)
    let likelihood = isFull ? Known.mixtureLikelihoodFull : Known.mixtureLikelihoodDiagonal
    #expect(abs(model.meanLogLikelihood - likelihood) < 1e-9)
    #expect(
      model.iterations == (isFull ? Known.mixtureIterationsFull : Known.mixtureIterationsDiagonal)
    )
    let criteria =
      isFull
      ? [Known.mixtureBICFull, Known.mixtureAICFull]
      : [Known.mixtureBICDiagonal, Known.mixtureAICDiagonal]
    #expect(ModelRows.areClose([model.bic, model.aic], criteria, 1e-9))
    let weights = isFull ? Known.mixtureWeightsFull : Known.mixtureWeightsDiagonal
    #expect(ModelRows.areClose(model.components.map(\.weight), weights, 1e-7))
    let means = isFull ? Known.mixtureMeansFull : Known.mixtureMeansDiagonal
    #expect(ModelRows.areClose(model.components.flatMap(\.mean), means, 1e-7))
    let covariances = isFull ? Known.mixtureCovariancesFull : Known.mixtureCovariancesDiagonal
    #expect(ModelRows.areClose(model.components.flatMap(\.covariance), covariances, 1e-7))
    let labels = isFull ? Known.mixtureLabelsFull : Known.mixtureLabelsDiagonal
    #expect(ModelRows.digits(model.labels) == labels)
    let shares = try model.responsibilities(of: data.selecting([0, 1, 2, 3]), threads: 1)
    let known = isFull ? Known.mixtureSharesFull : Known.mixtureSharesDiagonal
    #expect(ModelRows.areClose(shares.values, known, 1e-7))
  }

  @Test func correlations() throws {
    let rows = try ModelRows.customers(300, stream: 1)
    let columns = (0..<3).map(rows.column)
    for method in CorrelationMethod.allCases {
      let found = try CorrelationTable.allPairs(columns, method, threads: 2)
      let isPearson = method == .pearson
      let coefficients = isPearson ? Known.pearsonCoefficients : Known.spearmanCoefficients
      #expect(ModelRows.areClose(found.compactMap(\.coefficient), coefficients, 1e-12))
      let pValues = isPearson ? Known.pearsonPValues : Known.spearmanPValues
      #expect(Self.areRelativelyClose(found.compactMap(\.pValue), pValues))
    }
    let mutual = try MutualInformation(columns[1], columns[2])
    #expect(ModelRows.areClose([mutual.information], [Known.mutualInformation], 1e-12))
    #expect([mutual.firstBins, mutual.secondBins] == Known.mutualBins)
    #expect(Self.areRelativelyClose([mutual.pValue ?? 2], [Known.mutualPValue]))
    let labels = columns[1].map { Int32($0 > 3 ? 0 : 1) }
    let own = try GroupContrast.table(columns, labels: labels, groups: 2, threads: 2)[2][0]
    let contrast = [own.difference ?? 0, own.median ?? 0, own.restMedian ?? 0]
    #expect(ModelRows.areClose(contrast, Known.contrast, 1e-12))
  }

  @Test func probabilities() {
    let beta: [(Double, Double, Double)] = [
      (0.5, 0.5, 0.1), (2, 3, 0.4), (30, 0.5, 0.97), (1000, 0.5, 0.999), (0.1, 9, 0.01),
    ]
    let betas = beta.map { SpecialFunctions.incompleteBeta($0.2, $0.0, $0.1) }
    #expect(Self.areRelativelyClose(betas, Known.betaValues))
    let student: [(Double, Double)] = [
      (0.5, 1), (2, 3), (1.5, 30), (4, 1000), (6, 449_998), (30, 449_998), (1e-3, 12),
    ]
    let tails = student.map { SpecialFunctions.studentTails($0.0, freedom: $0.1) }
    #expect(Self.areRelativelyClose(tails, Known.studentTails))
    let gamma = [(0.5, 0.1), (2, 9), (50, 40), (180.5, 250), (180.5, 100)]
    let gammas = gamma.map { SpecialFunctions.gammaTail($0.0, $0.1) }
    #expect(Self.areRelativelyClose(gammas, Known.gammaTails))
    let qValues = FalseDiscovery.qValues([0.01, 0.5, 0.03, 0.002, 0.9, 0.03])
    #expect(ModelRows.areClose(qValues.compactMap { $0 }, Known.qValues, 1e-14))
  }

  /// To ten digits, however small: the series and SciPy's asymptotic expansions differ beyond.
  private static func areRelativelyClose(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-10 * abs($1) }
  }
}
