import BQLColumnar
import BQLFunctions

/// Gives each distinct row of key columns a dense group 0, 1, … in order of first appearance, by
/// packing the keys of a row into one number.
///
/// Each column has some bits of it: a text the code of its dictionary, an integer its distance to a
/// base. Then a row costs one look-up, whatever the number of columns. Where bits do not suffice the
/// groups so far are packed anew, with more bits.
struct PackedKeys: Sendable {
  /// Describes the bits of one column.
  private struct Part {
    let type: DataType
    /// Of texts.
    var dictionary: TextDictionary?
    /// Whether a text was NULL; integers always have room for that.
    var hasNull = false
    /// The integer whose bits are all 0.
    var base: Int64 = 0
    var bits = 0
    var shift = 0

    /// What NULL has: an integer's highest number, or the code behind the dictionary's last.
    var null: UInt64 { dictionary.map { UInt64($0.count) } ?? mask }
    var mask: UInt64 { UInt64(1) << UInt64(bits) &- 1 }

    /// Whether the bits hold all integers of a range.
    func holds(_ range: ClosedRange<Int64>) -> Bool {
      range.lowerBound >= base && UInt64(bitPattern: range.upperBound &- base) < mask
    }
  }

  /// More would leave no sign bit to the packed number.
  private static let bitLimit = 62
  /// Up to here a look-up needs no hash.
  private static let denseBits = 18

  private var parts: [Part] = []
  private var bits = 0
  private var table = CodeTable()

  var count: Int { table.count }

  /// Returns one group a row; nil where the keys do not fit into a number, or any longer.
  mutating func groups(for columns: [Column], count: Int) -> [Int32]? {
    guard cover(columns) else { return nil }
    var packed = [Int64](repeating: 0, count: count)
    for (part, column) in zip(parts, columns) { Self.pack(column, part, into: &packed) }
    return table.codes(packed, bits: bits)
  }

  /// Returns the key columns, one row a group.
  func keyColumns() -> [Column] {
    let keys = table.keys
    return parts.map { part in
      let (shift, mask, null) = (UInt64(part.shift), part.mask, part.null)
      var validity = Bitmap(repeating: true, count: keys.count)
      if part.dictionary == nil || part.hasNull {
        for row in keys.indices where keys[row] >> shift & mask == null { validity[row] = false }
      }
      if let dictionary = part.dictionary {
        let last = UInt64(max(dictionary.count - 1, 0))
        let codes = keys.map { Int32(truncatingIfNeeded: min($0 >> shift & mask, last)) }
        return Column(codes: codes, dictionary: dictionary, validity: validity)
      }
      if part.type == .bool {
        return Column(bools: keys.map { $0 >> shift & mask == 1 }, validity: validity)
      }
      let ints = keys.map { part.base &+ Int64(bitPattern: $0 >> shift & mask) }
      return Column(part.type, ints: ints, validity: validity)
    }
  }

  // MARK: - Bits

  /// Makes the bits hold the keys of some rows; false where they cannot.
  private mutating func cover(_ columns: [Column]) -> Bool {
    let old = parts.isEmpty ? columns.map { Part(type: $0.type) } : parts
    guard var wanted = Self.parts(old, for: columns, hasRoom: count > 0) else { return false }
    if wanted.isSame(as: parts) { return true }
    if count == 0, wanted.bits > Self.denseBits {
      // They are hashed: then bits cost nothing, and room saves packing anew.
      guard let roomy = Self.parts(old, for: columns, hasRoom: true) else { return false }
      wanted = roomy
    }
    guard wanted.bits <= Self.bitLimit else { return false }
    let knownCount = count
    let known = knownCount == 0 ? [] : keyColumns()
    parts = wanted.parts
    bits = wanted.bits
    if knownCount > 0 {
      var packed = [Int64](repeating: 0, count: knownCount)
      for (part, column) in zip(parts, known) { Self.pack(column, part, into: &packed) }
      table.replaceKeys(packed.map { UInt64(bitPattern: $0) })
    }
    return true
  }

  /// Lays the bits of columns side by side.
  private struct Layout {
    var parts: [Part]
    var bits = 0

    init(_ parts: [Part]) {
      self.parts = parts
      for index in parts.indices {
        self.parts[index].shift = bits
        bits += parts[index].bits
      }
    }

    func isSame(as others: [Part]) -> Bool {
      parts.count == others.count
        && zip(parts, others).allSatisfy {
          $0.bits == $1.bits && $0.base == $1.base && $0.hasNull == $1.hasNull
        }
    }
  }

  /// Returns parts that hold the keys of some rows beside what they hold; nil where none can.
  private static func parts(_ parts: [Part], for columns: [Column], hasRoom: Bool) -> Layout? {
    var wanted = parts
    for (index, column) in columns.enumerated() {
      switch column.values {
      case .floats: return nil
      case .bools: wanted[index].bits = 2
      case .texts(_, let dictionary):
        let known = wanted[index].dictionary ?? dictionary
        guard known === dictionary, dictionary.isDistinct else { return nil }
        let hasNull = wanted[index].hasNull || column.validity != nil || dictionary.count == 0
        wanted[index].dictionary = dictionary
        wanted[index].hasNull = hasNull
        wanted[index].bits = width(UInt64(hasNull ? dictionary.count : dictionary.count - 1))
      case .ints(let ints):
        guard let range = range(ints, column.validity) else { continue }
        if wanted[index].holds(range) { continue }
        guard widen(&wanted[index], to: range, hasRoom: hasRoom) else { return nil }
      }
    }
    return Layout(wanted)
  }

  /// Gives a part bits for `range` beside what it holds, and room on either side where wanted.
  private static func widen(
    _ part: inout Part,
    to range: ClosedRange<Int64>,
    hasRoom: Bool
  ) -> Bool {
    var (low, high) = (range.lowerBound, range.upperBound)
    if part.bits > 0 {
      let (last, overflows) = part.base.addingReportingOverflow(Int64(part.mask - 1))
      low = min(low, part.base)
      high = max(high, overflows ? .max : last)
    }
    let distance = UInt64(bitPattern: high &- low)
    guard distance < 1 << UInt64(bitLimit - 2) else { return false }
    part.bits = width(distance + 1) + (hasRoom ? 1 : 0)
    let room = Int64((part.mask - 1 - distance) / 2)
    let (base, overflows) = low.subtractingReportingOverflow(room)
    part.base = overflows ? .min : base
    return true
  }

  /// The bits that numbers up to `most` need.
  private static func width(_ most: UInt64) -> Int {
    UInt64.bitWidth - most.leadingZeroBitCount
  }

  /// Returns the least and the greatest integer that is present; nil where none is.
  private static func range(_ ints: [Int64], _ validity: Bitmap?) -> ClosedRange<Int64>? {
    let values = ints.span
    var (low, high) = (Int64.max, Int64.min)
    if let validity {
      let words = validity.words.span
      var bits: UInt64 = 0
      for row in values.indices {
        bits = row & 63 == 0 ? words[row >> 6] : bits &>> 1
        low = min(low, bits & 1 == 0 ? .max : values[row])
        high = max(high, bits & 1 == 0 ? .min : values[row])
      }
    } else {
      // Two at a time: none waits for the one before it.
      var (otherLow, otherHigh) = (low, high)
      var row = 0
      while row &+ 2 <= values.count {
        let (a, b) = unsafe (values[unchecked: row], values[unchecked: row &+ 1])
        low = min(low, a)
        high = max(high, a)
        otherLow = min(otherLow, b)
        otherHigh = max(otherHigh, b)
        row &+= 2
      }
      if row < values.count {
        low = min(low, values[row])
        high = max(high, values[row])
      }
      (low, high) = (min(low, otherLow), max(high, otherHigh))
    }
    return low <= high ? low...high : nil
  }

  // MARK: - Packing

  /// Puts the bits of one column into each row's number.
  private static func pack(_ column: Column, _ part: Part, into packed: inout [Int64]) {
    switch column.values {
    case .ints(let ints):
      let base = part.base
      pack(ints, column.validity, part, into: &packed) { $0 &- base }
    case .texts(let codes, _):
      pack(codes, column.validity, part, into: &packed) { Int64($0) }
    case .bools(let bools):
      pack(bools, column.validity, part, into: &packed) { $0 ? 1 : 0 }
    case .floats: preconditionFailure("floats are not packed")
    }
  }

  @inline(__always)
  private static func pack<Element>(
    _ elements: [Element],
    _ validity: Bitmap?,
    _ part: Part,
    into packed: inout [Int64],
    _ number: (Element) -> Int64
  ) {
    precondition(elements.count == packed.count, "one key a row")
    let input = elements.span
    let shift = Int64(part.shift)
    var output = packed.mutableSpan
    // Both have one element a row.
    guard let validity else {
      for row in input.indices {
        let bits = unsafe number(input[unchecked: row]) &<< shift
        unsafe output[unchecked: row] |= bits
      }
      return
    }
    let null = Int64(bitPattern: part.null) &<< shift
    let words = validity.words.span
    var present: UInt64 = 0
    for row in input.indices {
      present = row & 63 == 0 ? words[row >> 6] : present &>> 1
      let bits = unsafe number(input[unchecked: row]) &<< shift
      unsafe output[unchecked: row] |= present & 1 == 0 ? null : bits
    }
  }
}
