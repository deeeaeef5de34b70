import BQLStorage
import Synchronization

/// Keeps what attributes are for the users of a log that is not their own, once it is found.
///
/// A catalog takes a new one whenever a definition changes.
package final class AttributeColumns: Sendable {
  private struct Key: Hashable {
    var reference: AttributeReference
    var log: ObjectIdentifier
  }

  private struct Found {
    var columns: [Key: UserColumn] = [:]
    /// By the lower-case name of the table whose rows are looked up.
    var places: [String: [ObjectIdentifier: UserPlaces]] = [:]
    /// Keeps the logs alive, so that no two share an identity.
    var logs: [ObjectIdentifier: EventLog] = [:]
  }

  private let found = Mutex(Found())

  package init() {}

  /// Returns the values of an attribute for a log's users, which `make` finds the first time.
  func column<E: Error>(
    of reference: AttributeReference,
    for log: EventLog,
    _ make: () throws(E) -> UserColumn
  ) throws(E) -> UserColumn {
    let key = Key(reference: reference, log: ObjectIdentifier(log))
    if let known = found.withLock({ $0.columns[key] }) { return known }
    let made = try make()
    found.withLock { found in
      found.columns[key] = made
      found.logs[key.log] = log
    }
    return made
  }

  /// Returns the rows of a table that are about a log's users, which `make` finds the first time.
  func places(
    of table: String,
    for log: EventLog,
    _ make: () -> UserPlaces?
  ) -> UserPlaces? {
    let (table, identity) = (table.lowercased(), ObjectIdentifier(log))
    if let known = found.withLock({ $0.places[table]?[identity] }) { return known }
    guard let made = make() else { return nil }
    found.withLock { found in
      found.places[table, default: [:]][identity] = made
      found.logs[identity] = log
    }
    return made
  }
}
