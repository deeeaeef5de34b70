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
  /// `delimiters` are those of the first file and this one, where they differ.
  case differentColumns(
    path: String,
    columns: [String],
    first: String,
    expected: [String],
    delimiters: [UInt8]?
  )
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
  /// The dates of a column have day and month in digits, and no date tells which comes first.
  case unknownDateOrder(column: String, example: String)
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
    case .differentColumns(let path, _, let first, _, let delimiters?):
      let marks = delimiters.map { "'\(Self.spelled($0))'" }.joined(separator: " and ")
      return "'\(first)' and '\(path)' have different delimiters: \(marks)"
    case .differentColumns(let path, let columns, let first, let expected, nil):
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
    case .unknownDateOrder(let column, let example):
      return "the dates of column \(column) may be day/month or month/day, and none of them tells: "
        + "'\(example)'"
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
    case .differentColumns(_, let columns, _, let expected, nil):
      let missing = expected.filter { name in
        !columns.contains { $0.lowercased() == name.lowercased() }
      }
      let advice = "load files of one shape together, the others by themselves"
      return missing.isEmpty || missing.count == expected.count
        ? advice : "it lacks \(Self.list(missing)); " + advice
    case .differentColumns: return "load files of one shape together, the others by themselves"
    case .unknownDateOrder:
      return
        "say which: LOAD … CSV (DATES DMY) reads day/month/year, CSV (DATES MDY) month/day/year"
    case .mixedTimes: return "write the column in one format, for example 2019-10-01 00:00:00"
    case .badTimes:
      return "times are read as 2019-10-01 00:00:00, 2019-10-01T00:00:00Z, 2019-10-01, 20191001, "
        + "31/12/2019 23:59, 12/31/2019 11:59 PM or seconds, milliseconds or microseconds since 1970"
    case .tooManyBadRows(_, _, let rejections):
      let worst = rejections.max { $0.rowCount < $1.rowCount }
      let example = worst.map { " ('\($0.example)')" } ?? ""
      if worst?.example.contains("\\\"") == true, worst?.reason.contains("quote") == true {
        return "look at the rows\(example); CSV (ESCAPE '\\') reads \\\" as a quote"
      }
      return "look at the rows\(example); REJECTS INTO 'bad.csv' writes them to a file, "
        + "ON ERROR NULL loads bad values as NULL"
    case .badRow(let rejection):
      return "the row is '\(rejection.example)'; ON ERROR SKIP leaves bad rows out and counts them"
    case .openQuote(let rejection, _, _):
      return
        "the row begins '\(rejection.example.prefix(60))': close its quote, or shorten the field"
    case .outOfMemory:
      return "load fewer columns or rows: cut the file first, or add WHERE"
    case .unfitRole(.value, _, let example, _): return Self.numberHint(example)
    case .unreadable, .repeatedRole, .unfitRole, .unwritable, .filterFailed, .tooLarge,
      .notImplemented, .cancelled:
      return nil
    }
  }

  private static func list(_ columns: [String]) -> String {
    let shown = columns.prefix(40).joined(separator: ", ")
    return columns.count > 40 ? shown + ", … (\(columns.count) columns)" : shown
  }

  /// What may be done about a price that is no number.
  private static func numberHint(_ example: String) -> String? {
    let isMissing = ["null", "na", "n/a", "nan", "none", "-", "\\n", "?"].contains(
      example.lowercased()
    )
    if isMissing { return "CSV (NULLS '\(example)') reads \(example) as an empty field" }
    guard example.utf8.contains(where: { TimeText.isDigit($0) }) else { return nil }
    return example.contains(",")
      ? "CSV (DECIMALS ',') reads 1.234,56 as a number; marks of currency must be taken off first"
      : "marks of currency and units must be taken off first"
  }

  /// A delimiter in words that can be seen.
  private static func spelled(_ byte: UInt8) -> String {
    byte == UInt8(ascii: "\t") ? "tab" : String(decoding: [byte], as: UTF8.self)
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
    if columns.count == 1 {
      return advice + " or, where the one column is several: CSV (DELIMITER '^'), and where lines "
        + "stand before the header: CSV (SKIP 1)"
    }
    return hasHeader ? advice : advice + " columns without a header are called column1, column2, …"
  }
}
