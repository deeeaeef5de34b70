package import BQLColumnar

/// Says what to load and how.
package struct LoadRequest: Sendable {
  /// What the rows become.
  package enum Kind: Sendable {
    /// An event log: `roles` as the statement gives them, the others from the header.
    case log(roles: [(role: Role, column: String)], eventAliases: [(value: String, name: String)])
    /// A plain table, with the column whose duplicate and missing values are reported.
    case table(key: String?)
  }

  /// What happens to rows that cannot be read.
  package enum OnError: Hashable, Sendable {
    /// Ends the load at the first of them.
    case stop
    /// Leaves them out and counts them, up to ``LoadLimits``.
    case skip
    /// Loads bad values as NULL; rows of the wrong length or without USER or TIME are left out.
    case null
  }

  /// The files, all of them one log: paths, patterns with `*`, `?` and `[…]`, or `-`.
  package var paths: [String]
  package var name: String
  package var kind: Kind
  /// Removes rows equal to an earlier one in every column.
  package var dedupExact = false
  /// The types of a log that the rows are to join, by lower-case name of column: each is read as no
  /// narrower type.
  package var joinedTypes: [String: DataType] = [:]
  /// How the files are written, where that is not to be told from them.
  package var options = CSVOptions()
  package var onError = OnError.skip
  /// Where the rejected rows go, as CSV; nil drops them.
  package var rejectsInto: String?
  package var threads: Int
  /// Called now and then, from any thread, while rows are read.
  package var progress: (@Sendable (LoadProgress) -> Void)?
  /// Asked for every block of input.
  package var isCancelled: @Sendable () -> Bool = { false }
  /// Bytes of input that a thread takes at a time; results do not depend on it.
  package var blockByteCount = 2 << 20

  package init(paths: [String], name: String, kind: Kind, threads: Int = 1) {
    self.paths = paths
    self.name = name
    self.kind = kind
    self.threads = threads
  }
}

/// Chooses rows of a chunk, one answer a row.
package typealias RowChoice = @Sendable (Chunk) throws(LoadError) -> [Bool]

/// Makes LOAD's WHERE for a schema: called again when the types widen while the file is read.
package typealias RowFilter = @Sendable (Schema) throws(LoadError) -> RowChoice

/// Tells how far a load has come.
package struct LoadProgress: Hashable, Sendable {
  package var bytesRead: Int
  /// nil where the size is not known beforehand (an archive, standard input).
  package var bytesTotal: Int?
  package var rowsRead: Int

  package init(bytesRead: Int, bytesTotal: Int?, rowsRead: Int) {
    self.bytesRead = bytesRead
    self.bytesTotal = bytesTotal
    self.rowsRead = rowsRead
  }
}

/// Holds the limits of ON ERROR SKIP.
package enum LoadLimits {
  /// The most columns of a file: each takes memory of its own for every block and every thread.
  static let columnCount = 16_384

  /// The most bytes of rejected rows that are kept for REJECTS INTO; further ones are counted only.
  static let rejectedByteCount = 256 << 20

  /// Says whether `bad` of `read` rows are more than a sound file may hold: more than 0.1 % and
  /// more than ten, or more than half.
  ///
  /// A file of three rows thus loads with one bad row, which its report shows, and not with two.
  package static func areTooMany(_ bad: Int, of read: Int) -> Bool {
    bad > max(10, read / 1_000) || bad * 2 > read
  }

  /// Refuses more distinct texts of a column than there are codes.
  static func checkDistinct(_ count: Int) throws(LoadError) {
    guard count < Int(Int32.max) else {
      throw .tooLarge(reason: "one column has more than 2,147,483,646 distinct texts")
    }
  }
}
