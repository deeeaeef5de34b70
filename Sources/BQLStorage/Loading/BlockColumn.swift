import BQLColumnar

/// Holds one column of one block's rows in the narrowest width that fits this block, the rows
/// grouped by partition.
struct BlockColumn: Sendable {
  enum Numbers: Sendable {
    case bytes1(Buffer<UInt8>)
    case bytes2(Buffer<UInt16>)
    case bytes4(Buffer<UInt32>)
    case bytes8(Buffer<UInt64>)
  }

  /// What the values are told by: offsets from `base`, places in `table`, or those in `keys`.
  var numbers: Numbers
  var base: Int64 = 0
  /// The block's distinct values, where they are few and wide.
  var table: Buffer<Int64>?
  /// The block's visits or users; their number stands for none.
  var keys: BlockKeys?
  /// Holds 1 where a row has no value; nil where all have, and for codes, which have one for it.
  var nulls: Buffer<UInt8>?
  /// The smallest and largest value, 0 among them.
  var range: ClosedRange<Int64> = 0...0
  /// Says that times are in seconds, not microseconds.
  var isInSeconds = false

  init(_ numbers: Numbers, base: Int64 = 0) {
    self.numbers = numbers
    self.base = base
  }

  /// The bytes that it takes.
  var byteCount: Int {
    let numberBytes =
      switch numbers {
      case .bytes1(let buffer): buffer.count
      case .bytes2(let buffer): buffer.count * 2
      case .bytes4(let buffer): buffer.count * 4
      case .bytes8(let buffer): buffer.count * 8
      }
    let keyBytes: Int =
      switch keys?.values {
      case .uuids(let words): words.count * 8
      case .texts(let offsets, let bytes): offsets.count * 4 + bytes.count
      case nil: 0
      }
    return numberBytes + keyBytes + (table?.count ?? 0) * 8 + (nulls?.count ?? 0)
  }
}

/// Holds the distinct visits or users of one block, by partition and in order of first appearance.
struct BlockKeys: Sendable {
  enum Values: Sendable {
    /// Two words a UUID.
    case uuids(Buffer<UInt64>)
    /// Entry *i* is `bytes[offsets[i]..<offsets[i + 1]]`; ``spareByteCount`` bytes follow the last.
    case texts(offsets: Buffer<UInt32>, bytes: Buffer<UInt8>)
  }

  /// Bytes behind the last text, which a ``FieldDictionary`` may read.
  static let spareByteCount = 40

  var values: Values
  /// Partition *p* has entries `starts[p]..<starts[p + 1]`.
  var starts: [Int32]

  /// The number of entries, which is also the number that stands for none.
  var count: Int { Int(starts[starts.count - 1]) }
}

extension MemoryRegion {
  /// Takes memory for a load.
  static func forLoading(_ byteCount: Int) throws(LoadError) -> MemoryRegion {
    guard let region = MemoryRegion(ifAvailable: byteCount) else {
      throw .outOfMemory(byteCount: byteCount)
    }
    return region
  }
}

/// Hands out memory for one column's blocks from regions large enough for huge pages.
struct ColumnSlab {
  private(set) var regions: [MemoryRegion] = []
  private var used = 0
  private let slabByteCount: Int

  init(slabByteCount: Int) {
    self.slabByteCount = slabByteCount
  }

  /// Makes a buffer of `count` numbers, all of which `fill` writes; `spare` more may be written but
  /// are not part of it.
  @inline(__always)
  mutating func buffer<Element: BitwiseCopyable & Sendable>(
    of type: Element.Type,
    count: Int,
    spare: Int = 0,
    _ fill: (inout MutableSpan<Element>) -> Void
  ) throws(LoadError) -> Buffer<Element> {
    let byteCount = (count + spare) * MemoryLayout<Element>.stride
    if used + byteCount > regions.last?.byteCount ?? -1 {
      regions.append(try .forLoading(max(slabByteCount, byteCount)))
      used = 0
    }
    let region = regions[regions.count - 1]
    let offset = used
    region.withMutableSpan(of: type, byteOffset: offset, count: count + spare, fill)
    used += (byteCount + 63) & ~63
    return Buffer(sharing: region, byteOffset: offset, count: count)
  }

  /// Writes what each value is above `base` to its row's place; rows left out go to the spare last
  /// slot.
  private mutating func scatter<Element: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ values: Span<Int64>,
    _ places: Span<Int32>,
    _ kept: Int,
    _ base: Int64,
    as type: Element.Type
  ) throws(LoadError) -> Buffer<Element> {
    try buffer(of: type, count: kept, spare: 1) { output in
      for row in places.indices {
        output[Int(places[row])] = Element(truncatingIfNeeded: values[row] &- base)
      }
    }
  }

  /// Writes values of `base` to `base + limit` in the narrowest width, as what they are above it.
  mutating func numbers(
    _ values: Span<Int64>,
    _ places: Span<Int32>,
    _ kept: Int,
    base: Int64 = 0,
    limit: UInt64
  ) throws(LoadError) -> BlockColumn.Numbers {
    if limit <= UInt64(UInt8.max) {
      return .bytes1(try scatter(values, places, kept, base, as: UInt8.self))
    }
    if limit <= UInt64(UInt16.max) {
      return .bytes2(try scatter(values, places, kept, base, as: UInt16.self))
    }
    if limit <= UInt64(UInt32.max) {
      return .bytes4(try scatter(values, places, kept, base, as: UInt32.self))
    }
    return .bytes8(try scatter(values, places, kept, base, as: UInt64.self))
  }
}
