package import BQLColumnar

/// Reads Arrow data, a file or a stream, from memory: most often a mapped file, whose numbers are
/// lent where they lie.
///
/// Opening reads the metadata of the whole: the schema and where each dictionary and batch stands.
/// The bytes need not be trusted: every offset and length is checked before it is followed, and what
/// is made of them stays in proportion to their size. Whether texts' offsets ascend and places lie
/// in their dictionary is checked by ``ArrowDecoder``, not here.
package struct ArrowReader: Sendable {
  package let schema: ArrowSchema
  package let framing: ArrowFraming
  /// The notes of a file's footer.
  package let metadata: [ArrowNote]
  /// Where each batch of rows stands, in order.
  private let batches: [Place]
  /// Where each dictionary batch stands, in order.
  private let dictionaries: [DictionaryPlace]
  private let region: MemoryRegion
  private let decompress: ArrowDecompress?

  /// Tells where a batch stands.
  struct Place: Sendable {
    var location: ArrowLocation
    /// How many dictionary batches count for the rows: those before it, of a file all.
    var dictionaryCount: Int
  }

  struct DictionaryPlace: Sendable {
    var location: ArrowLocation
    var id: Int64
    var isDelta: Bool
  }

  /// Opens the data that `region` holds; compressed buffers need `decompress`.
  ///
  /// - Complexity: O(metadata), not O(rows).
  package init(_ region: MemoryRegion, decompress: ArrowDecompress? = nil) throws(ArrowError) {
    let source = ArrowSource(MemorySlice(region))
    let index =
      source.isFile
      ? try ArrowIndex(file: source) : try ArrowIndex(stream: source)
    framing = source.isFile ? .file : .stream
    schema = index.schema
    metadata = index.metadata
    batches = index.batches
    dictionaries = index.dictionaries
    self.region = region
    self.decompress = decompress
  }

  /// Maps the file at `path` and opens it.
  package init(
    mappingFileAt path: String,
    decompress: ArrowDecompress? = nil
  ) throws(ArrowError) {
    let region: MemoryRegion
    do throws(MappingError) {
      region = try MemoryRegion(mappingFileAt: path)
    } catch {
      throw .system(code: error.code)
    }
    try self.init(region, decompress: decompress)
  }

  package var batchCount: Int { batches.count }

  /// Where all bytes stand that belong to no batch's body, ascending.
  package var metadataRanges: [Range<Int>] {
    let bodies = (dictionaries.map(\.location) + batches.map(\.location))
      .map { $0.bodyStart..<$0.bodyStart + $0.bodyByteCount }
      .sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    var ranges: [Range<Int>] = []
    var start = 0
    for body in bodies {
      if body.lowerBound > start { ranges.append(start..<body.lowerBound) }
      start = max(start, body.upperBound)
    }
    if start < region.byteCount { ranges.append(start..<region.byteCount) }
    return ranges
  }

  /// Returns the rows of a batch, one array a field; the arrays lie in the region unless they are
  /// compressed or stand at an odd address.
  package func batch(_ index: Int) throws(ArrowError) -> ArrowBatch {
    let source = ArrowSource(MemorySlice(region))
    let message = try source.message(at: batches[index].location)
    return try message.batch(
      message.header(.recordBatch),
      schema.fields.map(\.storedType),
      decompress
    )
  }

  /// Returns the rows of batch `index` of one column; the others are not decompressed.
  package func column(_ field: Int, ofBatch index: Int) throws(ArrowError) -> ArrowArray {
    try storedColumns(ofBatch: index)[field].array(decompress)
  }

  /// Returns where the columns of batch `index` stand, without reading them.
  package func storedColumns(ofBatch index: Int) throws(ArrowError) -> [ArrowStoredColumn] {
    let source = ArrowSource(MemorySlice(region))
    let message = try source.message(at: batches[index].location)
    return try message.storedColumns(
      message.header(.recordBatch),
      schema.fields.map(\.storedType)
    )
  }

  /// Returns how many rows batch `index` has.
  package func rowCount(ofBatch index: Int) throws(ArrowError) -> Int {
    let source = ArrowSource(MemorySlice(region))
    let message = try source.message(at: batches[index].location)
    return try message.rowCount(try message.header(.recordBatch))
  }

  /// Names the state of a dictionary that the rows of batch `index` refer to: equal versions of one
  /// id have the same entries.
  package func dictionaryVersion(id: Int64, ofBatch index: Int) throws(ArrowError) -> Range<Int> {
    let known = dictionaries.prefix(batches[index].dictionaryCount)
    guard let first = known.lastIndex(where: { $0.id == id && !$0.isDelta }) else {
      throw .damaged(reason: "it lacks a dictionary")
    }
    let last = known.lastIndex { $0.id == id } ?? first
    return first..<last + 1
  }

  /// Returns the entries of a version of a dictionary, part by part: places count through all parts.
  package func dictionary(
    id: Int64,
    version: Range<Int>
  ) throws(ArrowError) -> [ArrowArray] {
    var parts: [ArrowArray] = []
    for part in try storedDictionary(id: id, version: version) {
      parts.append(try part.array(decompress))
    }
    return parts
  }

  /// Returns where the parts of a version of a dictionary stand, without reading them.
  package func storedDictionary(
    id: Int64,
    version: Range<Int>
  ) throws(ArrowError) -> [ArrowStoredColumn] {
    guard let field = schema.fields.first(where: { $0.dictionary?.id == id }) else {
      throw .damaged(reason: "it lacks a dictionary")
    }
    let source = ArrowSource(MemorySlice(region))
    var parts: [ArrowStoredColumn] = []
    for place in dictionaries[version] where place.id == id {
      let message = try source.message(at: place.location)
      guard let data = try message.header(.dictionaryBatch).table(1) else {
        throw .damaged(reason: "a dictionary has no entries")
      }
      parts += try message.storedColumns(data, [field.type])
    }
    return parts
  }
}

/// Holds the rows of one batch, column by column.
package struct ArrowBatch: Sendable {
  package let rowCount: Int
  package let columns: [ArrowArray]
}

/// Names how the buffers of a batch may be compressed; the raw value is Arrow's own.
package enum ArrowCodec: Int8, Hashable, Sendable {
  case lz4Frame = 0
  case zstd = 1
}

/// Decompresses all bytes of a slice into a region, which they must fill exactly; says whether they
/// did.
package typealias ArrowDecompress =
  @Sendable (ArrowCodec, MemorySlice, MemoryRegion) throws(ArrowError) -> Bool
