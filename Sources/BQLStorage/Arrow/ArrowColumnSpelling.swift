import BQLColumnar

/// Holds the spelled cells of one column of some rows.
struct ArrowColumnSpelling {
  private var bytes: [UInt8] = []
  /// Where each row's cell ends; it starts where the one before ends.
  private var ends: [Int] = []
  /// How many numbers so far were not finite.
  private(set) var infiniteCount = 0

  /// Appends the cell of `row`.
  @inline(__always)
  func append(_ row: Int, to out: inout [UInt8]) {
    let start = row == 0 ? 0 : ends[row - 1]
    out.append(contentsOf: bytes[start..<ends[row]])
  }

  /// Spells the cells of a column, in place of those before.
  mutating func spell(_ column: Column) {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    ends.reserveCapacity(column.count)
    switch column.values {
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
    case .texts(let codes, let dictionary):
      let (offsets, texts) = (dictionary.offsets, dictionary.bytes)
      each(column) { row, out in
        let code = Int(codes[row])
        Self.append(text: texts[offsets[code]..<offsets[code + 1]], to: &out)
      }
    case .ints(let ints): spell(column, ints)
    }
  }

  private mutating func spell(_ column: Column, _ ints: [Int64]) {
    switch column.type {
    case .decimal: each(column) { ValueText.append(decimal: ints[$0], to: &$1) }
    case .date: each(column) { ValueText.append(date: ints[$0], to: &$1) }
    case .interval:
      each(column) { ValueText.append(.interval(ints[$0]), intervals: .seconds, to: &$1) }
    case .timestamp:
      var clock = ClockSpelling()
      each(column) { clock.append(ints[$0], to: &$1) }
    case .int, .bool, .float, .text: each(column) { ValueText.append(int: ints[$0], to: &$1) }
    }
  }

  @inline(__always)
  private mutating func each(_ column: Column, _ append: (Int, inout [UInt8]) -> Void) {
    var out: [UInt8] = []
    swap(&out, &bytes)
    if let validity = column.validity {
      for row in 0..<column.count {
        if validity[row] { append(row, &out) }
        ends.append(out.count)
      }
    } else {
      for row in 0..<column.count {
        append(row, &out)
        ends.append(out.count)
      }
    }
    swap(&out, &bytes)
  }

  /// Appends a text, quoted where it needs to be.
  private static func append(text: ArraySlice<UInt8>, to out: inout [UInt8]) {
    var needsQuotes = text.first == 0x20 || text.last == 0x20
    for byte in text {
      needsQuotes = needsQuotes || byte == 0x22 || byte == 0x2C || byte == 0x0A || byte == 0x0D
    }
    guard needsQuotes else {
      out.append(contentsOf: text)
      return
    }
    out.append(0x22)
    for byte in text {
      if byte == 0x22 { out.append(0x22) }
      out.append(byte)
    }
    out.append(0x22)
  }
}

/// Spells instants in UTC, most of which share their day with the one before.
struct ClockSpelling {
  private var day = Int64.min
  private var date: [UInt8] = []

  mutating func append(_ timestamp: Int64, to out: inout [UInt8]) {
    let (day, rest) = TimeLimits.split(timestamp)
    if day != self.day {
      date.removeAll(keepingCapacity: true)
      ValueText.append(date: day, to: &date)
      date.append(UInt8(ascii: " "))
      self.day = day
    }
    out.append(contentsOf: date)
    let seconds = rest / Microseconds.perSecond
    Self.append(seconds / 3_600, digits: 2, to: &out)
    out.append(UInt8(ascii: ":"))
    Self.append(seconds / 60 % 60, digits: 2, to: &out)
    out.append(UInt8(ascii: ":"))
    Self.append(seconds % 60, digits: 2, to: &out)
    let fraction = rest % Microseconds.perSecond
    guard fraction > 0 else { return }
    out.append(UInt8(ascii: "."))
    Self.append(fraction, digits: 6, to: &out)
  }

  private static func append(_ number: Int64, digits: Int, to out: inout [UInt8]) {
    var power: Int64 = 1
    for _ in 1..<digits { power *= 10 }
    while power > 0 {
      out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / power % 10))
      power /= 10
    }
  }
}
