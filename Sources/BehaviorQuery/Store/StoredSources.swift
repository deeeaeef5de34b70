import BQLJSON
import BQLPlanning
import BQLStore

/// Says in a store what something was computed from, so that it is known to be out of date when that
/// has changed, also in another run of the program.
///
/// In memory a state of a table is a count of its definitions; in the store it is the number of the
/// change that made its content. What is not in the store, or has changed since, gets 0, which no
/// content has.
struct StoredSources {
  let catalog: Catalog
  let store: Store
  /// What is about to be stored, by the number of the change that makes its content.
  var pending: [StoredItem.Key: Int] = [:]

  func json(_ state: UserAttribute.TableState) -> JSONValue {
    let isPresent = catalog.state(of: state.name)?.version == state.version
    let generation = isPresent ? self.generation(of: state.name) ?? 0 : 0
    return .array([.string(state.name), .int(Int64(generation))])
  }

  func json(_ states: [UserAttribute.TableState]) -> JSONValue { .array(states.map(json)) }

  /// Reads one state; nil where the value is none.
  func state(_ json: JSONValue?) -> UserAttribute.TableState? {
    guard let elements = json?.elements, elements.count == 2, let name = elements[0].text,
      let generation = elements[1].int
    else { return nil }
    let isPresent = self.generation(of: name).map { Int64($0) == generation } ?? false
    let version = isPresent ? catalog.state(of: name)?.version : nil
    return UserAttribute.TableState(name: name, version: version ?? 0)
  }

  /// Reads a list of states; nil where one is none.
  func states(_ json: JSONValue?) -> [UserAttribute.TableState]? {
    guard let elements = json?.elements else { return nil }
    let states = elements.compactMap { state($0) }
    return states.count == elements.count ? states : nil
  }

  /// Whether all are in the store, as they are now.
  func arePresent(_ states: [UserAttribute.TableState]) -> Bool {
    states.allSatisfy {
      catalog.state(of: $0.name)?.version == $0.version && generation(of: $0.name) != nil
    }
  }

  /// The number of the change that made the content of a log, a table or `users.x`; nil where the
  /// store has none of the name.
  private func generation(of name: String) -> Int? {
    let table = StoredItem.Key(.table, name)
    if let found = pending[table] ?? store.generation(ofLog: name) ?? store.item(table)?.generation
    {
      return found
    }
    let prefix = "\(Catalog.usersTable)."
    guard name.lowercased().hasPrefix(prefix) else { return nil }
    let attribute = StoredItem.Key(.attribute, String(name.dropFirst(prefix.count)))
    return pending[attribute] ?? store.item(attribute)?.generation
  }
}
