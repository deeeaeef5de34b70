import BQLColumnar

/// Collects all values and returns the one at share `p` of their order, interpolated linearly.
///
/// Of *n* values in ascending order, numbered from 0, position *p* · (*n* − 1) is taken; between
/// two positions the result lies on the straight line between their values, as `percentile_cont`
/// has it.
///
/// - Complexity: O(*n*) expected time at the end, 12 bytes a value.
struct QuantileAccumulator: Accumulator {
  private let type: DataType
  private let share: Double
  /// Whether the value at the position is taken, never one between two.
  private let isDiscrete: Bool
  private var groups: [Int32] = []
  private var keys: [Int64] = []
  private var groupCount = 0

  var byteCount: Int { keys.count * 12 }

  /// Makes an accumulator for floats, or for values held in integers.
  init(_ type: DataType, share: Double, isDiscrete: Bool = false) {
    self.type = type
    self.share = share
    self.isDiscrete = isDiscrete
  }

  mutating func grow(to groupCount: Int) { self.groupCount = max(self.groupCount, groupCount) }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let present = GroupRows.present(groups, arguments[0])
    switch arguments[0].values {
    case .floats(let floats): append(present, floats) { FloatOrder.key($0) }
    default: append(present, arguments[0].ints) { $0 }
    }
  }

  @inline(__always)
  private mutating func append<T>(_ present: [Int32], _ values: [T], _ key: (T) -> Int64) {
    if present.allSatisfy({ $0 >= 0 }) {
      groups.append(contentsOf: present)
      keys.append(contentsOf: Rows.map(values, key))
      return
    }
    for row in present.indices where present[row] >= 0 {
      groups.append(present[row])
      keys.append(key(values[row]))
    }
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    if mapping.allSatisfy({ $0 >= 0 }) {
      for group in other.groups { groups.append(mapping[Int(group)]) }
      keys.append(contentsOf: other.keys)
      return
    }
    for (row, group) in other.groups.enumerated() where mapping[Int(group)] >= 0 {
      groups.append(mapping[Int(group)])
      keys.append(other.keys[row])
    }
  }

  func finish() throws(FunctionError) -> Column {
    var starts = [Int](repeating: 0, count: groupCount + 1)
    for group in groups { starts[Int(group) + 1] += 1 }
    for group in 0..<groupCount { starts[group + 1] += starts[group] }
    var next = starts
    var sorted = [Int64](repeating: 0, count: keys.count)
    for (row, group) in groups.enumerated() {
      sorted[next[Int(group)]] = keys[row]
      next[Int(group)] += 1
    }
    var results: [(low: Int64, high: Int64, weight: Double)] = []
    results.reserveCapacity(groupCount)
    for group in 0..<groupCount {
      let range = starts[group]..<starts[group + 1]
      results.append(range.isEmpty ? (0, 0, 0) : neighbours(&sorted, range))
    }
    let validity = Bitmap((0..<groupCount).map { starts[$0] < starts[$0 + 1] })
    return Self.column(type, results, validity)
  }

  /// Makes a column of values between two keys, at `weight` of the way to the higher.
  static func column(
    _ type: DataType,
    _ results: [(low: Int64, high: Int64, weight: Double)],
    _ validity: Bitmap
  ) -> Column {
    if type == .float {
      return Column(floats: results.map(interpolatedFloat), validity: validity)
    }
    return Column(type, ints: results.map(interpolatedInt), validity: validity)
  }

  /// Returns the values on both sides of the wanted position, and the weight of the higher.
  private func neighbours(
    _ keys: inout [Int64],
    _ range: Range<Int>
  ) -> (low: Int64, high: Int64, weight: Double) {
    if isDiscrete {
      // The first position, from 1, whose share of the rows reaches p.
      let place = max(Int((share * Double(range.count)).rounded(.up)), 1) - 1
      let wanted = range.lowerBound + min(place, range.count - 1)
      let value = Selection.select(&keys, range, wanted)
      return (value, value, 0)
    }
    let position = share * Double(range.count - 1)
    let below = min(Int(position), range.count - 1)
    let low = Selection.select(&keys, range, range.lowerBound + below)
    let weight = position - Double(below)
    guard weight > 0, below + 1 < range.count else { return (low, low, 0) }
    // Selection leaves nothing smaller behind the position; the next value is the least there.
    var high = Int64.max
    for index in (range.lowerBound + below + 1)..<range.upperBound { high = min(high, keys[index]) }
    return (low, high, weight)
  }

  private static func interpolatedFloat(
    _ result: (low: Int64, high: Int64, weight: Double)
  ) -> Double {
    let low = FloatOrder.value(result.low)
    let high = FloatOrder.value(result.high)
    // Equal infinities have no difference.
    if result.weight == 0 || low == high { return low }
    // Twice half the difference stays finite where the difference itself does not.
    return low + (high / 2 - low / 2) * result.weight * 2
  }

  private static func interpolatedInt(
    _ result: (low: Int64, high: Int64, weight: Double)
  ) -> Int64 {
    let distance = Double(Int128(result.high) - Int128(result.low))
    let step = (distance * result.weight).rounded()
    // The result lies between the two values, up to the rounding of a double.
    let value = Int128(result.low) + Int128(step)
    return Int64(truncatingIfNeeded: min(value, Int128(result.high)))
  }
}

/// Finds the value of a given rank without sorting the rest.
enum Selection {
  /// Puts at `wanted` the value that sorting `range` would, smaller ones before it, greater ones
  /// behind it, and returns it.
  ///
  /// Quickselect with three-way partitioning, since prices repeat; a pivot is the median of three.
  /// Where pivots turn out badly too often the rest is sorted: O(*n* log *n*) at worst.
  static func select(_ keys: inout [Int64], _ range: Range<Int>, _ wanted: Int) -> Int64 {
    var low = range.lowerBound
    var high = range.upperBound
    var rounds = 2 * (Int.bitWidth - range.count.leadingZeroBitCount) + 8
    while high - low > 16, rounds > 0 {
      rounds -= 1
      let pivot = median(keys[low], keys[low + (high - low) / 2], keys[high - 1])
      // low..<less are smaller, less..<index equal, greater..<high greater.
      var less = low
      var index = low
      var greater = high
      while index < greater {
        let key = keys[index]
        if key < pivot {
          keys.swapAt(less, index)
          less += 1
          index += 1
        } else if key > pivot {
          greater -= 1
          keys.swapAt(index, greater)
        } else {
          index += 1
        }
      }
      if wanted < less {
        high = less
      } else if wanted >= greater {
        low = greater
      } else {
        return pivot
      }
    }
    keys[low..<high].sort()
    return keys[wanted]
  }

  private static func median(_ a: Int64, _ b: Int64, _ c: Int64) -> Int64 {
    max(min(a, b), min(max(a, b), c))
  }
}
