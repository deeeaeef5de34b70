import BQLPlanning
import BQLStorage
import BQLSyntax

extension Workspace {
  /// Checks what a CSV clause says of LOAD's files.
  func csvOptions(_ clause: CSVClause, of source: Source) throws(BQLError) -> CSVOptions {
    var options = CSVOptions()
    if let delimiter = clause.delimiter {
      let byte = try byte(delimiter, "a delimiter", of: source)
      options.delimiter = byte == UInt8(ascii: " ") ? .blanks : .byte(byte)
    }
    if let quote = clause.quote {
      options.quote =
        quote.value.isEmpty ? CSVOptions.Quote.none : .byte(try byte(quote, "a quote", of: source))
    }
    if let escape = clause.escape { options.escape = try byte(escape, "an escape", of: source) }
    var quote: UInt8? = UInt8(ascii: "\"")
    if case .byte(let byte)? = options.quote { quote = byte }
    if options.quote == CSVOptions.Quote.none { quote = nil }
    // Two quotes for one is the rule anyway.
    if options.escape == quote { options.escape = nil }
    try checkDiffer(clause, options, quote, of: source)
    options.hasHeader = clause.header?.value
    options.skippedLineCount = clause.skip?.value ?? 0
    options.nullText = clause.nulls?.value
    options.dateOrder = clause.dates.map { $0.value == .dayFirst ? .dayFirst : .monthFirst }
    if let decimals = clause.decimals {
      switch decimals.value {
      case ",": options.decimalMark = .comma
      case ".": options.decimalMark = .point
      default:
        throw fail(
          .wrongArguments,
          "a decimal mark is ',' or '.', found '\(decimals.value)'",
          at: decimals.range,
          source
        )
      }
    }
    return options
  }

  /// Takes a mark of one byte; `\t` is a tab.
  private func byte(
    _ mark: Choice<String>,
    _ what: String,
    of source: Source
  ) throws(BQLError) -> UInt8 {
    let text = mark.value == "\\t" || mark.value.lowercased() == "tab" ? "\t" : mark.value
    let bytes = Array(text.utf8)
    guard bytes.count == 1, bytes[0] < 128, ![0, 10, 13].contains(bytes[0]) else {
      throw fail(
        .wrongArguments,
        "\(what) is one character of ASCII and no line end, found '\(mark.value)'",
        at: mark.range,
        source,
        hints: ["a tab is written '\\t', a run of blanks ' '"]
      )
    }
    return bytes[0]
  }

  private func checkDiffer(
    _ clause: CSVClause,
    _ options: CSVOptions,
    _ quote: UInt8?,
    of source: Source
  ) throws(BQLError) {
    var marks: [UInt8] = []
    switch options.delimiter {
    case .byte(let byte): marks.append(byte)
    case .blanks: marks += [UInt8(ascii: " "), UInt8(ascii: "\t")]
    case nil: break
    }
    let others = [quote, options.escape].compactMap { $0 }
    guard others.contains(where: marks.contains) else { return }
    throw fail(
      .wrongArguments,
      "delimiter, quote and escape must differ",
      at: clause.range,
      source,
      hints: ["two quotes inside a quoted field stand for one without an ESCAPE"]
    )
  }
}
