/// Names the formats of `--format`, `.mode` and `INTO 'file.…'`.
package enum FormatName: String, Hashable, Sendable, CaseIterable {
  case table
  case csv
  case tsv
  case json
  case ndjson
  case md
  case html
  case arrow
  case parquet

  /// The formats that this version writes, in the order of the documentation.
  package static let written: [FormatName] = [
    .table, .csv, .tsv, .json, .ndjson, .md, .html, .arrow,
  ]

  /// The formats that a file's extension can ask for.
  package static let ofFiles: [FormatName] = [.csv, .tsv, .json, .ndjson, .md, .html, .arrow]

  /// Says that the format is no text: a terminal cannot show it.
  package var isBinary: Bool {
    switch self {
    case .arrow, .parquet: true
    case .table, .csv, .tsv, .json, .ndjson, .md, .html: false
    }
  }

  /// Makes the writer of the format for a stream of results; `table` says how a table is drawn.
  ///
  /// Throws ``OutputError/notImplemented(format:)`` for what this version does not write.
  package func format(table: TableStyle) throws(OutputError) -> any ResultFormat {
    switch self {
    case .table: TableFormat(style: table)
    case .csv: CSVFormat()
    case .tsv: TSVFormat()
    case .json: JSONFormat()
    case .ndjson: NDJSONFormat()
    case .md: MarkdownFormat()
    case .html: HTMLFormat(isPage: false)
    case .arrow: ArrowFormat(isFile: false)
    case .parquet: throw .notImplemented(format: rawValue)
    }
  }
}
