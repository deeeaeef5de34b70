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
  var badValues: [BadValues] = []
  /// Ids in scientific notation among the rows kept.
  var damagedIds: [ColumnFinding] = []
  /// Negative numbers of VALUE among the rows kept.
  var negativeValues: ColumnFinding?
  /// The times of the first and last row kept, in microseconds, and how often a row is earlier than
  /// the one before.
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

  /// The bytes of the rows, about.
  var byteCount: Int { columns.reduce((places?.count ?? 0) * 4) { $0 + $1.byteCount } }

  /// What is told of the block, without its rows.
  var withoutRows: BlockResult {
    var block = self
    block.columns = []
    block.partitionStarts = []
    block.places = nil
    return block
  }
}

/// Counts the rows of a block in which a column has a value of some kind.
struct ColumnFinding: Sendable {
  let column: Int
  var rowCount = 0
  /// Line feeds in the block before the first one.
  var firstLine = 0
  var example = ""
}

/// Counts the values of a block's column that do not fit what it is read as.
struct BadValues: Sendable {
  var count = 0
  /// Line feeds in the block before the first one.
  var firstLine = 0
  /// What the column would have to be read as for all of them to fit; nil where there are none.
  var reading: ColumnReading?
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
    case .fault(.cut): return "the file ends in the middle of the row"
    case .fault(.textAfterQuote): return "text follows a closing quote"
    case .fault(.unclosedQuote): return "a quote is not closed"
    case .fault(.longQuote):
      return
        "a quoted field is longer than \(Dialect.longestQuotedField >> 20) MB, or its quote is "
        + "not closed"
    case .emptyKey(let column): return "\(columns[column].name) is empty"
    case .badValue(let column):
      let name = columns[column].name
      switch columns[column].reading {
      case .int: return "\(name) is not a whole number"
      case .decimal, .local(_, isExact: true):
        return "\(name) is not a number with at most two decimals"
      case .float, .local: return "\(name) is not a number"
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
