import BQLColumnar
import BQLPlanning
import BQLStorage
import Synchronization

/// Holds the rows of one snapshot that a morsel's users make.
final class FeatureUnit: Sendable {
  let morsel: Morsel
  let snapshot: Int
  /// The first row of each user that has a row here, as rows of the partition.
  let userRows: [Int32]
  /// The maximum of each column that gaps are filled with, -infinity where there is none, and of all
  /// others.
  let maxima: [Double]
  private let columns: Mutex<[FeatureColumn]>

  init(
    _ morsel: Morsel,
    snapshot: Int,
    userRows: [Int32],
    columns: consuming [FeatureColumn],
    maxima: [Double]
  ) {
    self.morsel = morsel
    self.snapshot = snapshot
    self.userRows = userRows
    self.maxima = maxima
    self.columns = Mutex(columns)
  }

  var rowCount: Int { userRows.count }

  /// Returns a column's numbers, NaN = NULL.
  func column(_ index: Int) -> FeatureColumn { columns.withLock { $0[index] } }

  /// Puts `fills`, one a column, in the place of NULLs, but for those that are NaN.
  func fill(_ fills: [Double]) {
    columns.withLock { columns in
      for index in columns.indices where columns[index].hasGaps && !fills[index].isNaN {
        columns[index].fill(fills[index])
      }
    }
  }
}

/// Holds one number a row, NaN = NULL.
struct FeatureColumn: Sendable {
  private(set) var numbers: [Double]
  private(set) var hasGaps = false

  /// Makes a column of `count` numbers, each of which is to be written.
  init(count: Int) {
    // The numbers are not yet defined; who makes the column writes all of them.
    numbers = unsafe [Double](unsafeUninitializedCapacity: count) { _, written in
      written = count
    }
  }

  /// Writes numbers from `start` on.
  mutating func write(_ block: Span<Double>, at start: Int) {
    precondition(start >= 0 && start + block.count <= numbers.count, "a run of the column")
    var gaps: UInt64 = 0
    unsafe numbers.withUnsafeMutableBufferPointer { numbers in
      guard let first = numbers.baseAddress else { return }
      let run = unsafe first + start
      for place in block.indices {
        let number = unsafe block[unchecked: place]
        gaps |= number == number ? 0 : 1
        // As many places as the block has numbers, checked above.
        unsafe run[place] = number
      }
    }
    if gaps > 0 { hasGaps = true }
  }

  /// Returns the greatest of some numbers and `maximum`, where NaN counts as none.
  static func maximum(_ block: Span<Double>, _ maximum: Double) -> Double {
    // Four at a time: comparisons that wait for each other would take as long as all else.
    var (a, b, c, d) = (maximum, maximum, maximum, maximum)
    var place = 0
    while place &+ 4 <= block.count {
      a = greater(block[place], a)
      b = greater(block[place &+ 1], b)
      c = greater(block[place &+ 2], c)
      d = greater(block[place &+ 3], d)
      place &+= 4
    }
    while place < block.count {
      a = greater(block[place], a)
      place &+= 1
    }
    return greater(greater(a, b), greater(c, d))
  }

  /// The greater of two numbers, -infinity standing for none: `x` where it is NaN.
  @inline(__always)
  private static func greater(_ number: Double, _ x: Double) -> Double { number > x ? number : x }

  mutating func fill(_ number: Double) {
    unsafe numbers.withUnsafeMutableBufferPointer { numbers in
      guard let first = numbers.baseAddress else { return }
      for index in 0..<numbers.count {
        let own = unsafe first[index]
        unsafe first[index] = own == own ? own : number
      }
    }
    hasGaps = false
  }

  /// Returns some of the numbers as a column of `type`.
  func column(_ rows: Range<Int>, _ type: DataType) -> Column {
    let validity = hasGaps ? validity(rows) : nil
    guard type == .float else {
      let ints = numbers[rows].map { Int64(exactly: $0) ?? 0 }
      return Column(type, ints: ints, validity: validity)
    }
    let isWhole = rows.count == numbers.count
    return Column(floats: isWhole ? numbers : Array(numbers[rows]), validity: validity)
  }

  private func validity(_ rows: Range<Int>) -> Bitmap {
    let run = numbers.span.extracting(rows)
    var words: [UInt64] = []
    words.reserveCapacity((rows.count + 63) >> 6)
    var start = 0
    while start < run.count {
      var word: UInt64 = 0
      for place in start..<min(start + 64, run.count) {
        word |= (run[place].isNaN ? 0 : 1) &<< UInt64(place - start)
      }
      words.append(word)
      start += 64
    }
    return Bitmap(words: words, count: rows.count)
  }
}

/// Collects the features of one user after the other into columns.
///
/// Users are gathered in a small block, column by column, so that each column grows by runs.
struct FeatureCollector {
  private static let blockCount = 64
  /// A little more, so that the runs of a block do not compete for the same lines of the cache.
  private static let stride = blockCount + 8

  /// Where each column's number stands among a user's.
  private let places: [Int]
  private var block: [Double]
  private var count = 0
  private var written = 0
  private var columns: [FeatureColumn]
  private var maxima: [Double]
  /// Whether the maximum of each column is asked for.
  private let isFilledByMaximum: [Bool]

  /// Collects `features`, which are numbers of a user's, of `rowCount` users.
  init(_ features: [Feature], rowCount: Int) {
    places = features.compactMap { FeatureValues.place(of: $0.kind) }
    isFilledByMaximum = features.map { $0.fill == .maximum }
    block = [Double](repeating: 0, count: places.count * Self.stride)
    columns = places.map { _ in FeatureColumn(count: rowCount) }
    maxima = [Double](repeating: -.infinity, count: places.count)
  }

  /// Adds a user's features; as many users as there are rows must be added.
  mutating func append(_ values: [Double]) {
    Self.put(values, places, &block, count)
    count &+= 1
    if count == Self.blockCount { flush() }
  }

  private static func put(
    _ values: [Double],
    _ places: [Int],
    _ block: inout [Double],
    _ first: Int
  ) {
    let values = values.span
    let places = places.span
    var block = block.mutableSpan
    var place = first
    for index in places.indices {
      block[place] = values[places[index]]
      place &+= stride
    }
  }

  private mutating func flush() {
    guard count > 0 else { return }
    Self.flush(block, count, &columns, at: written)
    for index in columns.indices where isFilledByMaximum[index] {
      let start = index * Self.stride
      maxima[index] = Self.maximum(block, start..<(start + count), maxima[index])
    }
    written += count
    count = 0
  }

  private static func flush(
    _ block: [Double],
    _ count: Int,
    _ columns: inout [FeatureColumn],
    at row: Int
  ) {
    let block = block.span
    for index in columns.indices {
      let start = index * stride
      columns[index].write(block.extracting(start..<(start + count)), at: row)
    }
  }

  private static func maximum(_ block: [Double], _ run: Range<Int>, _ maximum: Double) -> Double {
    FeatureColumn.maximum(block.span.extracting(run), maximum)
  }

  /// Returns the columns and the maximum of each.
  consuming func finish() -> (columns: [FeatureColumn], maxima: [Double]) {
    flush()
    return (columns, maxima)
  }
}
