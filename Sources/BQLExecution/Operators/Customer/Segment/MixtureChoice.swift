import BQLColumnar
import BQLModels
import BQLPlanning

/// Holds the mixture that a segmentation settles for: of several, that of the lowest BIC.
struct MixtureChoice: Sendable {
  let mixture: GaussianMixture
  let clusters: ClusterChoice

  private static let schema = Schema([
    Field("k", .int), Field("log_likelihood", .float), Field("bic", .float), Field("aic", .float),
    Field("iterations", .int), Field("converged", .bool), Field("chosen", .bool),
  ])

  init(
    _ points: Matrix,
    among counts: ClosedRange<Int>,
    _ options: MixtureOptions,
    _ context: ExecutionContext
  ) throws(ModelError) {
    var fitted: [GaussianMixture] = []
    for count in counts {
      var own = options
      own.components = count
      let mixture = try GaussianMixture(
        points,
        own,
        threads: context.threads,
        interruption: context.interruption
      )
      // Beyond the distinct points there is nothing more to find.
      if mixture.hasFewerComponents, !fitted.isEmpty { break }
      fitted.append(mixture)
    }
    let best = fitted.indices.min { (fitted[$0].bic, $0) < (fitted[$1].bic, $1) } ?? 0
    guard best < fitted.count else { throw .noRows }
    mixture = fitted[best]
    let rows = fitted.enumerated().map { index, mixture -> [Value] in
      [
        .int(Int64(mixture.components.count)),
        .float(mixture.meanLogLikelihood * Double(mixture.rowCount)), .float(mixture.bic),
        .float(mixture.aic), .int(Int64(mixture.iterations)), .bool(mixture.isConverged),
        .bool(index == best),
      ]
    }
    var notes = [
      "mixture of \(mixture.components.count) Gaussians with \(options.covariance.rawValue) "
        + "covariances, seed \(options.seed); mean log-likelihood "
        + ClusterChoice.rounded(mixture.meanLogLikelihood)
        + (mixture.isConverged ? "" : "; not at rest after \(mixture.iterations) iterations")
    ]
    if counts.count > 1 {
      notes.append(
        "k = \(mixture.components.count) has the lowest BIC; SHOW SEGMENT … SELECTION has all"
      )
    }
    if mixture.hasFewerComponents {
      notes.append("there are no more than \(mixture.components.count) distinct points")
    }
    clusters = ClusterChoice(
      labels: mixture.labels,
      centres: try Matrix(
        rowCount: mixture.components.count,
        columnCount: points.columnCount,
        values: mixture.components.flatMap(\.mean)
      ),
      selection: Relation(schema: Self.schema, rows: rows),
      notes: notes
    )
  }
}
