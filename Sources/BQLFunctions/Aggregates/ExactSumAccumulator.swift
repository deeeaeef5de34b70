import BQLColumnar

/// Adds up integers, money or intervals exactly, and averages them.
///
/// Sums are kept in 128 bits, so that whether a sum overflows depends on its value alone and not on
/// the order of the rows.
struct ExactSumAccumulator: Accumulator {
  enum Result: Sendable {
    case sum
    /// Of ints and decimals a float, of intervals an interval, rounded half away from zero.
    case average
  }

  private let type: DataType
  private let result: Result
  private var sums: [Int128] = []
  private var counts: [Int64] = []

  init(_ type: DataType, _ result: Result) {
    self.type = type
    self.result = result
  }

  mutating func grow(to groupCount: Int) {
    sums.grow(to: groupCount, 0)
    counts.grow(to: groupCount, 0)
  }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let groups = GroupRows.present(groups, arguments[0])
    let values = arguments[0].ints
    if sums.count == 1 {
      // One group: the sum stays in registers.
      var sum: Int128 = 0
      var count: Int64 = 0
      for row in groups.indices where groups[row] >= 0 {
        sum += Int128(values[row])
        count += 1
      }
      sums[0] += sum
      counts[0] += count
      return
    }
    for row in groups.indices where groups[row] >= 0 {
      let group = Int(groups[row])
      sums[group] += Int128(values[row])
      counts[group] += 1
    }
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    for (group, target) in mapping.enumerated() {
      sums[Int(target)] += other.sums[group]
      counts[Int(target)] += other.counts[group]
    }
  }

  func finish() throws(FunctionError) -> Column {
    let validity = Bitmap(counts.map { $0 > 0 })
    switch (result, type) {
    case (.average, .int): return Column(floats: averages(unit: 1), validity: validity)
    case (.average, .decimal): return Column(floats: averages(unit: 100), validity: validity)
    case (.average, _):
      let means = zip(sums, counts).map { sum, count in
        // A mean lies among its values, hence fits.
        Int64(truncatingIfNeeded: Numbers.roundedQuotient(sum, Int128(max(count, 1))))
      }
      return Column(type, ints: means, validity: validity)
    case (.sum, _):
      let type = type
      let totals = try Rows.compute(count: sums.count, where: nil) {
        group throws(FunctionError) in
        guard let total = Int64(exactly: sums[group]) else {
          throw .overflow("sum of \(type.rawValue)")
        }
        return total
      }
      return Column(type, ints: totals, validity: validity)
    }
  }

  private func averages(unit: Int64) -> [Double] {
    zip(sums, counts).map { sum, count in
      count == 0 ? 0 : Double(sum) / (Double(count) * Double(unit))
    }
  }
}
