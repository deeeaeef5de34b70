/// Sorts 64-bit keys byte by byte, least significant first, leaving out bytes that all keys share.
///
/// - Complexity: O(*n* · *b*), *b* the number of bytes in which keys differ; O(*n*) memory.
package enum RadixSort {
  /// Below this many keys comparing them is faster than counting their bytes.
  private static let smallCount = 192

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

  /// Sorts by one byte.
  private struct Pass {
    var shift: Int
    /// Where the keys of each byte start.
    var starts: InlineArray<256, Int32>
  }

  private static func scatter(_ keys: [Int64], into other: inout [Int64], _ pass: Pass) {
    var next = pass.starts
    let shift = pass.shift
    let from = keys.span
    var to = other.mutableSpan
    for row in from.indices {
      let byte = digit(from[row], shift)
      let place = next[byte]
      to[Int(truncatingIfNeeded: place)] = from[row]
      next[byte] = place &+ 1
    }
  }

  private static func scatter(
    _ keys: [Int64],
    _ order: [Int32],
    into otherKeys: inout [Int64],
    _ otherOrder: inout [Int32],
    _ pass: Pass
  ) {
    var next = pass.starts
    let shift = pass.shift
    let fromKeys = keys.span
    let fromOrder = order.span
    var toKeys = otherKeys.mutableSpan
    var toOrder = otherOrder.mutableSpan
    for row in fromKeys.indices {
      let byte = digit(fromKeys[row], shift)
      let place = Int(truncatingIfNeeded: next[byte])
      toKeys[place] = fromKeys[row]
      toOrder[place] = fromOrder[row]
      next[byte] &+= 1
    }
  }

  /// A byte of a key; that of the sign is turned over, so that negative keys come first.
  @inline(__always)
  private static func digit(_ key: Int64, _ shift: Int) -> Int {
    Int(truncatingIfNeeded: UInt64(bitPattern: key ^ .min) &>> UInt64(shift) & 255)
  }

  /// The bytes in which keys differ, lowest first.
  private static func passes(_ keys: [Int64]) -> [Pass] {
    guard let first = keys.first else { return [] }
    var differing: Int64 = 0
    var isAscending = true
    var previous = first
    for key in keys {
      differing |= key ^ first
      isAscending = isAscending && previous <= key
      previous = key
    }
    if isAscending { return [] }
    return stride(from: 0, to: 64, by: 8).filter { differing >> Int64($0) & 255 != 0 }.map {
      Pass(shift: $0, starts: starts(keys, $0))
    }
  }

  private static func starts(_ keys: [Int64], _ shift: Int) -> InlineArray<256, Int32> {
    var starts = InlineArray<256, Int32>(repeating: 0)
    let keys = keys.span
    for row in keys.indices { starts[digit(keys[row], shift)] &+= 1 }
    var sum: Int32 = 0
    for byte in 0..<256 {
      let count = starts[byte]
      starts[byte] = sum
      sum &+= count
    }
    return starts
  }
}
