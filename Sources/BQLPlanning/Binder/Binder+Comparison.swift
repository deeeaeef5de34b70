import BQLStorage
import BQLSyntax

extension Binder {
  /// Resolves COMPARE; `REST`, where no column has that name, is whoever is not in the first group.
  mutating func bindComparison(
    _ compare: Choice<[Expression]>?,
    _ clauses: BehaviorClauses,
    _ name: String,
    _ log: EventLog
  ) -> Bound<Comparison>? {
    guard let compare else { return Bound(value: nil) }
    guard clauses.by.isEmpty else {
      return fail(.badFunnel, "COMPARE makes the groups itself: leave out BY", at: compare.range)
    }
    var context = behaviorContext(name, log)
    context.clause = "COMPARE"
    context.scope.allowsTimeParts = true
    let first = bindCondition(compare.value[0], context)
    let labels = compare.value.map { text(of: $0.range) }
    if case .column(nil, let word) = compare.value[1].kind, word.name.uppercased() == "REST",
      context.scope.matches(qualifier: nil, name: word.name).isEmpty
    {
      return first.map { Bound(value: Comparison(first: $0, second: nil, labels: labels)) }
    }
    guard let first, let second = bindCondition(compare.value[1], context) else { return nil }
    return Bound(value: Comparison(first: first, second: second, labels: labels))
  }
}
