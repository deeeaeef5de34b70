package import BQLColumnar

/// Finds the users of a log among the keys of rows.
///
/// Users and keys are told apart as the log tells its users apart: integers by value, texts by bytes.
package struct UserPlaces: Sendable {
  /// For each user, in the order of the log's users, the row that is about it; −1 for none.
  package let rows: [Int32]
  /// Rows without a key.
  package let keylessCount: Int
  /// Rows whose key is no user of the log.
  package let strangerCount: Int
  /// Rows whose key an earlier row has, and the first such key.
  package let repeatedCount: Int
  package let repeated: Value?

  /// The users that have a row.
  package var matchedCount: Int { rows.count { $0 >= 0 } }

  /// Looks up `keys`, one a row, among the names of users; nil where their types differ.
  ///
  /// - Complexity: O(users + rows); rows in the order of the users need no table.
  package init?(of users: Column, in keys: Column) {
    guard users.type == keys.type else { return nil }
    var finder = Finder(userCount: users.count)
    switch (users.values, keys.values) {
    case (.ints(let names), .ints(let keyed)):
      if names == keyed, users.validity == nil, keys.validity == nil {
        rows = (0..<Int32(names.count)).map { $0 }
        (keylessCount, strangerCount, repeatedCount, repeated) = (0, 0, 0, nil)
        return
      }
      var places: [Int64: Int32] = [:]
      places.reserveCapacity(names.count)
      for (place, name) in names.enumerated() where users.isValid(place) {
        places[name] = Int32(truncatingIfNeeded: place)
      }
      for (row, key) in keyed.enumerated() {
        finder.take(row, keys.isValid(row) ? places[key] ?? Finder.stranger : Finder.keyless)
      }
    case (.texts(let names, let nameTexts), .texts(let keyed, let keyTexts)):
      var builder = TextDictionaryBuilder()
      var places: [Int32] = []
      for (place, name) in names.enumerated() where users.isValid(place) {
        let code = Int(nameTexts.withText(Int(name)) { builder.code(for: $0) })
        if code == places.count { places.append(Int32(truncatingIfNeeded: place)) }
      }
      // Each text of the rows is looked up once.
      let known = (0..<keyTexts.count).map { entry in
        keyTexts.withText(entry) { builder.knownCode(for: $0) }.map { places[Int($0)] }
          ?? Finder.stranger
      }
      for (row, key) in keyed.enumerated() {
        finder.take(row, keys.isValid(row) ? known[Int(key)] : Finder.keyless)
      }
    default: return nil
    }
    rows = finder.rows
    keylessCount = finder.keylessCount
    strangerCount = finder.strangerCount
    repeatedCount = finder.repeatedCount
    repeated = finder.firstRepeated.map { keys[$0] }
  }
}

/// Collects the row of each user and counts those that are about none.
private struct Finder {
  static let stranger: Int32 = -1
  static let keyless: Int32 = -2

  var rows: [Int32]
  var keylessCount = 0
  var strangerCount = 0
  var repeatedCount = 0
  var firstRepeated: Int?

  init(userCount: Int) {
    rows = [Int32](repeating: -1, count: userCount)
  }

  mutating func take(_ row: Int, _ place: Int32) {
    switch place {
    case Self.stranger: strangerCount += 1
    case Self.keyless: keylessCount += 1
    case _ where rows[Int(place)] >= 0:
      repeatedCount += 1
      firstRepeated = firstRepeated ?? row
    default: rows[Int(place)] = Int32(truncatingIfNeeded: row)
    }
  }
}

extension Column {
  /// Returns the rows at `places`, NULL where a place is −1.
  package func gather(places: [Int32]) -> Column {
    guard places.contains(where: { $0 < 0 }) else { return gather(places) }
    var isKnown = Bitmap(repeating: true, count: places.count)
    for (index, place) in places.enumerated() where place < 0 { isKnown[index] = false }
    guard count > 0 else { return Column(repeating: .null, type: type, count: places.count) }
    return gather(places.map { max($0, 0) }).masked(by: isKnown)
  }
}
