import BQLColumnar

/// Holds the spelled cells of one column of some rows.
///
/// Texts are spelled once for each entry of their dictionary, whose rows then only say which.
struct ArrowColumnSpelling {
  private var bytes: [UInt8] = []
  /// Where the cells end: cell *i* is `bytes[offsets[i]..<offsets[i + 1]]`.
  private var offsets = [0]
  /// Which cell each row has; nil where row *i* has cell *i*.
  private var places: [Int32]?
  /// The dictionary that the cells are those of.
  private var dictionary: TextDictionary?
  /// How many numbers so far were not finite.
  private(set) var infiniteCount = 0

  /// Spells the cells of a column, in place of those before.
  mutating func spell(_ column: Column) {
    switch column.values {
    case .texts(let codes, let dictionary): spell(codes, dictionary, column.validity)
    case .ints(let ints):
      switch column.type {
      case .int: spellFast(column, ints) { $2.put($0, &$1) }
      case .decimal: spellFast(column, ints) { $2.put(hundredths: $0, &$1) }
      case .timestamp: spellFast(column, ints) { $2.put(timestamp: $0, &$1) }
      case .date: each(column) { ValueText.append(date: ints[$0], to: &$1) }
      case .interval, .bool, .float, .text:
        each(column) { ValueText.append(.interval(ints[$0]), intervals: .seconds, to: &$1) }
      }
    case .bools(let bools):
      each(column) { $1.append(contentsOf: bools[$0] ? "true".utf8 : "false".utf8) }
    case .floats(let floats):
      var infinite = 0
      each(column) { row, out in
        if floats[row].isFinite {
          ValueText.append(float: floats[row], to: &out)
        } else {
          infinite += 1
        }
      }
      infiniteCount += infinite
    }
  }

  /// Adds the length of each row's cell to `lengths`.
  func addLengths(to lengths: inout [Int]) {
    var output = lengths.mutableSpan
    let offsets = offsets.span
    if let places {
      let places = places.span
      for row in output.indices {
        let place = Int(places[row])
        output[row] &+= offsets[place + 1] &- offsets[place]
      }
    } else {
      for row in output.indices { output[row] &+= offsets[row + 1] &- offsets[row] }
    }
  }

  /// Writes the cells of `rows`, and `end` behind each, to where `positions` says, which then says
  /// what is behind that.
  func write(_ rows: Range<Int>, to text: inout [UInt8], at positions: inout [Int], end: UInt8) {
    if let places {
      let places = places.span
      write(rows, to: &text, at: &positions, end: end) { Int(places[$0]) }
    } else {
      write(rows, to: &text, at: &positions, end: end) { $0 }
    }
  }

  @inline(__always)
  private func write(
    _ rows: Range<Int>,
    to text: inout [UInt8],
    at positions: inout [Int],
    end: UInt8,
    _ place: (Int) -> Int
  ) {
    let offsets = offsets.span
    var output = positions.mutableSpan
    let room = text.count
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe text.withUnsafeMutableBufferPointer { text in
        guard let into = text.baseAddress else { return }
        for row in rows {
          let place = place(row)
          let start = offsets[place]
          let length = offsets[place + 1] &- start
          let position = output[row &- rows.lowerBound]
          precondition(position >= 0 && length >= 0 && length < room &- position)
          // Both ranges lie inside their arrays: offsets end within `bytes`, and the rest is checked.
          if length > 0, let from = bytes.baseAddress {
            unsafe (into + position).update(from: from + start, count: length)
          }
          unsafe into[position &+ length] = end
          output[row &- rows.lowerBound] = position &+ length &+ 1
        }
      }
    }
  }

  // MARK: - Texts

  private mutating func spell(
    _ codes: [Int32],
    _ dictionary: TextDictionary,
    _ validity: Bitmap?
  ) {
    if self.dictionary !== dictionary {
      spell(dictionary)
      self.dictionary = dictionary
    }
    let none = Int32(truncatingIfNeeded: dictionary.count)
    var places = codes
    if let validity {
      var output = places.mutableSpan
      for row in output.indices where !validity[row] { output[row] = none }
    }
    self.places = places
  }

  /// Spells a dictionary's texts, and the empty one behind them.
  private mutating func spell(_ dictionary: TextDictionary) {
    bytes.removeAll(keepingCapacity: true)
    offsets = [0]
    offsets.reserveCapacity(dictionary.count + 2)
    let (starts, texts) = (dictionary.offsets, dictionary.bytes)
    for code in 0..<dictionary.count {
      append(text: texts[starts[code]..<starts[code + 1]])
      offsets.append(bytes.count)
    }
    offsets.append(bytes.count)
  }

  /// Appends a text, quoted where it needs to be.
  private mutating func append(text: ArraySlice<UInt8>) {
    var needsQuotes = text.first == 0x20 || text.last == 0x20
    for byte in text {
      needsQuotes = needsQuotes || byte == 0x22 || byte == 0x2C || byte == 0x0A || byte == 0x0D
    }
    guard needsQuotes else { return bytes.append(contentsOf: text) }
    bytes.append(0x22)
    for byte in text {
      if byte == 0x22 { bytes.append(0x22) }
      bytes.append(byte)
    }
    bytes.append(0x22)
  }

  // MARK: - Numbers

  @inline(__always)
  private mutating func each(_ column: Column, _ append: (Int, inout [UInt8]) -> Void) {
    begin(column.count)
    var out: [UInt8] = []
    swap(&out, &bytes)
    out.removeAll(keepingCapacity: true)
    for row in 0..<column.count {
      if column.isValid(row) { append(row, &out) }
      offsets.append(out.count)
    }
    swap(&out, &bytes)
  }

  /// Spells numbers of at most ``NumberSpelling/longest`` bytes.
  @inline(__always)
  private mutating func spellFast(
    _ column: Column,
    _ ints: [Int64],
    _ put: (Int64, inout MutableSpan<UInt8>, inout NumberSpelling) -> Void
  ) {
    begin(column.count)
    let wanted = column.count * NumberSpelling.longest
    if bytes.count < wanted { bytes = [UInt8](repeating: 0, count: wanted) }
    var out: [UInt8] = []
    swap(&out, &bytes)
    var spelling = NumberSpelling()
    var output = out.mutableSpan
    for row in 0..<column.count {
      if column.isValid(row) { put(ints[row], &output, &spelling) }
      offsets.append(spelling.position)
    }
    swap(&out, &bytes)
  }

  private mutating func begin(_ count: Int) {
    dictionary = nil
    places = nil
    offsets.removeAll(keepingCapacity: true)
    offsets.reserveCapacity(count + 1)
    offsets.append(0)
  }
}
