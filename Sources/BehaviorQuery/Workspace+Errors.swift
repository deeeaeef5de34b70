import BQLExecution
import BQLFunctions
import BQLOutput
import BQLPlanning
import BQLStorage
import BQLStore
import BQLSyntax

extension Workspace {
  /// Makes an error of one diagnostic.
  func fail(
    _ code: DiagnosticCode,
    _ message: String,
    at range: SourceRange,
    _ source: Source,
    kind: BQLError.Kind = .statement,
    hints: [String] = []
  ) -> BQLError {
    BQLError(
      kind: kind,
      diagnostics: [Diagnostic(code, message, at: range, hints: hints)],
      source: source
    )
  }

  /// Makes an error of what a binder reported; one that says nothing of a failure is a bug.
  func failure(_ binder: Binder, of source: Source, at range: SourceRange) -> BQLError {
    guard binder.hasErrors else {
      return fail(
        .internalError,
        "this is a bug in bql: a statement failed without a reason",
        at: range,
        source
      )
    }
    if let damage = damage(of: binder, source, at: range) { return damage }
    return BQLError(kind: .statement, diagnostics: binder.diagnostics, source: source)
  }

  /// Why a log of the store that the statement names is not there; nil where that is not the reason.
  private func damage(
    of binder: Binder,
    _ source: Source,
    at range: SourceRange
  ) -> BQLError? {
    let unknown = binder.diagnostics.first { $0.code == .unknownTable }
    guard let unknown, let open = openStore else { return nil }
    let damage = open.damages.first { unknown.message.lowercased().contains("'\($0.key)'") }
    return damage.map { error($0.value, of: source, at: unknown.range) }
  }

  /// The place that was found, unless it lies in a model's own TRAIN, behind the source's end.
  private static func place(
    _ found: SourceRange,
    in source: Source,
    else range: SourceRange
  ) -> SourceRange {
    found.start > source.text.utf8.count ? range : found
  }

  /// Places an error of a run; `range` is the statement's, for errors that know no better.
  func error(_ error: ExecutionError, of source: Source, at range: SourceRange) -> BQLError {
    // What went wrong may come of damaged rows, which read as zeros.
    if let failure = takeDamage() { return self.error(failure, of: source, at: range) }
    switch error {
    case .function(let function, let found):
      let place = Self.place(found, in: source, else: range)
      let code: DiagnosticCode =
        switch function {
        case .divisionByZero: .divisionByZero
        case .overflow: .overflow
        case .badCast: .castFailed
        case .badArgument: .wrongArguments
        }
      let hints =
        switch function {
        case .divisionByZero: ["leave zeros out, or make them NULL: x / nullif(y, 0)"]
        case .overflow: ["compute with floats: x::float"]
        case .badCast, .badArgument: [String]()
        }
      return fail(code, function.sentence, at: place, source, hints: hints)
    case .severalRows(let found):
      return fail(
        .wrongArguments,
        "a query that stands for a value gave more than one row",
        at: Self.place(found, in: source, else: range),
        source,
        hints: ["aggregate it, or add LIMIT 1"]
      )
    case .overBudget:
      return fail(
        .outOfMemory,
        error.sentence,
        at: range,
        source,
        hints: [
          "give it more: --memory 8GB, SET memory = '8GB'; or ask for fewer rows, columns or groups"
        ]
      )
    case .unfit(let sentence, let hint):
      return fail(.unfitData, sentence, at: range, source, hints: hint.map { [$0] } ?? [])
    case .cancelled:
      return fail(.interrupted, "interrupted", at: range, source, kind: .interrupted)
    case .notImplemented(let what):
      return fail(.notImplemented, "not implemented yet: \(what)", at: range, source)
    case .internal(let what):
      return fail(.internalError, "this is a bug in bql: \(what)", at: range, source)
    }
  }

  /// Places an error of a load or of a file.
  func error(_ error: LoadError, of source: Source, at range: SourceRange) -> BQLError {
    let hints = error.hint.map { [$0] } ?? []
    let (code, kind): (DiagnosticCode, BQLError.Kind) =
      switch error {
      case .fileNotFound: (.fileNotFound, .data)
      case .unreadable: (.fileUnreadable, .data)
      case .notData: (.notData, .data)
      case .damagedArchive, .unfitFile, .differentColumns, .unfitRole, .mixedTimes,
        .unknownDateOrder, .badTimes, .badRow, .tooLarge, .outOfMemory:
        (.badData, .data)
      case .missingLibrary: (.missingLibrary, .data)
      case .rolesUnknown: (.rolesUnknown, .data)
      case .unknownColumn: (.unknownColumn, .statement)
      case .repeatedRole: (.wrongArguments, .statement)
      case .tooManyBadRows, .openQuote: (.tooManyBadRows, .data)
      case .unwritable: (.fileUnwritable, .data)
      case .filterFailed: (.badData, .statement)
      case .notImplemented: (.notImplemented, .statement)
      case .cancelled: (.interrupted, .interrupted)
      }
    return fail(code, error.message, at: range, source, kind: kind, hints: hints)
  }

  /// Places an error of writing a result.
  func error(_ error: OutputError, of source: Source, at range: SourceRange) -> BQLError {
    var isUnbuilt = false
    if case .notImplemented = error { isUnbuilt = true }
    return fail(
      isUnbuilt ? .notImplemented : .fileUnwritable,
      error.message,
      at: range,
      source,
      kind: isUnbuilt ? .statement : .data,
      hints: error.hint.map { [$0] } ?? []
    )
  }
}

extension ExecutionError {
  /// What went wrong, in one sentence.
  var sentence: String {
    switch self {
    case .function(let error, _): error.sentence
    case .severalRows: "a query that stands for a value gave more than one row"
    case .overBudget(let holder, let held, let budget):
      "the \(holder) needs more than the statement may hold: \(ByteSize.text(budget)), of which it "
        + "has \(ByteSize.text(held))"
    case .unfit(let sentence, _): sentence
    case .cancelled: "interrupted"
    case .notImplemented(let what): "not implemented yet: \(what)"
    case .internal(let what): "this is a bug in bql: \(what)"
    }
  }
}
