import BQLColumnar

/// Takes the buffers of a batch one after the other.
struct ArrowBufferReader {
  private let body: MemorySlice
  private let places: [Int64]
  private let codec: ArrowCodec?
  private var next = 0
  /// How many buffers of bytes each column of views has.
  private let variadicCounts: [Int64]
  private var nextVariadic = 0
  /// Bytes of the body that no buffer has taken.
  private var left: Int

  init(_ table: FlatReader, _ body: MemorySlice) throws(ArrowError) {
    self.body = body
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

  /// Takes the buffers of one column.
  mutating func column(
    _ type: ArrowType,
    count: Int,
    nullCount: Int
  ) throws(ArrowError) -> ArrowStoredColumn {
    if type.layout == .none {
      return ArrowStoredColumn(count: count, nullCount: count, validity: nil, buffers: [])
    }
    let validity = try take(atLeast: nullCount > 0 ? (count + 7) / 8 : 0)
    var buffers: [ArrowStoredBuffer] = []
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
    return ArrowStoredColumn(
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
  private mutating func take(atLeast byteCount: Int) throws(ArrowError) -> ArrowStoredBuffer {
    guard next < places.count / 2 else { throw .damaged(reason: "a batch has too few buffers") }
    let offset = places[next * 2]
    let length = places[next * 2 + 1]
    next += 1
    // Buffers that overlap would make much of little.
    guard offset >= 0, length >= 0, offset <= Int64(body.byteCount), length <= Int64(left),
      let slice = body.slice(from: Int(offset), count: Int(length))
    else { throw .damaged(reason: "a buffer lies outside of its batch") }
    left -= Int(length)
    let buffer =
      length > 0
      ? try ArrowStoredBuffer(slice, codec) : try ArrowStoredBuffer(slice, nil)
    guard buffer.byteCount >= byteCount else {
      throw .damaged(reason: "a buffer is shorter than its rows need")
    }
    return buffer
  }
}
