/// Sums what the next components are made of over a block of rows: EM's E-step, and half its M-step.
///
/// A flat list, so that blocks are added number by number: for each component
/// `Σ r, Σ r δ, Σ r δ δᵀ` (its lower triangle, or its diagonal) with `δ = x − μ` of the component as
/// it is, then the sum of the log-likelihoods.
struct MixtureMoments {
  let components: Int
  let columns: Int
  let covariance: MixtureCovariance

  /// Numbers kept of `Σ r δ δᵀ`.
  var squares: Int {
    covariance == .full ? columns * (columns + 1) / 2 : columns
  }
  var stride: Int { 1 + columns + squares }
  var count: Int { components * stride + 1 }

  /// Sums over rows, each shared out by its responsibilities.
  func sums(_ matrix: Matrix, _ rows: Range<Int>, _ densities: MixtureDensities) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    var apart = [Double](repeating: 0, count: components * columns)
    var logarithms = [Double](repeating: 0, count: components)
    var output = sums.mutableSpan
    var apartSpan = apart.mutableSpan
    var shares = logarithms.mutableSpan
    let values = matrix.values.span
    for row in rows {
      densities.evaluate(values, row &* columns, &apartSpan, &shares)
      output[components &* stride] += MixtureDensities.share(&shares)
      for component in 0..<components {
        add(&output, apartSpan.span, component, shares[component])
      }
    }
    return sums
  }

  /// Sums over rows, each with one component alone.
  func sums(
    _ matrix: Matrix,
    _ rows: Range<Int>,
    _ labels: [Int32],
    around means: Matrix
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    var apart = [Double](repeating: 0, count: components * columns)
    var output = sums.mutableSpan
    var apartSpan = apart.mutableSpan
    let (values, means) = (matrix.values.span, means.values.span)
    for row in rows {
      let start = Int(labels[row]) &* columns
      for column in 0..<columns {
        apartSpan[start &+ column] = values[row &* columns &+ column] - means[start &+ column]
      }
      add(&output, apartSpan.span, Int(labels[row]), 1)
    }
    return sums
  }

  @inline(__always)
  private func add(
    _ sums: inout MutableSpan<Double>,
    _ apart: Span<Double>,
    _ component: Int,
    _ share: Double
  ) {
    guard share > 0 else { return }
    let own = component &* columns
    let place = component &* stride
    sums[place] += share
    var square = place &+ 1 &+ columns
    for column in 0..<columns {
      let weighted = share * apart[own &+ column]
      sums[place &+ 1 &+ column] += weighted
      if covariance == .full {
        for other in 0...column {
          sums[square] += weighted * apart[own &+ other]
          square &+= 1
        }
      } else {
        sums[square] += weighted * apart[own &+ column]
        square &+= 1
      }
    }
  }

  /// Makes components of sums over all rows: EM's M-step.
  ///
  /// `means` are those that the sums were taken around; shape `[components][columns]`.
  func updated(
    _ sums: [Double],
    around means: [[Double]],
    regularisation: Double
  ) -> [MixtureComponent] {
    let total = (0..<components).reduce(0) { $0 + sums[$1 * stride] }
    return (0..<components).map { component in
      let place = component * stride
      let held = sums[place]
      // A component that no row is left with keeps its mean, and has no weight.
      let size = held > 0 ? held : 1
      let first = (0..<columns).map { sums[place + 1 + $0] }
      let moved = first.map { $0 / size }
      let mean = (0..<columns).map { means[component][$0] + moved[$0] }
      var square = place + 1 + columns
      var matrix = [Double](
        repeating: 0,
        count: covariance == .full ? columns * columns : columns
      )
      for row in 0..<columns {
        for column in (covariance == .full ? 0 : row)...row {
          let centred =
            sums[square] - moved[row] * first[column] - first[row] * moved[column]
            + held * moved[row] * moved[column]
          let value = row == column ? max(centred, 0) / size + regularisation : centred / size
          square += 1
          if covariance == .full {
            matrix[row * columns + column] = value
            matrix[column * columns + row] = value
          } else {
            matrix[row] = value
          }
        }
      }
      return MixtureComponent(weight: total > 0 ? held / total : 0, mean: mean, covariance: matrix)
    }
  }
}
