package import BQLColumnar
package import BQLStorage

/// Lists what a store holds: the one file of it that ever changes, and only as a whole.
package struct StoreManifest: Hashable, Sendable {
  /// The version of the layout that this program writes, and the last one that it reads.
  package static let version = 2
  /// The oldest version that it reads.
  static let oldestVersion = 2
  static let fileName = "manifest.json"

  /// Counts the changes; names of files carry that of their making, so none is written twice.
  package var generation = 0
  package var logs: [StoredLog] = []

  package init() {}

  /// The files that the store needs.
  package var fileNames: Set<String> {
    Set(logs.flatMap { $0.files.map(\.name) })
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

  /// Describes a file: its size, and the checksum of all of it.
  package struct File: Hashable, Sendable {
    package var name: String
    package var byteCount: Int
    package var checksum: UInt64
    /// What the parts of a partition's file have to be when they are read; nil for the users' file.
    package var parts: PartChecksums?

    init(name: String, byteCount: Int, checksum: UInt64, parts: PartChecksums? = nil) {
      self.name = name
      self.byteCount = byteCount
      self.checksum = checksum
      self.parts = parts
    }
  }

  /// Holds the checksums of what is read at a time of a partition's file.
  package struct PartChecksums: Hashable, Sendable {
    /// Of all that says where and what the columns are.
    package var metadata: UInt64
    /// Of what says which rows have a value, of all columns.
    package var validity: UInt64
    /// Of the values, by column.
    package var columns: [UInt64]
    /// Of the dictionaries, in the order of the columns that have one.
    package var dictionaries: [UInt64]
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
  package var fields: [Field]
  package var events: [EventValue]
  /// Rows and users of each partition.
  package var partitions: [Partition]
  /// The partitions' files in their order, then the users'.
  package var files: [File]
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
