package import BQLColumnar

/// Says why logs cannot be joined into one.
package enum MergeError: Error, Hashable, Sendable {
  /// The later log lacks columns of the first, or has others.
  case differentColumns(missing: [String], extra: [String])
  /// A column has types in the two that are not numbers of one kind or another.
  case differentTypes(column: String, first: DataType, later: DataType)
  /// A role is another column's, or is given in one of the logs only.
  case differentRoles(role: Role, first: String?, later: String?)
  /// The users of one are UUIDs, and not all of the other's, so that they are told apart otherwise.
  case differentUsers(column: String)
  /// A part of the log would have more rows than can be counted in 31 bits.
  case tooLarge
}
