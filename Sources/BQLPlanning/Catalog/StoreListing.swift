/// Lists what a store holds, for SHOW STORAGE and SHOW LOADS.
package struct StoreListing: Sendable {
  /// Names a file of a table: its rows and users where it is a part of a log, and its size.
  package struct File: Sendable {
    package var table: String
    package var name: String
    package var rowCount: Int?
    package var userCount: Int?
    package var byteCount: Int

    package init(
      table: String,
      name: String,
      rowCount: Int?,
      userCount: Int?,
      byteCount: Int
    ) {
      self.table = table
      self.name = name
      self.rowCount = rowCount
      self.userCount = userCount
      self.byteCount = byteCount
    }
  }

  /// Tells what one LOAD put into a table.
  package struct Load: Sendable {
    package var table: String
    /// The sources, as the statement gave them.
    package var sources: String
    package var byteCount: Int
    package var rowsRead: Int
    package var rowsLoaded: Int
    package var rejectedCount: Int
    package var duplicateRows: Int
    /// When it ended, in microseconds since 1970.
    package var instant: Int64
    package var seconds: Double

    package init(
      table: String,
      sources: String,
      byteCount: Int,
      rowsRead: Int,
      rowsLoaded: Int,
      rejectedCount: Int,
      duplicateRows: Int,
      instant: Int64,
      seconds: Double
    ) {
      self.table = table
      self.sources = sources
      self.byteCount = byteCount
      self.rowsRead = rowsRead
      self.rowsLoaded = rowsLoaded
      self.rejectedCount = rejectedCount
      self.duplicateRows = duplicateRows
      self.instant = instant
      self.seconds = seconds
    }
  }

  package var path: String
  package var files: [File]
  package var loads: [Load]

  package init(path: String, files: [File], loads: [Load]) {
    self.path = path
    self.files = files
    self.loads = loads
  }
}
