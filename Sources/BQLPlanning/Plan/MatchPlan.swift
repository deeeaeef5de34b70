package import BQLSyntax

/// Asks how many units have a run of rows that a regular expression over events describes.
package struct MatchPlan: Sendable {
  /// The pattern with its events resolved.
  package indirect enum Pattern: Sendable {
    /// One row that is this symbol, by number.
    case symbol(Int)
    /// One row that is not this symbol.
    case except(Int)
    case sequence([Pattern])
    case alternatives([Pattern])
    case repeated(Pattern, least: Int, most: Int?)
    /// The row that enters the part stands so many microseconds at most behind the one matched
    /// before it.
    case limited(Pattern, microseconds: Int64)
  }

  /// The most distinct symbols and, once repetitions are written out, items.
  package static let symbolLimit = 31
  package static let itemLimit = 1_000

  package var behavior: BehaviorPlan
  /// What one row may be: the pattern's distinct events with their conditions.
  package var symbols: [FunnelPlan.Step]
  package var pattern: Pattern
  /// The pattern as written.
  package var text: String
  /// From a match's first row to its last, inclusive.
  package var window: FunnelPlan.Window?
  package var ties: FunnelTies
}

extension MatchPlan.Pattern {
  /// The items of the pattern once repetitions are written out, up to a little more than the limit.
  package var itemCount: Int {
    let limit = MatchPlan.itemLimit + 1
    switch self {
    case .symbol, .except: return 1
    case .sequence(let parts), .alternatives(let parts):
      return parts.reduce(0) { min($0 + $1.itemCount, limit) }
    case .limited(let part, _): return part.itemCount
    case .repeated(let part, let least, let most):
      let (count, overflows) = part.itemCount.multipliedReportingOverflow(by: max(most ?? least, 1))
      return overflows ? limit : min(count, limit)
    }
  }

  /// Whether no row at all matches.
  package var isNullable: Bool {
    switch self {
    case .symbol, .except: false
    case .sequence(let parts): parts.allSatisfy(\.isNullable)
    case .alternatives(let parts): parts.contains(where: \.isNullable)
    case .limited(let part, _): part.isNullable
    case .repeated(let part, let least, _): least == 0 || part.isNullable
    }
  }
}
