package import BQLColumnar
package import BQLStorage

/// Lends one small number a row (a unit, a group, a session); −1 stands for NULL.
package struct RowCodes: Sendable {
  /// Holds the codes in the width in which they are stored.
  package enum Storage: Sendable {
    case codes8(Buffer<UInt8>)
    case codes16(Buffer<UInt16>)
    case codes32(Buffer<Int32>)
    /// One code a row of the morsel, −1 = NULL.
    case rows([Int32])
  }

  private let storage: Storage
  /// The rows of the partition that hold a value; nil when all do.
  private let validity: Bitmap?
  /// What code *c* becomes, at entry *c* + 1, and NULL at entry 0; nil keeps the codes.
  ///
  /// A code past its end becomes what its last entry says.
  private let map: [Int32]?

  package init(_ storage: Storage, validity: Bitmap? = nil, map: [Int32]? = nil) {
    self.storage = storage
    self.validity = validity
    self.map = map
  }

  /// Reads a dictionary-encoded column of a partition; nil for any other.
  ///
  /// `map` holds what code *c* becomes at entry *c* + 1, and NULL at entry 0: this is how an
  /// expression over one text column, evaluated once a dictionary entry, becomes a group.
  package init?(_ column: StoredColumn, map: [Int32]? = nil) {
    switch column.storage {
    case .codes8(let codes, _): self.init(.codes8(codes), validity: column.validity, map: map)
    case .codes16(let codes, _): self.init(.codes16(codes), validity: column.validity, map: map)
    case .codes32(let codes, _): self.init(.codes32(codes), validity: column.validity, map: map)
    case .int8, .int16, .int32, .int64, .float, .bool, .perUser: return nil
    }
  }

  /// Makes codes of the stored numbers of `rows`, a morsel's: the numbers themselves, or what each
  /// is more than the smallest; nil for a column of no integers, or of ones too far apart.
  init?(integers column: StoredColumn, _ rows: Range<Int>) {
    let codes: [Int32]?
    switch column.storage {
    case .int32(let buffer) where Self.areNatural(buffer, rows):
      self.init(.codes32(buffer), validity: column.validity)
      return
    case .int8(let buffer): codes = Self.offsets(buffer, rows)
    case .int16(let buffer): codes = Self.offsets(buffer, rows)
    case .int32(let buffer): codes = Self.offsets(buffer, rows)
    case .int64(let buffer): codes = Self.offsets(buffer, rows)
    case .float, .bool, .codes8, .codes16, .codes32, .perUser: codes = nil
    }
    guard var codes else { return nil }
    if let validity = column.validity {
      for (index, row) in rows.enumerated() where !validity[row] { codes[index] = -1 }
    }
    self.init(.rows(codes))
  }

  private static func areNatural(_ buffer: Buffer<Int32>, _ rows: Range<Int>) -> Bool {
    buffer.withSpan { numbers in
      var smallest: Int32 = 0
      for row in rows { smallest = min(smallest, numbers[row]) }
      return smallest >= 0
    }
  }

  private static func offsets(
    _ buffer: Buffer<some FixedWidthInteger & Sendable>,
    _ rows: Range<Int>
  ) -> [Int32]? {
    buffer.withSpan { numbers in
      var (smallest, largest) = (Int64.max, Int64.min)
      for row in rows {
        smallest = min(smallest, Int64(numbers[row]))
        largest = max(largest, Int64(numbers[row]))
      }
      guard largest >= smallest else { return [] }
      guard UInt64(bitPattern: largest &- smallest) < UInt64(Int32.max) else { return nil }
      return rows.map { Int32(truncatingIfNeeded: Int64(numbers[$0]) &- smallest) }
    }
  }

  /// Returns these codes, each replaced by its entry of `map` (code *c* at *c* + 1).
  package func mapped(by map: [Int32]) -> RowCodes {
    let composed = self.map.map { inner in inner.map { Self.entry(map, $0) } }
    return RowCodes(storage, validity: validity, map: composed ?? map)
  }

  /// Returns the code of partition row `row`; `firstRow` is the morsel's.
  @inline(__always)
  func code(_ row: Int, firstRow: Int) -> Int32 {
    var code: Int32
    switch storage {
    case .codes8(let codes): code = Int32(codes[row])
    case .codes16(let codes): code = Int32(codes[row])
    case .codes32(let codes): code = codes[row]
    case .rows(let codes): code = codes[row - firstRow]
    }
    if let validity, !validity[row] { code = -1 }
    if let map { code = Self.entry(map, code) }
    return code
  }

  /// Returns the codes of `rows`.
  func codes(_ rows: Range<Int>, firstRow: Int) -> [Int32] {
    var codes: [Int32]
    switch storage {
    case .codes8(let buffer): codes = Self.widened(buffer, rows)
    case .codes16(let buffer): codes = Self.widened(buffer, rows)
    case .codes32(let buffer): codes = Self.widened(buffer, rows)
    case .rows(let all):
      codes = Array(all[(rows.lowerBound - firstRow)..<(rows.upperBound - firstRow)])
    }
    if let validity {
      for (index, row) in rows.enumerated() where !validity[row] { codes[index] = -1 }
    }
    if let map {
      for index in codes.indices { codes[index] = Self.entry(map, codes[index]) }
    }
    return codes
  }

  /// Returns the codes of any rows, as positions in the morsel that starts at `firstRow`; −1, for
  /// no row, has NULL's.
  func codes(ofRows rows: some Sequence<Int32>, firstRow: Int) -> [Int32] {
    var codes: [Int32]
    switch storage {
    case .codes8(let buffer): codes = Self.picked(buffer, rows, firstRow)
    case .codes16(let buffer): codes = Self.picked(buffer, rows, firstRow)
    case .codes32(let buffer): codes = Self.picked(buffer, rows, firstRow)
    case .rows(let all): codes = rows.map { $0 < 0 ? -1 : all[Int($0)] }
    }
    if let validity {
      for (index, row) in rows.enumerated() where row >= 0 && !validity[Int(row) + firstRow] {
        codes[index] = -1
      }
    }
    if let map {
      for index in codes.indices { codes[index] = Self.entry(map, codes[index]) }
    }
    return codes
  }

  private static func picked(
    _ buffer: Buffer<some FixedWidthInteger & Sendable>,
    _ rows: some Sequence<Int32>,
    _ firstRow: Int
  ) -> [Int32] {
    buffer.withSpan { codes in
      rows.map { $0 < 0 ? -1 : Int32(truncatingIfNeeded: codes[Int($0) + firstRow]) }
    }
  }

  /// The stored codes, where they are the codes: there is no NULL, and no map changes one of them.
  var storedCodes: Storage? {
    guard validity == nil else { return nil }
    if let map {
      for code in 0..<max(map.count - 1, 0) where map[code + 1] != code { return nil }
    }
    switch storage {
    case .codes8, .codes16: return storage
    case .codes32, .rows: return nil
    }
  }

  /// Lends the codes of `rows`, all in a morsel that starts with their first.
  func withCodes<R>(_ rows: Range<Int>, _ body: (Span<Int32>) -> R) -> R {
    if case .codes32(let buffer) = storage, validity == nil, map == nil {
      return buffer.withSpan { body($0.extracting(rows)) }
    }
    return body(codes(rows, firstRow: rows.lowerBound).span)
  }

  private static func widened(
    _ buffer: Buffer<some FixedWidthInteger & Sendable>,
    _ rows: Range<Int>
  ) -> [Int32] {
    buffer.withSpan { codes in rows.map { Int32(truncatingIfNeeded: codes[$0]) } }
  }

  @inline(__always)
  private static func entry(_ map: [Int32], _ code: Int32) -> Int32 {
    map[min(Int(code) + 1, map.count - 1)]
  }
}
