import BQLColumnar

/// Counts the rows of frames.
struct FramedCount: FramedAggregate {
  func values(
    _ arguments: [Column],
    present: Bitmap?,
    _ frames: Frames
  ) throws(FunctionError) -> Column {
    guard let present else {
      return Column(ints: Rows.map(frames.starts, frames.ends) { Int64($1 &- $0) })
    }
    var before: [Int32] = [0]
    before.reserveCapacity(frames.count + 1)
    var count: Int32 = 0
    for row in 0..<frames.count {
      if present[row] { count += 1 }
      before.append(count)
    }
    return Column(
      ints: Rows.map(frames.starts, frames.ends) { Int64(before[Int($1)] &- before[Int($0)]) }
    )
  }
}

/// Adds up integers, money or intervals over frames, exactly, and averages them: what enters a frame
/// is added, what leaves it subtracted.
struct FramedExactSum: FramedAggregate {
  private struct Total: FrameState {
    let values: [Int64]
    /// 128 bits, so that only results can overflow.
    var sum: Int128 = 0
    var count = 0

    mutating func add(_ row: Int) {
      sum &+= Int128(values[row])
      count &+= 1
    }

    mutating func remove(_ row: Int) {
      sum &-= Int128(values[row])
      count &-= 1
    }

    mutating func removeAll(_ rows: Range<Int>) {
      sum = 0
      count = 0
    }
  }

  private let type: DataType
  private let result: ExactSumAccumulator.Result

  init(_ type: DataType, _ result: ExactSumAccumulator.Result) {
    self.type = type
    self.result = result
  }

  func values(
    _ arguments: [Column],
    present: Bitmap?,
    _ frames: Frames
  ) throws(FunctionError) -> Column {
    var total = Total(values: arguments[0].ints)
    var validity = Bitmap(repeating: false, count: frames.count)
    if result == .average, type != .interval {
      let unit: Double = type == .decimal ? 100 : 1
      var means = [Double](repeating: 0, count: frames.count)
      try frames.slide(&total, present) { (frame, total) throws(FunctionError) in
        guard total.count > 0 else { return }
        means[frame] = Numbers.float(total.sum) / (Double(total.count) * unit)
        validity[frame] = true
      }
      return Column(floats: means, validity: validity)
    }
    let isMean = result == .average
    let type = type
    var sums = [Int64](repeating: 0, count: frames.count)
    try frames.slide(&total, present) { (frame, total) throws(FunctionError) in
      guard total.count > 0 else { return }
      let exact = isMean ? Numbers.roundedQuotient(total.sum, Int128(total.count)) : total.sum
      guard let sum = Int64(exactly: exact) else { throw .overflow("sum of \(type.rawValue)") }
      sums[frame] = sum
      validity[frame] = true
    }
    return Column(type, ints: sums, validity: validity)
  }
}

/// Counts, adds up or averages the distinct values of frames.
struct FramedDistinct: FramedAggregate {
  enum Result: Sendable {
    case count
    case total(ExactSumAccumulator.Result)
  }

  private struct Values: FrameState {
    let codes: [Int32]
    /// The integer of each code.
    let keys: [Int64]
    let present: Bitmap?
    /// How often each code stands in the frame.
    var counts: [Int32]
    var distinct = 0
    var sum: Int128 = 0

    mutating func add(_ row: Int) {
      let code = Int(codes[row])
      if counts[code] == 0 {
        distinct &+= 1
        sum &+= Int128(keys[code])
      }
      counts[code] &+= 1
    }

    mutating func remove(_ row: Int) {
      let code = Int(codes[row])
      counts[code] &-= 1
      if counts[code] == 0 {
        distinct &-= 1
        sum &-= Int128(keys[code])
      }
    }

    mutating func removeAll(_ rows: Range<Int>) {
      // Codes of other partitions are many: those of the frame alone are cleared.
      for row in rows where present.isSet(row) { counts[Int(codes[row])] = 0 }
      distinct = 0
      sum = 0
    }
  }

  private let type: DataType
  private let result: Result

  init(_ type: DataType, _ result: Result) {
    self.type = type
    self.result = result
  }

  func values(
    _ arguments: [Column],
    present: Bitmap?,
    _ frames: Frames
  ) throws(FunctionError) -> Column {
    var encoder = KeyEncoder(type)
    let rows = GroupRows.present([Int32](repeating: 0, count: frames.count), arguments[0])
    let keys = encoder.keys(arguments[0], groups: rows)
    var table = CodeTable()
    let codes = table.codes(Column(ints: keys))
    var values = Values(
      codes: codes,
      keys: table.keys.map { Int64(bitPattern: $0) },
      present: present,
      counts: [Int32](repeating: 0, count: table.count)
    )
    guard case .total(let total) = result else {
      var counts = [Int64](repeating: 0, count: frames.count)
      try frames.slide(&values, present) { (frame, values) throws(FunctionError) in
        counts[frame] = Int64(values.distinct)
      }
      return Column(ints: counts)
    }
    let isFloat = total == .average && type != .interval
    let unit: Double = type == .decimal ? 100 : 1
    let type = type
    var validity = Bitmap(repeating: false, count: frames.count)
    var floats = [Double](repeating: 0, count: isFloat ? frames.count : 0)
    var ints = [Int64](repeating: 0, count: isFloat ? 0 : frames.count)
    try frames.slide(&values, present) { (frame, values) throws(FunctionError) in
      guard values.distinct > 0 else { return }
      validity[frame] = true
      if isFloat {
        floats[frame] = Numbers.float(values.sum) / (Double(values.distinct) * unit)
        return
      }
      let exact =
        total == .average
        ? Numbers.roundedQuotient(values.sum, Int128(values.distinct)) : values.sum
      guard let sum = Int64(exactly: exact) else { throw .overflow("sum of \(type.rawValue)") }
      ints[frame] = sum
    }
    return isFloat
      ? Column(floats: floats, validity: validity) : Column(type, ints: ints, validity: validity)
  }
}
