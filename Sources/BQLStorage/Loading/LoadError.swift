/// Says why data could not be loaded, as plain values; ``message`` and ``hint`` make text of them.
package enum LoadError: Error, Hashable, Sendable {
  /// No file matches; `nearby` are names in the same folder that look alike.
  case fileNotFound(path: String, nearby: [String])
  /// The system refused to read the file.
  case unreadable(path: String, reason: String)
  /// The file is something else than a table of rows; `kind` completes "is …".
  case notData(path: String, kind: String, hint: String?)
  /// The file is of a known format but cannot be loaded; `reason` completes "cannot be read:".
  case unfitFile(path: String, reason: String, hint: String?)
  /// The archive is damaged or cut short.
  case damagedArchive(path: String, reason: String)
  /// A library that is opened at run time is not installed.
  case missingLibrary(library: String, package: String, path: String)
  /// The files of one log have different columns.
  case differentColumns(path: String, columns: [String], first: String, expected: [String])
  /// A log's USER or TIME column cannot be told; `missing` are the roles without a column.
  case rolesUnknown(path: String, missing: [Role], columns: [String], hasHeader: Bool)
  /// A statement names a column that the file does not have.
  case unknownColumn(name: String, columns: [String])
  /// Two roles were given to one column, or one role twice.
  case repeatedRole(column: String)
  /// A role's column holds values that it cannot hold.
  case unfitRole(role: Role, column: String, example: String, reason: String)
  /// The times of a column are in more than one format.
  case mixedTimes(column: String, first: String, second: String)
  /// The times of a column are in no format that can be read.
  case badTimes(column: String, example: String, reason: String)
  /// More rows were bad than ON ERROR allows.
  case tooManyBadRows(rejected: Int, read: Int, rejections: [LoadReport.Rejection])
  /// The rows behind a quoted field that does not end in time are bad, and too many.
  case openQuote(LoadReport.Rejection, rejected: Int, read: Int)
  /// ON ERROR STOP met its first bad row.
  case badRow(LoadReport.Rejection)
  /// The rejected rows could not be written.
  case unwritable(path: String, reason: String)
  /// LOAD's WHERE failed on a row.
  case filterFailed(reason: String)
  /// The log does not fit the representation in memory.
  case tooLarge(reason: String)
  /// The system has no memory for the log.
  case outOfMemory(byteCount: Int)
  /// The file is of a kind that is planned but not built.
  case notImplemented(path: String, what: String)
  /// The statement was interrupted.
  case cancelled
}

extension LoadError {
  /// One sentence in the analyst's terms, values last.
  package var message: String {
    switch self {
    case .fileNotFound(let path, _):
      return path.contains { "*?[".contains($0) }
        ? "no file matches '\(path)'" : "no such file: '\(path)'"
    case .unreadable(let path, let reason), .unfitFile(let path, let reason, _):
      return "'\(path)' cannot be read: \(reason)"
    case .notData(let path, let kind, _): return "'\(path)' is not data: it is \(kind)"
    case .damagedArchive(let path, let reason):
      return "the compressed file '\(path)' is damaged: \(reason)"
    case .missingLibrary(let library, _, let path):
      return "'\(path)' is compressed and the library that reads it is missing: \(library)"
    case .differentColumns(let path, let columns, let first, let expected):
      return "'\(path)' has other columns than '\(first)': \(Self.list(columns)) instead of "
        + Self.list(expected)
    case .rolesUnknown(_, let missing, let columns, let hasHeader):
      let roles = missing.map { $0.rawValue.uppercased() }.joined(separator: " and ")
      return (hasHeader ? "" : "the file has no header row, and ")
        + "no column is known to be \(roles); the columns are \(Self.list(columns))"
    case .unknownColumn(let name, _): return "no such column in the file: '\(name)'"
    case .repeatedRole(let column):
      return "a role and a column go together once only: '\(column)'"
    case .unfitRole(let role, let column, let example, let reason):
      return "column \(column) cannot be \(role.rawValue.uppercased()): \(reason): '\(example)'"
    case .mixedTimes(let column, let first, let second):
      return "column \(column) holds times in more than one format: '\(first)' and '\(second)'"
    case .badTimes(let column, let example, let reason):
      return "the times of column \(column) cannot be read: \(reason): '\(example)'"
    case .tooManyBadRows(let rejected, let read, let rejections):
      let worst = rejections.max { $0.rowCount < $1.rowCount }
      let reason = worst.map { ", most because \($0.reason) (\(Self.place($0)))" } ?? ""
      return "too many bad rows: \(rejected) of \(read)\(reason)"
    case .openQuote(let rejection, let rejected, let read):
      return "\(rejection.reason) (\(Self.place(rejection))); what follows it makes bad rows: "
        + "\(rejected) of \(read)"
    case .badRow(let rejection):
      return "a bad row: \(rejection.reason) (\(Self.place(rejection)))"
    case .unwritable(let path, let reason): return "'\(path)' cannot be written: \(reason)"
    case .filterFailed(let reason): return reason
    case .tooLarge(let reason): return reason
    case .outOfMemory(let byteCount):
      return "the memory of this machine does not hold the log: \(max(byteCount >> 20, 1)) MB more "
        + "were refused"
    case .notImplemented(_, let what): return "not implemented yet: \(what)"
    case .cancelled: return "interrupted"
    }
  }

  /// A next step, where there is one.
  package var hint: String? {
    switch self {
    case .fileNotFound(_, let nearby):
      return nearby.isEmpty ? nil : "files there: " + nearby.joined(separator: ", ")
    case .notData(_, _, let hint), .unfitFile(_, _, let hint): return hint
    case .missingLibrary(_, let package, _): return "sudo apt install \(package)"
    case .damagedArchive:
      return "copy or download the file again; what was read of it was not loaded"
    case .rolesUnknown(let path, let missing, let columns, let hasHeader):
      return Self.rolesHint(path, missing, columns, hasHeader)
    case .unknownColumn(_, let columns): return "columns: " + Self.list(columns)
    case .differentColumns: return "load files of one shape together, the others by themselves"
    case .mixedTimes: return "write the column in one format, for example 2019-10-01 00:00:00"
    case .badTimes:
      return "times are read as 2019-10-01 00:00:00, 2019-10-01T00:00:00Z, 2019-10-01, 20191001 "
        + "or seconds, milliseconds or microseconds since 1970"
    case .tooManyBadRows(_, _, let rejections):
      let example = rejections.max { $0.rowCount < $1.rowCount }.map { " ('\($0.example)')" } ?? ""
      return "look at the rows\(example); REJECTS INTO 'bad.csv' writes them to a file, "
        + "ON ERROR NULL loads bad values as NULL"
    case .badRow(let rejection):
      return "the row is '\(rejection.example)'; ON ERROR SKIP leaves bad rows out and counts them"
    case .openQuote(let rejection, _, _):
      return
        "the row begins '\(rejection.example.prefix(60))': close its quote, or shorten the field"
    case .outOfMemory:
      return "load fewer columns or rows: cut the file first, or add WHERE"
    case .unreadable, .repeatedRole, .unfitRole, .unwritable, .filterFailed, .tooLarge,
      .notImplemented, .cancelled:
      return nil
    }
  }

  private static func list(_ columns: [String]) -> String {
    let shown = columns.prefix(40).joined(separator: ", ")
    return columns.count > 40 ? shown + ", … (\(columns.count) columns)" : shown
  }

  private static func place(_ rejection: LoadReport.Rejection) -> String {
    "first in line \(rejection.firstLine) of '\(rejection.firstFile)'"
  }

  /// Writes the LOAD line that would do, with the columns that look most likely.
  private static func rolesHint(
    _ path: String,
    _ missing: [Role],
    _ columns: [String],
    _ hasHeader: Bool
  ) -> String {
    let roles = missing.map { "\($0.rawValue.uppercased()) …" }.joined(separator: ", ")
    let advice = "say which: LOAD '\(path)' (\(roles)); or LOAD '\(path)' AS TABLE name;"
    return hasHeader ? advice : advice + " columns without a header are called column1, column2, …"
  }
}
