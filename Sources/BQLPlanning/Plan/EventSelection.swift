package import BQLStorage

/// Says which rows OF or RETURN asks for.
package struct EventSelection: Sendable {
  /// As it is written: a name, `a|b`, or ANY.
  package var label: String
  /// Whether every row is meant, whatever its event; `alternatives` is then empty.
  package var isAny: Bool
  package var alternatives: [FunnelPlan.Alternative]

  /// Selects every row.
  package static let any = EventSelection(label: "ANY", isAny: true, alternatives: [])

  /// Selects the log's purchases, whatever their rows hold.
  package static func purchases(of log: EventLog) -> EventSelection {
    event("purchase", of: log)
  }

  /// Selects the log's rows with an event, none where the log does not know it.
  package static func event(_ name: String, of log: EventLog) -> EventSelection {
    let code = log.events.firstIndex { $0.name == name }
    let alternative = FunnelPlan.Alternative(eventCode: code, condition: nil)
    return EventSelection(label: name, isAny: false, alternatives: [alternative])
  }

  /// Whether its rows are purchases and nothing else.
  package func isPurchase(of log: EventLog) -> Bool {
    guard let code = log.purchaseCode else { return false }
    return !isAny && alternatives.allSatisfy { $0.eventCode == code }
  }

  /// Whether purchases may be among its rows.
  package func mayBePurchase(of log: EventLog) -> Bool {
    guard let code = log.purchaseCode else { return false }
    return isAny || alternatives.contains { $0.eventCode == code }
  }

  /// Returns the selection with `transform` applied to its conditions.
  func mapConditions(_ transform: (BoundExpression) -> BoundExpression) -> EventSelection {
    var selection = self
    for index in alternatives.indices {
      selection.alternatives[index].condition = alternatives[index].condition.map(transform)
    }
    return selection
  }
}
