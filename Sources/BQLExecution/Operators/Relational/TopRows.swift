import BQLColumnar
import BQLPlanning

/// Keeps the first rows, by several keys, of those that pass by.
///
/// Rows are collected until they are some times as many as are wanted, then sorted and cut; the last
/// one kept then bounds the first key of rows to come.
struct TopRows {
  private let limit: Int
  private let keys: [SortPlan.Key]
  private let bound: TopBound
  private var pieces: [Chunk] = []
  private var count = 0

  /// The most rows that this way of sorting is meant for.
  static let limitOfUse = 8_192

  init(limit: Int, keys: [SortPlan.Key], bound: TopBound) {
    self.limit = limit
    self.keys = keys
    self.bound = bound
  }

  /// Takes the rows of a chunk that passed the bound, which come after all those before.
  mutating func add(_ chunk: Chunk) {
    pieces.append(chunk)
    count += chunk.count
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
    if let key = keys.first, let last = order.last, order.count == limit {
      bound.tighten(columns[key.column], row: Int(last))
    }
    // In the order in which they came: rows added later, equal to one of these, come after it.
    order.sort()
    pieces = [Chunk(columns.map { $0.gather(order) }, count: order.count)]
    count = order.count
  }
}
