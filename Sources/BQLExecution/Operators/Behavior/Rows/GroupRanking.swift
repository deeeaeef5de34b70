import BQLColumnar
import BQLFunctions

/// Orders groups by their size and keeps the largest: what BY … TOP n shows.
struct GroupRanking: Sendable {
  /// The code that stands for all groups that are not kept.
  static let otherCode = Int32.max

  /// The codes that are kept, the largest first, of equals the one that came first.
  let named: [Int32]
  /// Whether some were left out.
  let hasOther: Bool

  /// Ranks groups; `sizes` has one entry a code, in the order of first appearance.
  init(_ sizes: [(code: Int32, size: Int)], top: Int?) {
    let order = sizes.indices.sorted { (-sizes[$0].size, $0) < (-sizes[$1].size, $1) }
    let count = min(top ?? order.count, order.count)
    named = order.prefix(count).map { sizes[$0].code }
    hasOther = count < order.count
  }

  /// Returns what each code becomes, for ``RowCodes/mapped(by:)``: entry *c* + 1 is that of *c*.
  ///
  /// The last entry, ``otherCode``, is that of all codes past the end.
  var map: [Int32] {
    var map = [Int32](repeating: Self.otherCode, count: Int(named.max() ?? -1) + 3)
    for code in named { map[Int(code) + 1] = code }
    return map
  }

  /// The codes in the order in which they are shown.
  var shown: [Int32] { named + (hasOther ? [Self.otherCode] : []) }
}

/// Tells what the codes of groups stand for.
struct GroupValues {
  private let columns: [Column]

  /// - Parameters:
  ///   - columns: The dimensions' values, one row a code.
  ///   - areTexts: Whether `(other)` may stand among them.
  ///   - zone: The clock on which times become texts.
  init(_ columns: [Column], areTexts: Bool, in zone: TimeZone) {
    self.columns = areTexts ? columns.map { $0.named(in: zone) } : columns
  }

  /// Returns the dimensions' cells of a group; none where there are no dimensions.
  func cells(of code: Int32) -> [Value] {
    if code == GroupRanking.otherCode { return columns.map { _ in .text("(other)") } }
    return columns.map { code < 0 ? .null : $0[Int(code)] }
  }
}

extension Column {
  /// Returns the values as texts, which stand beside `(other)`; every type has a text.
  func named(in zone: TimeZone) -> Column { (try? Cast.convert(self, to: .text, in: zone)) ?? self }
}
