package import BQLColumnar

/// Turns one column of Arrow data into columns of ours, batch by batch.
///
/// Every text is checked to lie inside its bytes and every place inside its dictionary. Values that
/// a type here cannot hold are errors; times finer than microseconds are rounded, half up, and
/// counted (``note``).
package struct ArrowColumnDecoder {
  /// How texts that are not dictionary-encoded are kept.
  package enum Texts: Hashable, Sendable {
    /// Each text once, in one dictionary for all batches.
    case once
    /// Each row's text by itself, batch by batch, for who reads them in order.
    case each
  }

  let reader: ArrowReader
  let index: Int
  let field: ArrowField
  package let type: DataType
  /// Rows before the batch at hand, for messages.
  private var rowsBefore = 0
  /// The batch at hand.
  private var array = ArrowArray(count: 0, buffers: [])
  private var collector: TextCollector
  private var dictionary: DecodedDictionary?
  private(set) var roundedCount = 0

  /// Prepares to read the column at `index`.
  package init(_ reader: ArrowReader, column index: Int, texts: Texts) throws(ArrowError) {
    self.reader = reader
    self.index = index
    field = reader.schema.fields[index]
    type = try field.dataType
    collector = TextCollector(keepsEach: texts == .each && field.dictionary == nil)
  }

  /// What a reader of the values must know; nil where there is nothing.
  package var note: String? {
    if roundedCount > 0 {
      return "\(field.name): \(roundedCount) values were rounded to microseconds"
    }
    if case .decimal(_, let scale, _) = field.type, scale > 2 {
      return "\(field.name) has \(scale) decimal places and is read as float"
    }
    return nil
  }

  /// Goes to the next batch, `batch`, which must be the one behind that read before, and returns how
  /// many rows it has.
  package mutating func open(batch: Int) throws(ArrowError) -> Int {
    rowsBefore += array.count
    array = try reader.column(index, ofBatch: batch)
    if let id = field.dictionary?.id { try readEntries(id, batch) }
    return array.count
  }

  /// Reads some rows of the batch, which start at a multiple of 64.
  ///
  /// The texts of a column belong to ``dictionaryOfTexts`` as it is then.
  mutating func read(_ rows: Range<Int>) throws(ArrowError) -> DecodedPart {
    let array = try array.slice(rows, field.storedType)
    let rowsBefore = rowsBefore + rows.lowerBound
    guard let encoding = field.dictionary else {
      return try decode(array, field.type, rowsBefore)
    }
    guard let entries = dictionary else { preconditionFailure("the batch is open") }
    var validity = array.validityBitmap
    let places = try places(array, encoding, validity, count: entries.count)
    if let valid = entries.validity {
      validity = Bitmap.intersection(validity, valid.gather(places))
    }
    switch entries.values {
    case .codes(let codes):
      let codes = codes.span
      return .codes(places.map { codes.isEmpty ? 0 : codes[Int($0)] }, validity)
    case .column(let column):
      if column.count > 0 { return .column(column.gather(places).with(validity)) }
      return .column(Column(repeating: .null, type: type, count: array.count))
    }
  }

  /// The texts that codes read so far stand for.
  var dictionaryOfTexts: TextDictionary { mutating get { collector.dictionary } }

  /// Reads some rows of the batch, which start at a multiple of 64, as a column of their own.
  package mutating func column(_ rows: Range<Int>) throws(ArrowError) -> Column {
    switch try read(rows) {
    case .column(let column): return column
    case .codes(let codes, let validity):
      let dictionary = collector.dictionary
      collector.startBatch()
      return Column(codes: codes, dictionary: dictionary, validity: validity)
    }
  }

  // MARK: - Dictionaries

  /// Reads the entries that the rows of a batch refer to; a dictionary that grew is read on from
  /// where it was.
  private mutating func readEntries(_ id: Int64, _ batch: Int) throws(ArrowError) {
    let version = try reader.dictionaryVersion(id: id, ofBatch: batch)
    var known = DecodedDictionary(version: version.lowerBound..<version.lowerBound)
    if let dictionary, dictionary.version.lowerBound == version.lowerBound,
      dictionary.version.upperBound <= version.upperBound
    {
      known = dictionary
      self.dictionary = nil
    }
    let rest = known.version.upperBound..<version.upperBound
    if !rest.isEmpty {
      for part in try reader.dictionary(id: id, version: rest) {
        known.append(try decode(part, field.type, 0), count: part.count)
      }
    }
    known.version = version
    dictionary = known
  }

  /// Returns each row's place in the dictionary; 0 for rows without a value.
  private func places(
    _ array: ArrowArray,
    _ encoding: ArrowDictionaryEncoding,
    _ validity: Bitmap?,
    count: Int
  ) throws(ArrowError) -> [Int32] {
    switch (encoding.indexBits, encoding.isSigned) {
    case (8, true): try places(array, Int8.self, validity, count)
    case (8, false): try places(array, UInt8.self, validity, count)
    case (16, true): try places(array, Int16.self, validity, count)
    case (16, false): try places(array, UInt16.self, validity, count)
    case (32, true): try places(array, Int32.self, validity, count)
    case (32, false): try places(array, UInt32.self, validity, count)
    case (_, true): try places(array, Int64.self, validity, count)
    case (_, false): try places(array, UInt64.self, validity, count)
    }
  }

  private func places<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ array: ArrowArray,
    _ type: Raw.Type,
    _ validity: Bitmap?,
    _ entryCount: Int
  ) throws(ArrowError) -> [Int32] {
    var places = [Int32](repeating: 0, count: array.count)
    let isSound = try array.numbers(type).withSpan { raw in
      var output = places.mutableSpan
      var isSound = true
      if let validity {
        for row in raw.indices where validity[row] {
          let isInside = raw[row] >= 0 && UInt64(raw[row]) < UInt64(entryCount)
          isSound = isSound && isInside
          output[row] = isInside ? Int32(truncatingIfNeeded: raw[row]) : 0
        }
      } else {
        for row in raw.indices {
          let place = UInt64(truncatingIfNeeded: raw[row])
          let isInside = raw[row] >= 0 && place < UInt64(entryCount)
          isSound = isSound && isInside
          output[row] = isInside ? Int32(truncatingIfNeeded: raw[row]) : 0
        }
      }
      return isSound
    }
    guard isSound else {
      throw .damaged(reason: "column \(field.name) names places outside of its dictionary")
    }
    return places
  }

  // MARK: - Values

  /// Decodes an array of values.
  private mutating func decode(
    _ array: ArrowArray,
    _ type: ArrowType,
    _ rowsBefore: Int
  ) throws(ArrowError) -> DecodedPart {
    let validity = array.validityBitmap
    switch type {
    case .null:
      _ = collector.code(forBytes: [])
      return .codes(
        [Int32](repeating: 0, count: array.count),
        Bitmap(repeating: false, count: array.count)
      )
    case .utf8(false), .binary(false): return try texts(array, Int32.self, validity)
    case .utf8(true), .binary(true): return try texts(array, Int64.self, validity)
    case .utf8View, .binaryView: return try views(array, validity)
    case .fixedSizeBinary: return try uuids(array, validity)
    case .bool:
      let bits = ArrowBits.bitmap(array.buffers[0], count: array.count)
      return .column(Column(bools: (0..<array.count).map { bits[$0] }, validity: validity))
    case .float(let bits):
      return .column(Column(floats: try floats(array, bits), validity: validity))
    case .decimal(_, let scale, let bits) where scale > 2:
      return .column(Column(floats: try array.decimalFloats(bits, scale), validity: validity))
    case .int, .decimal, .date32, .date64, .time, .timestamp, .duration, .interval:
      var reading = NumberReading(field: field.name, rowsBefore: rowsBefore, validity: validity)
      let ints = try reading.ints(array, type)
      roundedCount += reading.roundedCount
      return .column(Column(self.type, ints: ints, validity: validity))
    }
  }

  private func floats(_ array: ArrowArray, _ bits: Int) throws(ArrowError) -> [Double] {
    switch bits {
    case 16:
      try array.numbers(UInt16.self).withSpan { raw in
        raw.indices.map { Double(Float16(bitPattern: raw[$0])) }
      }
    case 32: try array.numbers(Float.self).withSpan { raw in raw.indices.map { Double(raw[$0]) } }
    default: try array.numbers(Double.self).withSpan { raw in raw.indices.map { raw[$0] } }
    }
  }

  private mutating func texts<Offset: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ array: ArrowArray,
    _ type: Offset.Type,
    _ validity: Bitmap?
  ) throws(ArrowError) -> DecodedPart {
    guard array.count > 0 else { return .codes([], nil) }
    guard let offsets = array.buffers[0].buffer(of: type, count: array.count + 1) else {
      throw .damaged(reason: "a buffer is shorter than its rows need")
    }
    var codes = [Int32](repeating: 0, count: array.count)
    let isSound = array.buffers[1].withBytes { bytes in
      offsets.withSpan { offsets in
        var output = codes.mutableSpan
        for row in 0..<array.count {
          if let validity, !validity[row] { continue }
          let (start, end) = (offsets[row], offsets[row + 1])
          guard start >= 0, end >= start, UInt64(end) <= UInt64(bytes.count) else { return false }
          output[row] = collector.code(for: bytes.extracting(Int(start)..<Int(end)))
        }
        return true
      }
    }
    guard isSound else {
      throw .damaged(reason: "the texts of column \(field.name) lie outside of its bytes")
    }
    try checkCount()
    return .codes(codes, validity)
  }

  /// Reads views: a length, then the text itself or its first bytes, its buffer and its offset.
  private mutating func views(
    _ array: ArrowArray,
    _ validity: Bitmap?
  ) throws(ArrowError) -> DecodedPart {
    var codes = [Int32](repeating: 0, count: array.count)
    let data = array.buffers.dropFirst().map(\.slice)
    var left = data.reduce(0) { $0 + $1.byteCount }
      .multipliedReportingOverflow(by: ArrowLimits.viewedBytesPerByte).partialValue
    let isSound = array.buffers[0].withBytes { views in
      var output = codes.mutableSpan
      for row in 0..<array.count {
        if let validity, !validity[row] { continue }
        let view = views.extracting(row * 16..<row * 16 + 16)
        let length = view.int32(at: 0)
        guard length >= 0 else { return false }
        if length <= 12 {
          output[row] = collector.code(for: view.extracting(4..<4 + length))
          continue
        }
        let buffer = view.int32(at: 8)
        left -= length
        guard left >= 0, data.indices.contains(buffer),
          let text = data[buffer].slice(from: view.int32(at: 12), count: length)
        else { return false }
        output[row] = text.withBytes { collector.code(for: $0) }
      }
      return true
    }
    guard isSound else {
      throw .damaged(reason: "the texts of column \(field.name) lie outside of its bytes")
    }
    try checkCount()
    return .codes(codes, validity)
  }

  /// Spells sixteen bytes as a UUID.
  private mutating func uuids(
    _ array: ArrowArray,
    _ validity: Bitmap?
  ) throws(ArrowError) -> DecodedPart {
    var codes = [Int32](repeating: 0, count: array.count)
    array.buffers[0].withBytes { bytes in
      var output = codes.mutableSpan
      var text = [UInt8](repeating: UInt8(ascii: "-"), count: 36)
      for row in 0..<array.count {
        if let validity, !validity[row] { continue }
        UUIDSpelling.spell(bytes.extracting(row * 16..<row * 16 + 16), into: &text)
        output[row] = collector.code(for: text.span)
      }
    }
    try checkCount()
    return .codes(codes, validity)
  }

  private func checkCount() throws(ArrowError) {
    guard collector.count < Int(Int32.max) else {
      throw .unsupported(
        column: field.name,
        what: "more than 2,147,483,646 distinct texts",
        hint: nil
      )
    }
  }
}
