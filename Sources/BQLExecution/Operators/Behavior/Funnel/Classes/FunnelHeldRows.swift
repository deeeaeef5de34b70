/// Finds the rows of a unit that hold one of some values, and brings them together by value.
struct FunnelHeldRows {
  /// Bits of a hash of the sought values: a value without its bit is none of them.
  private var bits = InlineArray<16, UInt64>(repeating: 0)
  private var numbers = CodeNumbers()
  /// Rows that may hold a sought value, and then those that do with their values' numbers.
  private var rows: [Int32] = []
  private var rowNumbers: [Int32] = []
  private var found = 0
  /// The rows that were brought together.
  private(set) var count = 0
  /// Value *i*'s rows are `sorted[bounds[i]..<bounds[i + 1]]`.
  private(set) var bounds = RefilledArray<Int>()
  private(set) var sorted: [Int32] = []

  var valueCount: Int { numbers.count }

  /// Forgets all values and makes room for the rows of a unit.
  mutating func begin(capacity: Int) {
    for word in bits.indices { bits[word] = 0 }
    numbers.begin(capacity: capacity)
    found = 0
    guard rows.count < capacity else { return }
    rows = [Int32](repeating: 0, count: max(capacity, 2 * rows.count))
    rowNumbers = rows
    sorted = rows
  }

  @inline(__always)
  private static func hash(_ value: Int32) -> Int {
    Int((UInt32(bitPattern: value) &* 0x9E37_79B1) >> 22)
  }

  /// Seeks the rows of a value.
  @inline(__always)
  mutating func seek(_ value: Int32) {
    let hash = Self.hash(value)
    bits[hash >> 6] |= 1 << UInt64(hash & 63)
    _ = numbers.number(of: value)
  }

  /// Brings the rows of `range` together that hold a sought value and whose byte says in `matters`
  /// (1, else 0) that they count.
  mutating func collect(
    _ range: Range<Int>,
    _ held: Span<Int32>,
    _ bytes: Span<UInt8>,
    _ matters: Span<UInt8>
  ) {
    found = filter(range, held, bytes, matters)
    for index in 0..<found {
      let number = numbers.known(held[Int(rows[index])]) ?? -1
      rowNumbers[index] = Int32(truncatingIfNeeded: number)
    }
    sort()
  }

  /// Brings the rows that were found together by value.
  private mutating func sort() {
    bounds.fill(0, count: numbers.count + 2)
    for index in 0..<found where rowNumbers[index] >= 0 { bounds[Int(rowNumbers[index]) + 2] += 1 }
    for number in bounds.indices.dropFirst() { bounds[number] += bounds[number - 1] }
    for index in 0..<found where rowNumbers[index] >= 0 {
      let number = Int(rowNumbers[index])
      sorted[bounds[number + 1]] = rows[index]
      bounds[number + 1] += 1
    }
    count = bounds[numbers.count]
  }

  /// Lists the rows whose value's bit is set, without a branch that depends on it.
  @inline(__always)
  private mutating func filter(
    _ range: Range<Int>,
    _ held: Span<Int32>,
    _ bytes: Span<UInt8>,
    _ matters: Span<UInt8>
  ) -> Int {
    let bits = bits
    var rows = rows.mutableSpan
    var found = 0
    for row in range {
      let hash = Self.hash(held[row])
      rows[found] = Int32(truncatingIfNeeded: row)
      let hit = bits[hash >> 6] >> UInt64(hash & 63) & UInt64(matters[Int(bytes[row])])
      found += Int(truncatingIfNeeded: hit & 1)
    }
    return found
  }
}
