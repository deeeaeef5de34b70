import Glibc

/// Measures how much one column tells of another, in whatever shape, in nats.
///
/// Numbers are put in bins of equal frequency, equal values never split; few different ones have a
/// bin each. The estimator is the
/// plug-in with the Miller–Madow correction:
/// `Σ p_xy ln(p_xy / (p_x p_y)) + ((m_x − 1) + (m_y − 1) − (m_xy − 1)) / 2n`, `m` counting cells that
/// are not empty; below 0 it is set to 0.
///
/// Source: G. A. Miller, *Information Theory in Psychology*, 1955; L. Paninski, *Neural Computation*
/// 15(6), 2003, doi:10.1162/089976603321780272.
package struct MutualInformation: Hashable, Sendable {
  /// In nats, `>= 0`; 0 without pairs.
  package let information: Double
  /// Rows in which neither is NULL.
  package let pairs: Int
  /// Bins or categories that hold a row.
  package let firstBins: Int
  package let secondBins: Int
  /// Of the G-test of independence: `2 n` times the plug-in estimate against χ² with
  /// `(m_x − 1)(m_y − 1)` degrees of freedom; nil where a column is constant.
  package let pValue: Double?

  /// The most bins of a numeric column.
  package static let maximumBins = 20

  /// Measures two numeric columns over the rows in which neither is NaN.
  ///
  /// Each has `⌊√(n / 5)⌋` bins, 2 to 20, so that a cell expects five rows; a column of no more
  /// different numbers has a bin for each.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` of columns of different length.
  /// - Complexity: O(*n*).
  package init(_ first: [Double], _ second: [Double]) throws(ModelError) {
    guard first.count == second.count else {
      throw .shape(expected: first.count, found: second.count)
    }
    var (x, y): ([Double], [Double]) = ([], [])
    for row in first.indices where !first[row].isNaN && !second[row].isNaN {
      x.append(first[row])
      y.append(second[row])
    }
    let bins = Self.limited(Int((Double(x.count) / 5).squareRoot()))
    self.init(Self.binned(x, bins), Self.binned(y, bins))
  }

  /// Measures a numeric column and a category over the rows in which neither is NULL.
  ///
  /// The column has `⌊n / 5c⌋` bins for `c` categories, 2 to 20, or one for each of no more different
  /// numbers.
  ///
  /// - Parameters:
  ///   - values: NaN is NULL.
  ///   - categories: Any numbers from 0; negative is NULL.
  /// - Throws: ``ModelError/shape(expected:found:)`` of columns of different length.
  /// - Complexity: O(*n*).
  package init(_ values: [Double], categories: [Int32]) throws(ModelError) {
    guard values.count == categories.count else {
      throw .shape(expected: values.count, found: categories.count)
    }
    var (x, y): ([Double], [Int32]) = ([], [])
    var numbers: [Int32: Int32] = [:]
    for row in values.indices where !values[row].isNaN && categories[row] >= 0 {
      x.append(values[row])
      let next = Int32(truncatingIfNeeded: numbers.count)
      let number = numbers[categories[row], default: next]
      if number == next { numbers[categories[row]] = next }
      y.append(number)
    }
    let bins = Self.limited(x.count / (5 * max(numbers.count, 1)))
    self.init(Self.binned(x, bins), y)
  }

  private static func limited(_ bins: Int) -> Int { min(max(bins, 2), maximumBins) }

  private static func binned(_ values: [Double], _ bins: Int) -> [Int32] {
    let sorted = Quantiles.sorted(values)
    // A rare value at the low end would else share a bin with the next.
    if let different = few(bins, sorted) {
      return values.map { value in
        Int32(truncatingIfNeeded: different.firstIndex { $0 >= value } ?? 0)
      }
    }
    return QuantileCuts(sorted: sorted, bins: bins).bins(of: values)
  }

  /// The different numbers, ascending; nil of more than so many.
  private static func few(_ bins: Int, _ sorted: [Double]) -> [Double]? {
    var different: [Double] = []
    for value in sorted where value != different.last {
      if different.count == bins { return nil }
      different.append(value)
    }
    return different
  }

  /// Measures two lists of numbers from 0.
  private init(_ first: [Int32], _ second: [Int32]) {
    let width = Int(second.max() ?? -1) + 1
    let height = Int(first.max() ?? -1) + 1
    var cells = [Int](repeating: 0, count: width * height)
    for (x, y) in zip(first, second) { cells[Int(x) * width + Int(y)] += 1 }
    var rows = [Int](repeating: 0, count: height)
    var columns = [Int](repeating: 0, count: width)
    for (place, count) in cells.enumerated() {
      rows[place / width] += count
      columns[place % width] += count
    }
    let n = Double(first.count)
    var sum = 0.0
    for (place, count) in cells.enumerated() where count > 0 {
      let expected = Double(rows[place / width]) * Double(columns[place % width]) / n
      sum += Double(count) * log(Double(count) / expected)
    }
    sum = max(sum, 0)
    let occupied = (
      rows.count { $0 > 0 }, columns.count { $0 > 0 }, cells.count { $0 > 0 }
    )
    pairs = first.count
    (firstBins, secondBins) = (occupied.0, occupied.1)
    guard !first.isEmpty else {
      (information, pValue) = (0, nil)
      return
    }
    let correction = Double(occupied.0 + occupied.1 - occupied.2 - 1) / 2
    information = max((sum + correction) / n, 0)
    let freedom = Double((occupied.0 - 1) * (occupied.1 - 1))
    pValue = freedom > 0 ? SpecialFunctions.gammaTail(freedom / 2, sum) : nil
  }
}
