/// Keeps labels, weights, margins and derivatives of the training rows.
// Blocks of rows are written by one thread each.
final class GradientRows: @unchecked Sendable {
  private static let blockRows = 8192

  let count: Int
  let labels: [Double]
  /// nil where all rows weigh 1.
  let weights: [Double]?
  let margins: SharedRows<Double>
  let gradients: SharedRows<Double>
  let hessians: SharedRows<Double>

  init(labels: [Double], weights: [Double]?, start: Double) {
    count = labels.count
    self.labels = labels
    self.weights = weights
    margins = SharedRows(repeating: start, count: labels.count)
    gradients = SharedRows(repeating: 0, count: labels.count)
    hessians = SharedRows(repeating: 0, count: labels.count)
  }

  /// Computes the derivatives at the present margins; returns the largest of each.
  func update(_ loss: BoostingLoss, _ team: WorkerTeam) -> (gradient: Double, hessian: Double) {
    let largest = team.map(count: (count + Self.blockRows - 1) / Self.blockRows) { block in
      // Switched on once a block, not once a row.
      switch loss {
      case .logistic:
        self.update(block) { BoostingLoss.logistic.derivatives(margin: $0, label: $1) }
      case .squared: self.update(block) { BoostingLoss.squared.derivatives(margin: $0, label: $1) }
      case .poisson: self.update(block) { BoostingLoss.poisson.derivatives(margin: $0, label: $1) }
      case .quantile: self.update(block) { loss.derivatives(margin: $0, label: $1) }
      }
    }
    return largest.reduce((0, 0)) { (max($0.0, $1.0), max($0.1, $1.1)) }
  }

  @inline(__always)
  private func update(
    _ block: Int,
    _ derivatives: (Double, Double) -> (gradient: Double, hessian: Double)
  ) -> (Double, Double) {
    var (largestGradient, largestHessian) = (0.0, 0.0)
    let own = labels
    let labels = own.span
    for row in block * Self.blockRows..<min((block + 1) * Self.blockRows, count) {
      var (gradient, hessian) = derivatives(margins[row], labels[row])
      if let weights {
        gradient *= weights[row]
        hessian *= weights[row]
      }
      gradients[row] = gradient
      hessians[row] = hessian
      largestGradient = max(largestGradient, abs(gradient))
      largestHessian = max(largestHessian, hessian)
    }
    return (largestGradient, largestHessian)
  }

  /// Writes the rounded derivatives of rows in their order.
  func pack(
    _ partition: RowPartition,
    _ rows: Int,
    _ scale: GradientScale,
    key: UInt64,
    _ team: WorkerTeam
  ) {
    let (order, packed) = (partition.orders[0], partition.packed[0])
    team.forEach(count: (rows + Self.blockRows - 1) / Self.blockRows) { block in
      for place in block * Self.blockRows..<min((block + 1) * Self.blockRows, rows) {
        let row = order[place]
        packed[place] = scale.packed(
          self.gradients[Int(row)],
          self.hessians[Int(row)],
          row: row,
          key: key
        )
      }
    }
  }

  /// Returns the exact sums of the derivatives of some rows, in their order.
  func sums(
    _ order: SharedRows<Int32>,
    _ places: Range<Int>
  ) -> (gradient: Double, hessian: Double) {
    var (gradient, hessian) = (SIMD2<Double>(), SIMD2<Double>())
    var place = places.lowerBound
    while place &+ 1 < places.upperBound {
      let (a, b) = (Int(order[place]), Int(order[place &+ 1]))
      gradient += SIMD2(gradients[a], gradients[b])
      hessian += SIMD2(hessians[a], hessians[b])
      place &+= 2
    }
    if place < places.upperBound {
      gradient.x += gradients[Int(order[place])]
      hessian.x += hessians[Int(order[place])]
    }
    return (gradient.x + gradient.y, hessian.x + hessian.y)
  }
}
