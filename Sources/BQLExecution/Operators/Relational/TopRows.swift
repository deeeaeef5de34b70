import BQLColumnar
import BQLFunctions
import BQLPlanning

/// Keeps the first rows, by several keys, of those that pass by.
///
/// Rows are collected until they are some times as many as are wanted, then sorted and cut. From
/// then on a row whose first key comes after that of the last one kept is dropped at a look.
struct TopRows {
  private let limit: Int
  private let keys: [SortPlan.Key]
  private var pieces: [Chunk] = []
  private var count = 0
  private var bound: Bound?

  /// What the first key may be at most.
  private enum Bound {
    /// NULLs are all first and as many as are wanted.
    case null
    /// In ascending order, turned over where the key descends; a NULL passes if it sorts first.
    case integer(Int64)
    case text(ArraySlice<UInt8>)
  }

  /// The most rows that this way of sorting is meant for.
  static let limitOfUse = 8_192

  init(limit: Int, keys: [SortPlan.Key]) {
    self.limit = limit
    self.keys = keys
  }

  /// Takes the rows of a chunk, which come after all those before.
  mutating func add(_ chunk: Chunk) {
    guard limit > 0 else { return }
    let rows = passing(chunk)
    if rows.isEmpty { return }
    pieces.append(rows.count == chunk.count ? chunk : chunk.gather(rows))
    count += rows.count
    if count > 2 * limit + 1_024 { cut() }
  }

  /// Returns the rows kept, in the order in which they came.
  consuming func finish() -> [Chunk] {
    if count > limit { cut() }
    return pieces
  }

  private mutating func cut() {
    guard let first = pieces.first else { return }
    let columns = first.columns.indices.map { index in
      Column.concatenate(pieces.map { $0.columns[index] }, type: first.columns[index].type)
    }
    var order = SortOrder.order(columns, keys, count: count, threads: 1)
    order.removeLast(max(order.count - limit, 0))
    if let key = keys.first, let last = order.last {
      bound = Self.bound(columns[key.column], Int(last), key)
    }
    // In the order in which they came: rows added later, equal to one of these, come after it.
    order.sort()
    pieces = [Chunk(columns.map { $0.gather(order) }, count: order.count)]
    count = order.count
  }

  private static func bound(_ column: Column, _ row: Int, _ key: SortPlan.Key) -> Bound? {
    guard column.isValid(row) else { return key.nullsFirst ? .null : nil }
    switch column.values {
    case .ints(let ints): return .integer(directed(ints[row], key))
    case .floats(let floats): return .integer(directed(FloatOrder.key(floats[row]), key))
    case .bools(let bools): return .integer(directed(bools[row] ? 1 : 0, key))
    case .texts(let codes, let dictionary): return .text(dictionary.utf8(Int(codes[row])))
    }
  }

  @inline(__always)
  private static func directed(_ integer: Int64, _ key: SortPlan.Key) -> Int64 {
    key.isDescending ? ~integer : integer
  }

  /// Returns the rows that may be among the first.
  private func passing(_ chunk: Chunk) -> [Int32] {
    guard let bound, let key = keys.first else { return (0..<Int32(chunk.count)).map { $0 } }
    let column = chunk.columns[key.column]
    let passes: [Bool]
    switch (bound, column.values) {
    case (.integer(let most), .ints(let ints)):
      passes = ints.map { Self.directed($0, key) <= most }
    case (.integer(let most), .floats(let floats)):
      passes = floats.map { Self.directed(FloatOrder.key($0), key) <= most }
    case (.integer(let most), .bools(let bools)):
      passes = bools.map { Self.directed($0 ? 1 : 0, key) <= most }
    case (.text(let most), .texts(let codes, let dictionary)):
      passes = Self.texts(codes, dictionary, column.validity, key, most)
    default: passes = [Bool](repeating: false, count: chunk.count)
    }
    guard let validity = column.validity else { return Column(bools: passes).trueRows }
    var withNulls = passes
    for row in withNulls.indices where !validity[row] { withNulls[row] = key.nullsFirst }
    return Column(bools: withNulls).trueRows
  }

  /// Compares each text of a chunk that occurs once.
  private static func texts(
    _ codes: [Int32],
    _ dictionary: TextDictionary,
    _ validity: Bitmap?,
    _ key: SortPlan.Key,
    _ most: ArraySlice<UInt8>
  ) -> [Bool] {
    var known: [Int32: Bool] = [:]
    var last: (code: Int32, passes: Bool)?
    return codes.indices.map { row in
      if let validity, !validity[row] { return false }
      let code = codes[row]
      if let last, last.code == code { return last.passes }
      let passes =
        known[code]
        ?? {
          let text = dictionary.utf8(Int(code))
          return key.isDescending
            ? !text.lexicographicallyPrecedes(most) : !most.lexicographicallyPrecedes(text)
        }()
      known[code] = passes
      last = (code, passes)
      return passes
    }
  }
}
