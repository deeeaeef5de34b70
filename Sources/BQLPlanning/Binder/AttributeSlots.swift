import BQLColumnar
import BQLStorage

/// Says whose attributes an expression may name: those of a log's users.
struct AttributeScope: Sendable {
  /// The log that is read, or, in FROM users, the users as rows.
  var base: EventLog
  /// The log whose users have the attributes.
  var log: EventLog
  /// Whether the rows are the users themselves.
  var isUsersTable = false
}

/// Gives the attributes that a statement names a place behind the columns of their log.
struct AttributeSlots {
  /// Holds an attribute at its place.
  struct Slot {
    var reference: AttributeReference
    var field: Field
    var values: UserColumn
  }

  private struct Slots {
    /// Kept, so that no other log takes its identity.
    var base: EventLog
    var slots: [Slot] = []
  }

  private var slots: [ObjectIdentifier: Slots] = [:]

  /// Returns the position of an attribute among the columns of `base`, if it has one.
  func position(of reference: AttributeReference, in base: EventLog) -> Int? {
    slots[ObjectIdentifier(base)]?.slots.firstIndex { $0.reference == reference }
      .map { base.schema.count + $0 }
  }

  /// Gives an attribute the next position.
  mutating func add(_ slot: Slot, to base: EventLog) -> Int {
    let added = slots[ObjectIdentifier(base), default: Slots(base: base)].slots.count
    slots[ObjectIdentifier(base), default: Slots(base: base)].slots.append(slot)
    return base.schema.count + added
  }

  /// Returns the attribute at a position of `base`; nil for the log's own columns.
  func slot(at position: Int, of base: EventLog) -> Slot? {
    let index = position - base.schema.count
    guard index >= 0, let known = slots[ObjectIdentifier(base)]?.slots, index < known.count else {
      return nil
    }
    return known[index]
  }

  /// Returns the log with the attributes that were named as further columns.
  func attaching(to base: EventLog) -> EventLog {
    guard let known = slots[ObjectIdentifier(base)]?.slots, !known.isEmpty else { return base }
    return base.attaching(known.map { ($0.field, $0.values) })
  }
}
