/// Sorts 64-bit keys digit by digit, least significant first.
///
/// Digits are cut from the keys' distance to the smallest one, so that keys close together have few.
///
/// - Complexity: O(*n* · *d*), *d* the number of digits of the largest distance; O(*n*) memory.
package enum RadixSort {
  /// Below this many keys comparing them is faster than counting their digits.
  private static let smallCount = 512

  /// Sorts keys in ascending order.
  package static func sort(_ keys: inout [Int64]) {
    guard keys.count >= smallCount else {
      keys.sort()
      return
    }
    let passes = passes(keys)
    var other = [Int64](repeating: 0, count: passes.isEmpty ? 0 : keys.count)
    for pass in passes {
      scatter(keys, into: &other, pass)
      swap(&keys, &other)
    }
  }

  /// Reorders `order`, places in `keys`, so that the keys ascend; equal keys keep their order.
  ///
  /// Sorting by the last of several keys first gives the order by all of them.
  package static func sort(_ order: inout [Int32], by keys: [Int64]) {
    guard order.count >= smallCount else {
      // Positions break ties: the library's sort does not promise to be stable.
      let ranked = order.enumerated().sorted { a, b in
        let (left, right) = (keys[Int(a.element)], keys[Int(b.element)])
        return left != right ? left < right : a.offset < b.offset
      }
      order = ranked.map(\.element)
      return
    }
    var sorted = [Int64](capacity: order.count) { (output: inout OutputSpan<Int64>) in
      for place in order { output.append(keys[Int(place)]) }
    }
    let passes = passes(sorted)
    var otherKeys = [Int64](repeating: 0, count: passes.isEmpty ? 0 : order.count)
    var otherOrder = [Int32](repeating: 0, count: passes.isEmpty ? 0 : order.count)
    for pass in passes {
      scatter(sorted, order, into: &otherKeys, &otherOrder, pass)
      swap(&sorted, &otherKeys)
      swap(&order, &otherOrder)
    }
  }

  /// Sorts by one digit.
  private struct Pass {
    var low: Int64
    var shift: UInt64
    /// Where the keys of each digit start.
    var starts: [Int32]

    @inline(__always)
    func digit(_ key: Int64) -> Int {
      Int(truncatingIfNeeded: UInt64(bitPattern: key &- low) &>> shift) & (RadixSort.digits &- 1)
    }
  }

  /// Bits of a digit: its places in the output, one cache line each, stay in the nearest cache.
  private static let digitBits = 9
  private static let digits = 1 << digitBits

  private static func scatter(_ keys: [Int64], into other: inout [Int64], _ pass: Pass) {
    var starts = pass.starts
    var next = starts.mutableSpan
    let from = keys.span
    var to = other.mutableSpan
    for row in from.indices {
      let digit = pass.digit(from[row])
      let place = next[digit]
      to[Int(truncatingIfNeeded: place)] = from[row]
      next[digit] = place &+ 1
    }
  }

  private static func scatter(
    _ keys: [Int64],
    _ order: [Int32],
    into otherKeys: inout [Int64],
    _ otherOrder: inout [Int32],
    _ pass: Pass
  ) {
    var starts = pass.starts
    var next = starts.mutableSpan
    let fromKeys = keys.span
    let fromOrder = order.span
    var toKeys = otherKeys.mutableSpan
    var toOrder = otherOrder.mutableSpan
    for row in fromKeys.indices {
      let digit = pass.digit(fromKeys[row])
      let place = Int(truncatingIfNeeded: next[digit])
      toKeys[place] = fromKeys[row]
      toOrder[place] = fromOrder[row]
      next[digit] &+= 1
    }
  }

  /// One pass a digit in which keys differ, lowest first; none where keys ascend already.
  private static func passes(_ keys: [Int64]) -> [Pass] {
    guard var low = keys.first, var previous = keys.first else { return [] }
    var high = low
    var isAscending = true
    for key in keys {
      low = min(low, key)
      high = max(high, key)
      isAscending = isAscending && previous <= key
      previous = key
    }
    if isAscending { return [] }
    let bits = UInt64.bitWidth - UInt64(bitPattern: high &- low).leadingZeroBitCount
    return stride(from: 0, to: bits, by: digitBits).map { shift in
      var pass = Pass(low: low, shift: UInt64(shift), starts: [])
      pass.starts = starts(keys, pass)
      return pass
    }
  }

  private static func starts(_ keys: [Int64], _ pass: Pass) -> [Int32] {
    var counts = [Int32](repeating: 0, count: digits)
    let keys = keys.span
    var span = counts.mutableSpan
    for row in keys.indices { span[pass.digit(keys[row])] &+= 1 }
    var sum: Int32 = 0
    for digit in 0..<digits {
      let count = counts[digit]
      counts[digit] = sum
      sum &+= count
    }
    return counts
  }
}
