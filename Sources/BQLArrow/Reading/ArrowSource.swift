import BQLColumnar

/// Names where a message stands: its metadata and, behind them, its body.
struct ArrowLocation: Hashable, Sendable {
  /// Where the metadata start, behind their length.
  var metadataStart: Int
  var metadataByteCount: Int
  /// Where the body starts.
  var bodyStart: Int
  var bodyByteCount: Int
}

/// Reads messages from the bytes of a file or stream.
struct ArrowSource {
  let bytes: MemorySlice

  init(_ bytes: MemorySlice) {
    self.bytes = bytes
  }

  /// Says whether the bytes begin as a file's do.
  var isFile: Bool {
    let magic = ArrowFraming.magic
    guard let head = bytes.slice(from: 0, count: magic.count) else { return false }
    return head.bytes == magic
  }

  /// Reads a little-endian number of 32 bits; nil outside the bytes.
  func int32(at position: Int) -> Int? {
    guard let slice = bytes.slice(from: position, count: 4) else { return nil }
    return slice.withBytes { bytes in
      var number: UInt32 = 0
      for index in 0..<4 { number |= UInt32(bytes[index]) << UInt32(index * 8) }
      return Int(Int32(bitPattern: number))
    }
  }

  /// Reads where the message at `start` has its metadata; nil at the end of a stream.
  ///
  /// Arrow before 0.15 wrote a message's length without the mark 0xFFFFFFFF before it.
  func metadata(at start: Int) throws(ArrowError) -> Range<Int>? {
    guard start != bytes.byteCount else { return nil }
    guard let first = int32(at: start) else { throw .damaged(reason: "it ends too early") }
    var position = start + 4
    var length = first
    if first == -1 {
      guard let second = int32(at: position) else { throw .damaged(reason: "it ends too early") }
      length = second
      position += 4
    }
    if length == 0 { return nil }
    guard length > 0 else { throw .damaged(reason: "a message has a negative length") }
    guard length <= bytes.byteCount - position else { throw .damaged(reason: "it ends too early") }
    return position..<position + length
  }

  /// Reads the message whose metadata stand at `range`, with its body behind them.
  func message(at range: Range<Int>) throws(ArrowError) -> ArrowMessageReader {
    guard let slice = bytes.slice(from: range.lowerBound, count: range.count) else {
      throw .damaged(reason: "it ends too early")
    }
    let table = try FlatReader(root: slice.bytes)
    let version = try table.number(0, default: Int16(0))
    guard version == ArrowMessage.version || version == ArrowMessage.oldVersion else {
      throw .unsupported(
        column: nil,
        what: "a version of Arrow's metadata that is not read (\(version))",
        hint: "write the data again with Arrow 1.0 or later"
      )
    }
    let bodyByteCount = try table.number(3, default: Int64(0))
    guard bodyByteCount >= 0, bodyByteCount <= Int64(bytes.byteCount - range.upperBound) else {
      throw .damaged(reason: "it ends too early")
    }
    guard let body = bytes.slice(from: range.upperBound, count: Int(bodyByteCount)) else {
      throw .damaged(reason: "it ends too early")
    }
    return ArrowMessageReader(
      location: ArrowLocation(
        metadataStart: range.lowerBound,
        metadataByteCount: range.count,
        bodyStart: range.upperBound,
        bodyByteCount: Int(bodyByteCount)
      ),
      table: table,
      kind: ArrowMessage.Kind(rawValue: try table.number(1, default: UInt8(0))),
      body: body
    )
  }

  /// Reads the message at a location that was read before.
  func message(at location: ArrowLocation) throws(ArrowError) -> ArrowMessageReader {
    let start = location.metadataStart
    let message = try message(at: start..<start + location.metadataByteCount)
    guard message.location == location else {
      throw .damaged(reason: "a part of it is of another length than its footer says")
    }
    return message
  }
}

/// Reads one message.
struct ArrowMessageReader {
  let location: ArrowLocation
  let table: FlatReader
  /// nil where it is a tensor or something unknown.
  let kind: ArrowMessage.Kind?
  let body: MemorySlice

  /// Returns the table that says what the message holds, which must be of `kind`.
  func header(_ kind: ArrowMessage.Kind) throws(ArrowError) -> FlatReader {
    guard self.kind == kind, let header = try table.table(2) else {
      throw .damaged(reason: "a message is of another kind than its place says")
    }
    return header
  }
}
