import BQLColumnar

/// Finds the parts of a file or a stream.
struct ArrowIndex {
  private(set) var schema = ArrowSchema([])
  private(set) var metadata: [ArrowNote] = []
  private(set) var batches: [ArrowReader.Place] = []
  private(set) var dictionaries: [ArrowReader.DictionaryPlace] = []

  // MARK: - A stream

  /// Walks over all messages of a stream.
  init(stream source: ArrowSource) throws(ArrowError) {
    var position = 0
    var hasSchema = false
    while let range = try source.metadata(at: position) {
      let message = try source.message(at: range)
      position = message.location.bodyStart + message.location.bodyByteCount
      switch message.kind {
      case .schema:
        guard !hasSchema else { throw .damaged(reason: "it has a second schema") }
        hasSchema = true
        try read(schema: try message.header(.schema), byteCount: range.count)
      case .dictionaryBatch where hasSchema:
        try add(dictionary: message)
      case .recordBatch where hasSchema:
        batches.append(
          ArrowReader.Place(location: message.location, dictionaryCount: dictionaries.count)
        )
      case .dictionaryBatch, .recordBatch:
        throw .damaged(reason: "its schema is missing")
      case nil: throw .unsupported(column: nil, what: "tensors", hint: "write them as columns")
      }
    }
    guard hasSchema else { throw .damaged(reason: "its schema is missing") }
  }

  // MARK: - A file

  /// Reads a file's footer and the heads of its dictionaries.
  init(file source: ArrowSource) throws(ArrowError) {
    let magic = ArrowFraming.magic
    let end = source.bytes.byteCount - magic.count
    guard end >= magic.count + 6, let tail = source.bytes.slice(from: end, count: magic.count),
      tail.bytes == magic, let length = source.int32(at: end - 4), length > 0,
      length <= end - 4 - magic.count,
      let slice = source.bytes.slice(from: end - 4 - length, count: length)
    else {
      throw .damaged(reason: "its end is missing: it was cut off, or never finished")
    }
    let footer = try FlatReader(root: slice.bytes)
    guard let schema = try footer.table(1) else { throw .damaged(reason: "its schema is missing") }
    try read(schema: schema, byteCount: length)
    var budget = FlatBudget(byteCount: length)
    metadata = try ArrowNote.notes(footer, 4, budget: &budget)
    var left = source.bytes.byteCount
    for place in try Self.blocks(footer, 2, source, &left) {
      try add(dictionary: try source.message(at: place))
    }
    for place in try Self.blocks(footer, 3, source, &left) {
      batches.append(ArrowReader.Place(location: place, dictionaryCount: dictionaries.count))
    }
  }

  /// Reads where a footer's blocks stand; all of them together must not be longer than the file, so
  /// that none is read twice.
  private static func blocks(
    _ footer: FlatReader,
    _ place: Int,
    _ source: ArrowSource,
    _ left: inout Int
  ) throws(ArrowError) -> [ArrowLocation] {
    let words = try footer.words(place, words: 3)
    var locations: [ArrowLocation] = []
    for index in stride(from: 0, to: words.count, by: 3) {
      let start = words[index]
      // The number behind the length of 32 bits only fills up.
      let headByteCount = Int64(Int32(truncatingIfNeeded: words[index + 1]))
      let bodyByteCount = words[index + 2]
      guard start >= 0, headByteCount > 0, bodyByteCount >= 0,
        headByteCount <= Int64(left), bodyByteCount <= Int64(left) - headByteCount,
        start < Int64(source.bytes.byteCount)
      else { throw .damaged(reason: "its parts lie outside of it") }
      left -= Int(headByteCount + bodyByteCount)
      guard let range = try source.metadata(at: Int(start)) else {
        throw .damaged(reason: "a part of it is empty")
      }
      locations.append(
        ArrowLocation(
          metadataStart: range.lowerBound,
          metadataByteCount: range.count,
          bodyStart: range.upperBound,
          bodyByteCount: Int(bodyByteCount)
        )
      )
    }
    return locations
  }

  // MARK: - Both

  private mutating func read(schema table: FlatReader, byteCount: Int) throws(ArrowError) {
    var budget = FlatBudget(byteCount: byteCount)
    schema = try ArrowSchema(table, budget: &budget)
    var types: [Int64: ArrowType] = [:]
    for field in schema.fields {
      guard let id = field.dictionary?.id else { continue }
      guard types[id] == nil || types[id] == field.type else {
        throw .damaged(reason: "two columns of different types share a dictionary")
      }
      types[id] = field.type
    }
  }

  private mutating func add(dictionary message: ArrowMessageReader) throws(ArrowError) {
    let header = try message.header(.dictionaryBatch)
    dictionaries.append(
      ArrowReader.DictionaryPlace(
        location: message.location,
        id: try header.number(0, default: Int64(0)),
        isDelta: try header.bool(2)
      )
    )
  }
}
