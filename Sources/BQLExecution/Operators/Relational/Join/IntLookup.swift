import CPrefetch

/// Finds the dense number of a 64-bit key among the keys of a join's smaller side.
///
/// Keys that lie close together have an array with a place for each; others are hashed by open
/// addressing, key and number side by side, so that a search mostly reads one cache line.
struct IntLookup: Sendable {
  private struct Slot: BitwiseCopyable {
    var key: Int64
    /// −1: empty.
    var number: Int32
  }

  /// Distinct keys, in order of first appearance.
  private(set) var count = 0
  private var base: Int64 = 0
  private var window: [Int32] = []
  private var slots: [Slot] = []
  private var shift: UInt64 = 63

  /// Rows whose slots are asked for before they are read.
  private static let prefetched = 64
  /// Places of a window for each key that it holds, at most.
  private static let windowShare = 8

  /// Numbers the keys; of rows that are not valid none, and `numbers` is −1 there.
  init(_ keys: [Int64], isValid: (Int) -> Bool, numbers: inout [Int32]) {
    numbers = [Int32](repeating: -1, count: keys.count)
    var low = Int64.max
    var high = Int64.min
    var valid = 0
    for row in keys.indices where isValid(row) {
      low = min(low, keys[row])
      high = max(high, keys[row])
      valid += 1
    }
    guard valid > 0 else { return }
    let width = UInt64(bitPattern: high &- low)
    if width < UInt64(max(valid * Self.windowShare, 1 << 12)) {
      base = low
      window = [Int32](repeating: -1, count: Int(width) + 1)
      for row in keys.indices where isValid(row) {
        let place = Int(keys[row] &- low)
        if window[place] < 0 {
          window[place] = Int32(truncatingIfNeeded: count)
          count += 1
        }
        numbers[row] = window[place]
      }
      return
    }
    var bits: UInt64 = 4
    while 1 << bits < valid * 2 { bits += 1 }
    shift = 64 - bits
    slots = [Slot](repeating: Slot(key: 0, number: -1), count: 1 << Int(bits))
    for row in keys.indices where isValid(row) { numbers[row] = number(of: keys[row]) }
  }

  @inline(__always)
  private static func slot(of key: Int64, shift: UInt64) -> Int {
    var mixed = UInt64(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 29)) &* 0xBF58_476D_1CE4_E5B9
    return Int(truncatingIfNeeded: mixed >> shift)
  }

  private mutating func number(of key: Int64) -> Int32 {
    var slot = Self.slot(of: key, shift: shift)
    while slots[slot].number >= 0 {
      if slots[slot].key == key { return slots[slot].number }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    slots[slot] = Slot(key: key, number: Int32(truncatingIfNeeded: count))
    count += 1
    return slots[slot].number
  }

  /// Returns the number of each key, −1 where it has none.
  func find(_ keys: [Int64]) -> [Int32] {
    if count == 0 { return [Int32](repeating: -1, count: keys.count) }
    if !window.isEmpty { return findInWindow(keys) }
    // Equal keys often follow each other: a log is clustered by user.
    let sample = keys.prefix(64)
    let repeats = zip(sample, sample.dropFirst()).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
    return repeats > 16 ? findRuns(keys) : findScattered(keys)
  }

  private func findInWindow(_ keys: [Int64]) -> [Int32] {
    let found = window.span
    let input = keys.span
    let limit = UInt64(window.count)
    return [Int32](capacity: keys.count) { (output: inout OutputSpan<Int32>) in
      for row in input.indices {
        let place = UInt64(bitPattern: input[row] &- base)
        output.append(place < limit ? found[Int(truncatingIfNeeded: place)] : -1)
      }
    }
  }

  private func findRuns(_ keys: [Int64]) -> [Int32] {
    let slots = slots.span
    let input = keys.span
    var last = input[0]
    var lastNumber = Self.find(last, slots, shift)
    return [Int32](capacity: keys.count) { (output: inout OutputSpan<Int32>) in
      for row in input.indices {
        let key = input[row]
        if key != last {
          last = key
          lastNumber = Self.find(key, slots, shift)
        }
        output.append(lastNumber)
      }
    }
  }

  /// Asks for the slots of some rows before it reads them, so that their cache misses overlap.
  private func findScattered(_ keys: [Int64]) -> [Int32] {
    let slots = slots.span
    let input = keys.span
    return [Int32](capacity: keys.count) { (output: inout OutputSpan<Int32>) in
      var start = 0
      while start < input.count {
        let end = min(start + Self.prefetched, input.count)
        unsafe slots.withUnsafeBufferPointer { pointer in
          // An address inside of the array: a slot's number is below their count.
          guard let first = pointer.baseAddress else { return }
          for row in start..<end {
            unsafe bql_prefetch(first + Self.slot(of: input[row], shift: shift))
          }
        }
        for row in start..<end { output.append(Self.find(input[row], slots, shift)) }
        start = end
      }
    }
  }

  @inline(__always)
  private static func find(_ key: Int64, _ slots: Span<Slot>, _ shift: UInt64) -> Int32 {
    var slot = slot(of: key, shift: shift)
    while slots[slot].number >= 0 {
      if slots[slot].key == key { return slots[slot].number }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    return -1
  }
}
