import BQLColumnar

/// Holds one column of one block's rows in the narrowest width that fits this block, the rows
/// grouped by partition.
struct BlockColumn: Sendable {
  enum Storage: Sendable {
    case int8(Buffer<Int8>)
    case int16(Buffer<Int16>)
    case int32(Buffer<Int32>)
    case int64(Buffer<Int64>)
    /// Two words a row.
    case uuids(Buffer<UInt64>)
    /// Row *i* is `bytes[offsets[i]..<offsets[i + 1]]`; eight bytes follow the last one.
    case texts(offsets: Buffer<UInt32>, bytes: Buffer<UInt8>)
  }

  var storage: Storage
  /// Holds 1 where a row has no value; nil where all have, and for codes of text, which use 0.
  var nulls: Buffer<UInt8>?
  /// The smallest and largest stored number, 0 among them.
  var range: ClosedRange<Int64> = 0...0
  /// Says that times are in seconds, not microseconds.
  var isInSeconds = false
}

/// Hands out memory for one column's blocks from regions large enough for huge pages.
struct ColumnSlab {
  private var region = MemoryRegion(byteCount: 0)
  private var used = 0
  private let slabByteCount: Int

  init(slabByteCount: Int) {
    self.slabByteCount = slabByteCount
  }

  /// Makes a buffer of `count` numbers, all of which `fill` writes; `spare` more may be written but
  /// are not part of it.
  mutating func buffer<Element: BitwiseCopyable & Sendable>(
    of type: Element.Type,
    count: Int,
    spare: Int = 0,
    _ fill: (inout MutableSpan<Element>) -> Void
  ) -> Buffer<Element> {
    let byteCount = (count + spare) * MemoryLayout<Element>.stride
    if used + byteCount > region.byteCount {
      region = MemoryRegion(byteCount: max(slabByteCount, byteCount))
      used = 0
    }
    let offset = used
    region.withMutableSpan(of: type, byteOffset: offset, count: count + spare, fill)
    used += (byteCount + 63) & ~63
    return Buffer(sharing: region, byteOffset: offset, count: count)
  }
}

/// Tells what became of one block of input.
struct BlockResult: Sendable {
  /// The rejected rows of one kind.
  struct Rejection: Sendable {
    var reason: RejectionReason
    var rowCount: Int
    /// Line feeds in the block before the first such row.
    var firstLine: Int
    var example: String
  }

  let index: Int
  let file: Int
  /// Line feeds in the block.
  var lineCount = 0
  var rowsRead = 0
  var rowsKept = 0
  var rowsFiltered = 0
  var rejections: [Rejection] = []
  /// The rejected rows with their reasons, where they are to be written.
  var rejectedRows: [(text: [UInt8], reason: RejectionReason, line: Int)] = []
  /// Bad values by column, whether their rows were rejected or not.
  var badValues: [Int] = []
  /// The times of the first and last row kept, and how often a row is earlier than the one before.
  var firstTime: Int64 = 0
  var lastTime: Int64 = 0
  var outOfOrderRows = 0
  /// Partition *p* has rows `partitionStarts[p]..<partitionStarts[p + 1]`.
  var partitionStarts: [Int32] = []
  var columns: [BlockColumn] = []
  /// The worker whose dictionaries the codes of text are from.
  var worker = 0
  /// Where each row, in source order, stands in the columns; kept while the log may turn out small.
  var places: [Int32]?
}

/// Says why a row is left out.
enum RejectionReason: Hashable, Sendable {
  case fault(RowFault)
  case emptyKey(column: Int)
  case badValue(column: Int)

  /// The reason in the analyst's terms.
  func text(_ columns: [FileColumn]) -> String {
    switch self {
    case .fault(.tooFewFields): return "the row has too few fields"
    case .fault(.tooManyFields): return "the row has too many fields"
    case .fault(.textAfterQuote): return "text follows a closing quote"
    case .fault(.unclosedQuote): return "a quote is not closed"
    case .emptyKey(let column): return "\(columns[column].name) is empty"
    case .badValue(let column):
      let name = columns[column].name
      switch columns[column].reading {
      case .int: return "\(name) is not a whole number"
      case .decimal: return "\(name) is not a number with at most two decimals"
      case .float: return "\(name) is not a number"
      case .bool: return "\(name) is neither true nor false"
      case .date: return "\(name) is not a date"
      case .time: return "\(name) is not a time in the column's format"
      case .uuid: return "\(name) is not a UUID"
      case .text, .localText: return "\(name) is not a text"
      }
    }
  }

  /// Says that the row is whole but lacks its USER or TIME.
  var isEmptyKey: Bool {
    if case .emptyKey = self { true } else { false }
  }
}
