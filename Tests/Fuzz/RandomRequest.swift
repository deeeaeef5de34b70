import BQLStorage

/// Draws how a file is loaded.
enum RandomRequest {
  static func make(
    _ path: String,
    _ kind: LoadRequest.Kind,
    _ random: inout FuzzRandom
  ) -> LoadRequest {
    var request = LoadRequest(paths: [path], name: "events", kind: kind)
    request.onError = [.skip, .skip, .null, .stop][random.below(4)]
    request.dedupExact = random.below(4) == 0
    guard random.below(3) == 0 else { return request }
    var options = CSVOptions()
    options.delimiter = [nil, .byte(59), .blanks, .byte(44)][random.below(4)]
    options.quote = [nil, CSVOptions.Quote.none, .byte(39)][random.below(3)]
    options.escape = [nil, 92][random.below(2)]
    options.hasHeader = [nil, true, false][random.below(3)]
    options.skippedLineCount = [0, 0, 2][random.below(3)]
    options.nullText = [nil, "NA"][random.below(2)]
    options.dateOrder = [nil, .dayFirst, .monthFirst][random.below(3)]
    options.decimalMark = [nil, .comma, .point][random.below(3)]
    request.options = options
    return request
  }
}

/// Checks what a load says of its rows.
enum Accounts {
  static func check(_ report: LoadReport, _ twin: LoadReport) throws(FuzzFailure) {
    let rejected = report.rejections.reduce(0) { $0 + $1.rowCount }
    let removed = report.duplicatesRemoved ? report.duplicateRows : 0
    guard report.rowsRead == report.rowsLoaded + rejected + report.filteredRows + removed else {
      throw FuzzFailure(
        "of \(report.rowsRead) rows \(report.rowsLoaded) are loaded and \(rejected) rejected"
      )
    }
    guard report.rowsRead == twin.rowsRead, report.rejections == twin.rejections,
      report.outOfOrderRows == twin.outOfOrderRows, report.tiedRows == twin.tiedRows,
      report.duplicateRows == twin.duplicateRows, report.warnings == twin.warnings,
      report.userCount == twin.userCount, report.sessionCount == twin.sessionCount
    else {
      throw FuzzFailure("the size of blocks changes the report: \(report) \(twin)")
    }
  }

  static func check(_ error: LoadError, _ twin: LoadError) throws(FuzzFailure) {
    guard !error.message.isEmpty, error.hint != "" else {
      throw FuzzFailure("an error says nothing")
    }
    guard error == twin else {
      throw FuzzFailure("the size of blocks changes the error: \(error.message), \(twin.message)")
    }
  }
}

/// Lists what delimited texts are made of.
enum CSVTokens {
  static let all: [[UInt8]] =
    [
      "\"", "\"\"", "\n", "\r\n", "\r", ",", ";", "\t", "|", " ", ",,", "\n\n", "\"\n\"", "\",\"",
      "\\", "\\\"", "NA", "NULL", "view", "cart", "purchase", "user_id", "event_time",
      "event_type", "price", "user_session", "sep=;\n", "\u{FEFF}", "2019-10-01 00:00:00 UTC",
      "2019-10-01T00:00:00+02:00", "12/13/2010 8:26", "13.12.2010", "01:12.0", "1,234.56", "0,50",
      "72d76fde-8bb3-4e00-8c23-a032dfed738c", "true", "false", "nan", "1e5", "é", "\0",
      "\"a\"\"b\"", "\"a", "a\"",
    ].map { Array($0.utf8) } + [[0xFF, 0xFE], [0x1F, 0x8B, 8], [0x28, 0xB5, 0x2F, 0xFD], [0xC3]]
}
