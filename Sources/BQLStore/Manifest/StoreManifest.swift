package import BQLColumnar
package import BQLStorage

/// Lists what a store holds: the one file of it that ever changes, and only as a whole.
package struct StoreManifest: Hashable, Sendable {
  /// The version of the layout that this program writes, and the last one that it reads.
  package static let version = 3
  /// The oldest version that it reads.
  static let oldestVersion = 2
  static let fileName = "manifest.json"

  /// Counts the changes; names of files carry that of their making, so none is written twice.
  package var generation = 0
  package var logs: [StoredLog] = []
  package var items: [StoredItem] = []

  package init() {}

  /// The files that the store needs.
  package var fileNames: Set<String> {
    Set(logs.flatMap(\.files).map(\.name) + items.flatMap(\.parts).map(\.file.name))
  }
}

/// Describes a log of a store.
package struct StoredLog: Hashable, Sendable {
  /// Describes a column: what it is in BQL, whatever Arrow calls it.
  package struct Field: Hashable, Sendable {
    package var name: String
    package var type: DataType
    package var role: Role?
    /// The rows without a value.
    package var missingCount: Int
    /// Whether its codes stand for the same texts in all partitions.
    package var isShared: Bool
  }

  /// Describes one LOAD.
  package struct Load: Hashable, Sendable {
    package var files: [String]
    /// What tells each file from others, nil for standard input.
    package var fingerprints: [UInt64?]
    package var byteCount: Int
    package var rowsRead: Int
    package var rowsLoaded: Int
    package var rejectedCount: Int
    package var duplicateRows: Int
    /// When it ended, in microseconds since 1970.
    package var instant: Int64
    package var seconds: Double

    /// Describes the LOAD that a report is of, which ended at `instant`.
    package init(_ report: LoadReport, fingerprints: [UInt64?], instant: Int64) {
      files = report.files
      self.fingerprints = fingerprints
      byteCount = report.byteCount
      rowsRead = report.rowsRead
      rowsLoaded = report.rowsLoaded
      rejectedCount = report.rejections.reduce(0) { $0 + $1.rowCount }
      duplicateRows = report.duplicateRows
      self.instant = instant
      seconds = report.seconds
    }
  }

  package var name: String
  /// The number of the change that made the rows what they are.
  package var generation: Int
  package var fields: [Field]
  package var events: [EventValue]
  /// Rows and users of each partition.
  package var partitions: [Partition]
  /// The partitions' files in their order, then the users'.
  package var files: [StoredFile]
  package var loads: [Load]
  package var sessionCount: Int?
  package var tiedRows: Int
  /// In microseconds; nil for an empty log.
  package var timeRange: ClosedRange<Int64>?

  /// Counts what a partition holds.
  package struct Partition: Hashable, Sendable {
    package var rowCount: Int
    package var userCount: Int
  }
}
