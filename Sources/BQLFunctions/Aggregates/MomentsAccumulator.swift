import BQLColumnar

/// Measures how far floats lie from their mean, without keeping them.
///
/// Each group holds its count, mean and sum of squared distances from the mean, updated value by
/// value and combined pairwise, which stays accurate where the spread is small beside the mean.
///
/// Source: B. P. Welford, *Technometrics* 4(3), 1962, doi:10.1080/00401706.1962.10490022; T. F.
/// Chan, G. H. Golub, R. J. LeVeque, *The American Statistician* 37(3), 1983,
/// doi:10.1080/00031305.1983.10483115.
struct MomentsAccumulator: Accumulator {
  enum Result: Sendable {
    case variance
    case standardDeviation
  }

  struct Moments: Sendable {
    var count = 0.0
    var mean = 0.0
    /// Σ (x − mean)².
    var squares = 0.0

    @inline(__always)
    mutating func add(_ value: Double) {
      count += 1
      let distance = value - mean
      mean += distance / count
      squares += distance * (value - mean)
    }

    mutating func add(_ other: Moments) {
      guard other.count > 0 else { return }
      let total = count + other.count
      let distance = other.mean - mean
      squares += other.squares + distance * distance * (count / total * other.count)
      mean += distance * (other.count / total)
      count = total
    }

    /// nil where values are too few; `freedom` is taken from their count.
    func value(of result: Result, freedom: Double) -> Double? {
      guard count > freedom else { return nil }
      let variance = squares / (count - freedom)
      return result == .variance ? variance : variance.squareRoot()
    }
  }

  private let result: Result
  /// What is taken from the count: 1 for a sample, 0 for a whole population.
  private let freedom: Double
  private var groups: [Moments] = []

  init(_ result: Result, isSample: Bool) {
    self.result = result
    freedom = isSample ? 1 : 0
  }

  mutating func grow(to groupCount: Int) { groups.grow(to: groupCount, Moments()) }

  mutating func update(groups rows: [Int32], arguments: [Column]) throws(FunctionError) {
    let rows = GroupRows.present(rows, arguments[0])
    let values = arguments[0].floats
    for row in rows.indices where rows[row] >= 0 { groups[Int(rows[row])].add(values[row]) }
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    for (group, target) in mapping.enumerated() where target >= 0 {
      groups[Int(target)].add(other.groups[group])
    }
  }

  func finish() throws(FunctionError) -> Column {
    let results = groups.map { $0.value(of: result, freedom: freedom) }
    return Column(floats: results.map { $0 ?? 0 }, validity: Bitmap(results.map { $0 != nil }))
  }
}
