import BQLColumnar

/// Tells how two columns of floats vary together; rows with a NULL in either are left out.
///
/// Each group holds the counts, means and sums of products of distances from the means, updated and
/// combined as ``MomentsAccumulator`` does. Of `regr_slope(y, x)` and its like the first column is
/// the dependent one.
struct PairAccumulator: Accumulator {
  enum Result: Sendable {
    case correlation
    case populationCovariance
    case sampleCovariance
    case slope
    case intercept
    case determination
    case count
  }

  struct Moments: Sendable {
    var count = 0.0
    var meanX = 0.0
    var meanY = 0.0
    var squaresX = 0.0
    var squaresY = 0.0
    /// Σ (x − mean x) · (y − mean y).
    var products = 0.0

    @inline(__always)
    mutating func add(_ x: Double, _ y: Double) {
      count += 1
      let distanceX = x - meanX
      let distanceY = y - meanY
      meanX += distanceX / count
      meanY += distanceY / count
      squaresX += distanceX * (x - meanX)
      squaresY += distanceY * (y - meanY)
      products += distanceX * (y - meanY)
    }

    mutating func add(_ other: Moments) {
      guard other.count > 0 else { return }
      let total = count + other.count
      let distanceX = other.meanX - meanX
      let distanceY = other.meanY - meanY
      let weight = count / total * other.count
      squaresX += other.squaresX + distanceX * distanceX * weight
      squaresY += other.squaresY + distanceY * distanceY * weight
      products += other.products + distanceX * distanceY * weight
      meanX += distanceX * (other.count / total)
      meanY += distanceY * (other.count / total)
      count = total
    }

    /// nil where a column does not vary.
    var correlation: Double? {
      guard squaresX != 0, squaresY != 0 else { return nil }
      let square = squaresX * squaresY
      // One root rounds less than two; two serve where the product leaves the range of doubles.
      let scale =
        square.isNormal
        ? square.squareRoot() : squaresX.squareRoot() * squaresY.squareRoot()
      let value = products / scale
      // Rounding may lead a little past the ends.
      return value.isNaN ? value : min(max(value, -1), 1)
    }

    /// nil where the rows do not say.
    func value(_ result: Result) -> Double? {
      switch result {
      case .correlation: return correlation
      case .populationCovariance: return count > 0 ? products / count : nil
      case .sampleCovariance: return count > 1 ? products / (count - 1) : nil
      case .slope: return squaresY != 0 ? products / squaresY : nil
      case .intercept: return squaresY != 0 ? meanX - products / squaresY * meanY : nil
      case .determination:
        guard squaresY != 0 else { return nil }
        return squaresX == 0 ? 1 : products / squaresX * (products / squaresY)
      case .count: return count
      }
    }
  }

  private let result: Result
  private var groups: [Moments] = []

  init(_ result: Result) {
    self.result = result
  }

  mutating func grow(to groupCount: Int) { groups.grow(to: groupCount, Moments()) }

  mutating func update(groups rows: [Int32], arguments: [Column]) throws(FunctionError) {
    let rows = GroupRows.present(GroupRows.present(rows, arguments[0]), arguments[1])
    let x = arguments[0].floats
    let y = arguments[1].floats
    for row in rows.indices where rows[row] >= 0 { groups[Int(rows[row])].add(x[row], y[row]) }
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    for (group, target) in mapping.enumerated() where target >= 0 {
      groups[Int(target)].add(other.groups[group])
    }
  }

  func finish() throws(FunctionError) -> Column {
    let results = groups.map { $0.value(result) }
    if result == .count { return Column(ints: results.map { Int64($0 ?? 0) }) }
    return Column(floats: results.map { $0 ?? 0 }, validity: Bitmap(results.map { $0 != nil }))
  }
}
