/// Accounts for every row that LOAD met.
package struct LoadReport: Sendable {
  /// Why rows were left out, how many, and where the first stands.
  package struct Rejection: Hashable, Sendable {
    /// In the analyst's terms: "user_id is empty", "event_time is not a time".
    package var reason: String
    package var rowCount: Int
    package var firstFile: String
    /// 1-based line of the first such row.
    package var firstLine: Int
    /// The offending text, shortened.
    package var example: String

    package init(
      reason: String,
      rowCount: Int,
      firstFile: String,
      firstLine: Int,
      example: String
    ) {
      self.reason = reason
      self.rowCount = rowCount
      self.firstFile = firstFile
      self.firstLine = firstLine
      self.example = example
    }
  }

  package var files: [String] = []
  package var byteCount = 0
  package var rowsRead = 0
  package var rowsLoaded = 0
  package var rejections: [Rejection] = []
  /// Where the rejected rows were written.
  package var rejectsFile: String?
  /// Rows equal to an earlier one in every column; loaded unless DEDUP EXACT.
  package var duplicateRows = 0
  package var duplicatesRemoved = false
  /// Rows that LOAD's WHERE left out.
  package var filteredRows = 0
  package var userCount = 0
  /// Distinct (user, session) pairs; nil where the log has no SESSION role.
  package var sessionCount: Int?
  /// Rows whose time is earlier than that of the row before them in the source.
  package var outOfOrderRows = 0
  /// Rows of a user that share their instant with the user's previous row.
  package var tiedRows = 0
  /// Empty fields by column, in schema order.
  package var nullCounts: [(column: String, rowCount: Int)] = []
  package var timeRange: ClosedRange<Int64>?
  package var warnings: [String] = []
  package var seconds = 0.0

  package init() {}
}
