import BQLColumnar

/// Says how states read in an answer.
struct StateNames: Sendable {
  static let other = "(other)"
  static let start = "(start)"
  static let end = "(end)"
  private static let null = "(null)"

  private let columns: [Column]
  /// The codes of the states that keep their names; nil for all.
  private let named: [Int32]?

  init(_ values: [Column], named: [Int32]? = nil, in zone: TimeZone) {
    columns = values.map { $0.named(in: zone) }
    self.named = named
  }

  /// The states that have names: without a choice, all.
  var count: Int { named?.count ?? columns.first?.count ?? 0 }

  /// Returns the name of a state; parts of several columns stand behind each other.
  func name(_ state: Int) -> String {
    var code = state
    if let named {
      guard state < named.count else { return Self.other }
      code = Int(named[state])
    }
    return columns.map { column in
      if case .text(let text) = column[code] { text } else { Self.null }
    }.joined(separator: " / ")
  }
}
