import BQLModels
import BQLTestSupport
import Glibc

/// Draws rows to cluster.
enum ModelRows {
  /// Recency, frequency and money: skewed whole numbers with many ties, the same rows that
  /// Tests/Peers/model_reference.py draws.
  static func customers(_ count: Int, stream: UInt64) throws -> Matrix {
    var random = SeededStream(seed: 5, stream: stream)
    var values: [Double] = []
    for _ in 0..<count {
      let recency = random.below(1 + random.below(150))
      let frequency = 1 + random.below(1 + random.below(12))
      let money = frequency * (5 + random.below(1 + random.below(400)))
      values += [Double(recency), Double(frequency), Double(money)]
    }
    return try Matrix(rowCount: count, columnCount: 3, values: values)
  }

  /// The z-scores of the customers' logarithms.
  static func scaledCustomers(_ count: Int, stream: UInt64) throws -> Matrix {
    let rows = try customers(count, stream: stream)
    return try Scaling(fitting: rows, .logZ).apply(to: rows)
  }

  /// Whole numbers below `range`: their sums are exact, and ties are frequent.
  static func whole(
    _ random: inout SeededGenerator,
    rows: Int,
    columns: Int,
    range: Int
  ) throws -> Matrix {
    let values = (0..<rows * columns).map { _ in
      Double(Int.random(in: 0..<range, using: &random))
    }
    return try Matrix(rowCount: rows, columnCount: columns, values: values)
  }

  /// The number of cases: that of a name in the environment, else `standard`.
  static func cases(_ name: String, _ standard: Int) -> Int {
    guard let text = unsafe getenv(name) else { return standard }
    return unsafe Int(String(cString: text)) ?? standard
  }

  static func digits(_ labels: [Int32]) -> String {
    String(labels.map { Character(String($0, radix: 16)) })
  }

  static func areClose(_ a: [Double], _ b: [Double], _ tolerance: Double) -> Bool {
    a.count == b.count
      && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($0), abs($1)) }
  }
}
