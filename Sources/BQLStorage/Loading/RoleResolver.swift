import BQLColumnar

/// Finds the columns that play a log's roles: those that the statement names, then those whose
/// names are known.
struct RoleResolver {
  /// The header of the REES46 logs, which binds by itself.
  static let rees46Columns = [
    "event_time", "event_type", "product_id", "category_id", "category_code", "brand", "price",
    "user_id", "user_session",
  ]

  /// The events that the REES46 header declares.
  static let rees46Events = ["view", "cart", "remove_from_cart", "purchase"]

  /// Names that columns of a role commonly have, without underscores.
  private static let knownNames: [Role: Set<String>] = [
    .user: [
      "userid", "user", "visitorid", "visitor", "customerid", "customer", "masterid", "clientid",
      "memberid", "custid",
    ],
    .time: [
      "eventtime", "timestamp", "time", "date", "datetime", "ts", "createdat", "invoicedate",
      "orderdate", "eventdate", "eventtimestamp", "purchasedate", "transactiondate",
    ],
    .event: ["eventtype", "event", "eventname", "action", "type", "behavior", "behaviour"],
    .session: ["usersession", "sessionid", "session", "visitid"],
    .item: ["productid", "itemid", "item", "product", "sku", "stockcode"],
    .value: ["price", "value", "amount", "revenue", "sales"],
  ]

  private(set) var columnOfRole: [Role: Int] = [:]
  private(set) var isREES46 = false
  private(set) var warnings: [String] = []
  private var isEventAmbiguous = false

  /// - Throws: ``LoadError/unknownColumn(name:columns:)``, ``LoadError/repeatedRole(column:)``, or
  ///   ``LoadError/rolesUnknown(path:missing:columns:hasHeader:)`` without a USER or a TIME,
  ///   or with several columns that could be EVENT.
  init(
    given: [(role: Role, column: String)],
    columns: [String],
    path: String,
    hasHeader: Bool
  ) throws(LoadError) {
    let folded = columns.map { $0.lowercased() }
    for (role, name) in given {
      guard let column = folded.firstIndex(of: name.lowercased()) else {
        throw .unknownColumn(name: name, columns: columns)
      }
      guard columnOfRole[role] == nil, !columnOfRole.values.contains(column) else {
        throw .repeatedRole(column: columns[column])
      }
      columnOfRole[role] = column
    }
    isREES46 = Self.rees46Columns.allSatisfy { folded.contains($0) }
    if hasHeader { bindKnownNames(columns) }
    // Where two columns could be EVENT, taking every row for a purchase would be worse than asking.
    let missing = [Role.user, .time, .event].filter {
      columnOfRole[$0] == nil && ($0 != .event || isEventAmbiguous)
    }
    guard missing.isEmpty else {
      throw .rolesUnknown(path: path, missing: missing, columns: columns, hasHeader: hasHeader)
    }
  }

  private mutating func bindKnownNames(_ columns: [String]) {
    var guessed: [String] = []
    for role in Role.allCases where columnOfRole[role] == nil {
      let names = Self.knownNames[role] ?? []
      var candidates = columns.indices.filter { index in
        let name = columns[index].lowercased().filter { $0.isLetter || $0.isNumber }
        return names.contains(name) && !columnOfRole.values.contains(index)
      }
      // The name that REES46 logs use goes before others: event_time before timestamp.
      let canonical = candidates.filter {
        Self.rees46Columns.contains(columns[$0].lowercased())
      }
      if canonical.count == 1 { candidates = canonical }
      guard let column = candidates.first else { continue }
      if candidates.count > 1 {
        let list = candidates.map { columns[$0] }.joined(separator: " and ")
        if role == .event { isEventAmbiguous = true }
        warnings.append("\(list) could each be \(role.rawValue.uppercased()); none was taken")
        continue
      }
      columnOfRole[role] = column
      guessed.append("\(role.rawValue.uppercased()) \(columns[column])")
    }
    if !isREES46, !guessed.isEmpty {
      warnings.append("roles taken from the columns' names: \(guessed.joined(separator: ", "))")
    }
  }
}

extension RoleResolver {
  /// The events that are known whether rows have them or not, `aliases` being what the statement
  /// calls some.
  func declaredEvents(_ aliases: [(value: String, name: String)]) -> [String] {
    var declared = isREES46 ? Self.rees46Events : []
    for alias in aliases where !declared.contains(alias.name) { declared.append(alias.name) }
    return declared
  }
}
