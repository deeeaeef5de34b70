import BQLColumnar

extension ArrowMessageReader {
  /// Reads how many rows a table `RecordBatch` has.
  func rowCount(_ table: FlatReader) throws(ArrowError) -> Int {
    let rowCount = try table.number(0, default: Int64(0))
    guard rowCount >= 0, rowCount <= Int64(Int32.max) else {
      throw .damaged(reason: "a batch has \(rowCount) rows")
    }
    return Int(rowCount)
  }

  /// Reads a table `RecordBatch` whose columns have the types given; with `only` the others may stay
  /// compressed.
  func batch(
    _ table: FlatReader,
    _ types: [ArrowType],
    _ decompress: ArrowDecompress?,
    only column: Int? = nil
  ) throws(ArrowError) -> ArrowBatch {
    let rowCount = try rowCount(table)
    var buffers = try ArrowBufferReader(table, body, decompress)
    // No byte stands for the rows of a column of NULL alone: they could be any number.
    let (cells, overflow) = rowCount.multipliedReportingOverflow(by: types.count { $0 == .null })
    guard !overflow, cells <= buffers.nullCellLimit(location.metadataByteCount) else {
      throw .unsupported(
        column: nil,
        what: "so many rows of NULL alone (\(rowCount))",
        hint: "leave out the columns without values"
      )
    }
    let nodes = try table.words(1, words: 2)
    guard nodes.count == types.count * 2 else {
      throw .damaged(reason: "a batch has another number of columns than the schema")
    }
    var columns: [ArrowArray] = []
    columns.reserveCapacity(types.count)
    for (index, type) in types.enumerated() {
      let nullCount = nodes[index * 2 + 1]
      guard nodes[index * 2] == Int64(rowCount), nullCount >= 0, nullCount <= Int64(rowCount) else {
        throw .damaged(reason: "a column has another number of rows than its batch")
      }
      buffers.isSkipping = column.map { $0 != index } ?? false
      columns.append(try buffers.array(type, count: rowCount, nullCount: Int(nullCount)))
    }
    return ArrowBatch(rowCount: rowCount, columns: columns)
  }
}

/// Bounds what is believed of a batch.
enum ArrowLimits {
  /// Cells of columns of NULL alone that any batch may have, and those for each of its bytes.
  static let nullCells = (any: 1 << 16, perByte: 64)
  /// Bytes of text that views may name for each byte that is there.
  static let viewedBytesPerByte = 1_024
  /// A compressed byte stands for this many at most.
  static let expansion = 1 << 15
}

/// Takes the buffers of a batch one after the other.
struct ArrowBufferReader {
  private let body: MemorySlice
  private let places: [Int64]
  private let codec: ArrowCodec?
  private let decompress: ArrowDecompress?
  private var next = 0
  /// How many buffers of bytes each column of views has.
  private let variadicCounts: [Int64]
  private var nextVariadic = 0
  /// Bytes of the body that no buffer has taken.
  private var left: Int
  /// Says that the column at hand is not asked for: its buffers are stepped over.
  var isSkipping = false

  init(
    _ table: FlatReader,
    _ body: MemorySlice,
    _ decompress: ArrowDecompress?
  ) throws(ArrowError) {
    self.body = body
    self.decompress = decompress
    places = try table.words(2, words: 2)
    variadicCounts = try table.words(4, words: 1)
    left = body.byteCount
    guard let compression = try table.table(3) else {
      codec = nil
      return
    }
    guard let codec = ArrowCodec(rawValue: try compression.number(0, default: Int8(0))),
      try compression.number(1, default: Int8(0)) == 0
    else {
      throw .unsupported(
        column: nil,
        what: "buffers compressed in a way that is not known here",
        hint: "write the file without compression, or with zstd"
      )
    }
    self.codec = codec
  }

  /// How many cells of columns of NULL alone are believed.
  func nullCellLimit(_ metadataByteCount: Int) -> Int {
    let bytes = UInt64(body.byteCount + metadataByteCount)
    let factor = UInt64(ArrowLimits.nullCells.perByte * (codec == nil ? 1 : ArrowLimits.expansion))
    let (cells, overflow) = bytes.multipliedReportingOverflow(by: factor)
    return ArrowLimits.nullCells.any + Int(overflow ? 1 << 60 : min(cells, 1 << 60))
  }

  /// Takes the buffers of one column.
  mutating func array(
    _ type: ArrowType,
    count: Int,
    nullCount: Int
  ) throws(ArrowError) -> ArrowArray {
    if type.layout == .none { return ArrowArray(count: count, nullCount: count, buffers: []) }
    var validity = try take(atLeast: nullCount > 0 ? (count + 7) / 8 : 0)
    if nullCount == 0 { validity = .none }
    var buffers: [ArrowBytes] = []
    switch type.layout {
    case .none: break
    case .bits: buffers = [try take(atLeast: (count + 7) / 8)]
    case .fixed(let width): buffers = [try take(atLeast: try Self.product(count, width))]
    case .offsets(let width):
      // Without rows the one offset may be left out.
      buffers = [try take(atLeast: count == 0 ? 0 : (count + 1) * width), try take(atLeast: 0)]
    case .views:
      buffers = [try take(atLeast: count * 16)]
      guard nextVariadic < variadicCounts.count else {
        throw .damaged(reason: "it does not say how many buffers a column has")
      }
      let more = variadicCounts[nextVariadic]
      nextVariadic += 1
      guard more >= 0, more <= Int64(places.count / 2 - next) else {
        throw .damaged(reason: "a batch has too few buffers")
      }
      for _ in 0..<more { buffers.append(try take(atLeast: 0)) }
    }
    return ArrowArray(
      count: count,
      nullCount: nullCount,
      validity: nullCount > 0 ? validity : nil,
      buffers: buffers
    )
  }

  private static func product(_ count: Int, _ width: Int) throws(ArrowError) -> Int {
    let (product, overflow) = count.multipliedReportingOverflow(by: width)
    guard !overflow else { throw .damaged(reason: "a column is longer than any memory") }
    return product
  }

  /// Takes the next buffer, which must have some number of bytes.
  private mutating func take(atLeast byteCount: Int) throws(ArrowError) -> ArrowBytes {
    guard next < places.count / 2 else { throw .damaged(reason: "a batch has too few buffers") }
    let offset = places[next * 2]
    let length = places[next * 2 + 1]
    next += 1
    // Buffers that overlap would make much of little.
    guard offset >= 0, length >= 0, offset <= Int64(body.byteCount), length <= Int64(left),
      let slice = body.slice(from: Int(offset), count: Int(length))
    else { throw .damaged(reason: "a buffer lies outside of its batch") }
    left -= Int(length)
    if isSkipping { return .none }
    let raw = codec.map { _ in length > 0 } ?? false ? try expand(slice) : slice
    guard raw.byteCount >= byteCount else {
      throw .damaged(reason: "a buffer is shorter than its rows need")
    }
    // Numbers are read where they lie only if they are aligned.
    return .slice(raw.isAligned(to: 8) || raw.byteCount == 0 ? raw : raw.copied())
  }

  /// Decompresses a buffer: its length, or -1 where it is not compressed, stands before it.
  private func expand(_ slice: MemorySlice) throws(ArrowError) -> MemorySlice {
    guard let codec, let head = slice.slice(from: 0, count: 8),
      let rest = slice.slice(from: 8, count: slice.byteCount - 8)
    else { throw .damaged(reason: "a compressed buffer has no length") }
    let length = head.withBytes { bytes in
      var number: UInt64 = 0
      for index in 0..<8 { number |= UInt64(bytes[index]) << UInt64(index * 8) }
      return Int64(bitPattern: number)
    }
    if length == -1 { return rest }
    guard length >= 0, length / Int64(ArrowLimits.expansion) <= Int64(rest.byteCount) else {
      throw .damaged(reason: "a compressed buffer has an impossible length")
    }
    if length == 0 { return MemorySlice(MemoryRegion(byteCount: 0)) }
    guard let decompress else {
      throw .unsupported(
        column: nil,
        what: "compressed buffers",
        hint: "write the file without compression"
      )
    }
    guard let region = MemoryRegion(ifAvailable: Int(length)) else { throw .system(code: 12) }
    guard try decompress(codec, rest, region) else {
      throw .damaged(reason: "a compressed buffer does not add up")
    }
    return MemorySlice(region)
  }
}
