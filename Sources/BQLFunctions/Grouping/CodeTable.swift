package import BQLColumnar

/// Maps the integers of one column, and NULL, to dense codes 0, 1, … in order of first appearance.
///
/// Integers that lie close together (dictionary codes, bools, days, hours) are looked up in an array
/// that has a place for each; others are hashed.
package struct CodeTable: Sendable {
  private var table = IntTable()
  /// The code of each integer from `base` on, and last that of NULL; −1 where not met.
  private var window: [Int32] = [-1]
  private var base: Int64 = 0

  /// The longest window of integers of which nothing is known; it stays in the nearest cache.
  private static let windowLimit: UInt64 = 1 << 16
  /// The longest window of dictionary codes, which are dense.
  private static let domainLimit: UInt64 = 1 << 18

  package init() {}

  package var count: Int { table.count }
  /// The integer of each code; NULL has any.
  package var keys: [UInt64] { table.keys }
  /// −1 where NULL was not met.
  package var nullCode: Int32 { table.keylessCode }

  /// Puts other integers, as many and all different, in the place of those so far; codes stay.
  package mutating func replaceKeys(_ keys: [UInt64]) {
    table.replaceKeys(keys)
    if !table.isHashing { reset(base: 0, size: 0) }
  }

  /// Returns one code a row of a column; texts have those of one dictionary.
  package mutating func codes(_ column: Column) -> [Int32] {
    switch column.values {
    case .ints(let ints): return codes(ints, column.validity) { $0 }
    case .floats(let floats): return codes(floats, column.validity) { FloatOrder.key($0) }
    case .bools(let bools):
      return codes(bools, column.validity, domain: 0...1) { $0 ? 1 : 0 }
    case .texts(let texts, let dictionary):
      return codes(texts, below: dictionary.count, column.validity)
    }
  }

  /// Returns one code a row of codes of another kind, which are below `count`.
  package mutating func codes(
    _ others: [Int32],
    below count: Int,
    _ validity: Bitmap?
  ) -> [Int32] {
    codes(others, validity, domain: count == 0 ? nil : 0...Int64(count - 1)) { Int64($0) }
  }

  /// Returns one code a row of numbers of so many bits, at most 62.
  package mutating func codes(_ numbers: [Int64], bits: Int) -> [Int32] {
    codes(numbers, nil, domain: 0...(1 << Int64(bits)) - 1) { $0 }
  }

  /// Returns one code a row, `key` giving the integer of an element.
  ///
  /// `domain` is a range that holds all integers, where one is known.
  @inline(__always)
  mutating func codes<Element>(
    _ elements: [Element],
    _ validity: Bitmap?,
    domain: ClosedRange<Int64>? = nil,
    _ key: (Element) -> Int64
  ) -> [Int32] {
    if !table.isHashing {
      let range = domain ?? Self.range(elements, validity, key)
      if let range, !cover(range, limit: domain == nil ? Self.windowLimit : Self.domainLimit) {
        table.startHashing()
      }
    }
    return table.isHashing
      ? hashed(elements, validity, key) : windowed(elements, validity, key)
  }

  private static func range<Element>(
    _ elements: [Element],
    _ validity: Bitmap?,
    _ key: (Element) -> Int64
  ) -> ClosedRange<Int64>? {
    var low = Int64.max
    var high = Int64.min
    if let validity {
      for row in elements.indices where validity[row] {
        low = min(low, key(elements[row]))
        high = max(high, key(elements[row]))
      }
    } else {
      for element in elements {
        low = min(low, key(element))
        high = max(high, key(element))
      }
    }
    return low <= high ? low...high : nil
  }

  /// Makes the window hold `range` beside what it holds; false where it would be too long.
  private mutating func cover(_ range: ClosedRange<Int64>, limit: UInt64) -> Bool {
    let size = window.count - 1
    var low = range.lowerBound
    var high = range.upperBound
    if size > 0 {
      let last = base + Int64(size - 1)
      if low >= base, high <= last { return true }
      low = min(low, base)
      high = max(high, last)
    }
    let width = UInt64(bitPattern: high &- low)
    guard width < limit else { return false }
    // Room to grow upwards, where the integers allow it: days and counters do.
    let room = size == 0 ? 0 : min(width, UInt64(bitPattern: Int64.max &- high), limit)
    reset(base: low, size: Int(width + room) + 1)
    return true
  }

  private mutating func reset(base: Int64, size: Int) {
    self.base = base
    window = [Int32](repeating: -1, count: size + 1)
    window[size] = table.keylessCode
    guard size > 0 else { return }
    for (code, key) in table.keys.enumerated() where code != Int(table.keylessCode) {
      window[Int(Int64(bitPattern: key) - base)] = Int32(truncatingIfNeeded: code)
    }
  }

  @inline(__always)
  private mutating func windowed<Element>(
    _ elements: [Element],
    _ validity: Bitmap?,
    _ key: (Element) -> Int64
  ) -> [Int32] {
    let nullPlace = window.count - 1
    var (result, isKnown) = known(elements, validity, key)
    guard !isKnown else { return result }
    for row in result.indices where result[row] < 0 {
      if let validity, !validity[row] {
        if window[nullPlace] < 0 { window[nullPlace] = table.codeOfKeyless() }
        result[row] = window[nullPlace]
        continue
      }
      let integer = key(elements[row])
      let place = Int(integer &- base)
      if window[place] < 0 { window[place] = table.append(UInt64(bitPattern: integer)) }
      result[row] = window[place]
    }
    return result
  }

  /// Looks rows up in the window; −1 where not met, and whether all were.
  @inline(__always)
  private func known<Element>(
    _ elements: [Element],
    _ validity: Bitmap?,
    _ key: (Element) -> Int64
  ) -> (codes: [Int32], isKnown: Bool) {
    let nullPlace = window.count - 1
    let base = base
    let found = window.span
    let input = elements.span
    var lowest: Int32 = 0
    let codes = unsafe [Int32](count: input.count) { result in
      // As many codes as elements; the window is read with a check.
      if let validity {
        let words = validity.words.span
        var bits: UInt64 = 0
        for row in input.indices {
          bits = row & 63 == 0 ? words[row >> 6] : bits &>> 1
          let place = unsafe Int(key(input[unchecked: row]) &- base)
          let code = found[bits & 1 != 0 ? place : nullPlace]
          lowest = min(lowest, code)
          unsafe result[row] = code
        }
      } else {
        for row in input.indices {
          let code = unsafe found[Int(key(input[unchecked: row]) &- base)]
          lowest = min(lowest, code)
          unsafe result[row] = code
        }
      }
    }
    return (codes, lowest >= 0)
  }

  @inline(__always)
  private mutating func hashed<Element>(
    _ elements: [Element],
    _ validity: Bitmap?,
    _ key: (Element) -> Int64
  ) -> [Int32] {
    // Equal values often follow each other: a log is clustered by user.
    let sample = elements.prefix(64)
    let repeats = zip(sample, sample.dropFirst()).reduce(0) {
      $0 + (key($1.0) == key($1.1) ? 1 : 0)
    }
    var result: [Int32]
    if repeats > 32 {
      result = [Int32](repeating: -1, count: elements.count)
    } else {
      let (guesses, isKnown) = table.firstGuesses(elements) { UInt64(bitPattern: key($0)) }
      if isKnown, validity == nil { return guesses }
      result = guesses
    }
    var last: Int64 = 0
    var lastCode: Int32 = -1
    guard let validity else {
      for row in elements.indices where result[row] < 0 {
        result[row] = code(key(elements[row]), &last, &lastCode)
      }
      return result
    }
    var bits: UInt64 = 0
    for row in elements.indices {
      bits = row & 63 == 0 ? validity.words[row >> 6] : bits >> 1
      if bits & 1 == 0 {
        result[row] = table.codeOfKeyless()
      } else if result[row] < 0 {
        result[row] = code(key(elements[row]), &last, &lastCode)
      }
    }
    return result
  }

  /// Returns the code of an integer, at once where it is the one asked for before.
  @inline(__always)
  private mutating func code(
    _ integer: Int64,
    _ last: inout Int64,
    _ lastCode: inout Int32
  ) -> Int32 {
    if integer != last || lastCode < 0 {
      last = integer
      lastCode = table.code(for: UInt64(bitPattern: integer))
    }
    return lastCode
  }
}
