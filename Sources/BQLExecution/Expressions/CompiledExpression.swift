import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLSyntax

/// Evaluates a bound expression over chunks.
///
/// A part that reads one text column and nothing else is evaluated once per entry of the column's
/// dictionary, then looked up by code: a condition on text costs a row as much as one on a number,
/// and its result keeps one dictionary, so that grouping by it stays cheap.
final class CompiledExpression: Sendable {
  let type: DataType
  /// The input columns that the expression reads, ascending.
  let columns: [Int]
  private let node: Node
  /// Whether no row makes the expression fail.
  private let isTotal: Bool
  /// Where set: the only input column, a text, and the results by its dictionaries.
  private let byEntry: (column: Int, results: DictionaryResults)?
  private let cancellation: Cancellation?

  private enum Node: Sendable {
    case column(Int)
    case literal(Value, RepeatedColumn)
    case call(BoundCall, [CompiledExpression], SourceRange)
    case cast(CompiledExpression, SourceRange)
    case junction([CompiledExpression], isAnd: Bool)
    case isNull(CompiledExpression)
    case isTruth(CompiledExpression, Bool)
    case isNotDistinct(CompiledExpression, CompiledExpression)
    case isMember(CompiledExpression, MemberSet)
    case conditional(
      [(condition: CompiledExpression, result: CompiledExpression)],
      otherwise: CompiledExpression
    )
    /// A CASE whose results are literals: the row of the first condition that is true, or the last.
    case choice([CompiledExpression], results: Column)

    /// The parts of a node that fails only where one of them does; nil of one that may fail itself
    /// or that shields some rows from some parts.
    var parts: [CompiledExpression]? {
      switch self {
      case .column, .literal: []
      case .call(let call, let arguments, _): call.isTotal ? arguments : nil
      case .junction(let parts, _): parts
      case .isNull(let operand), .isTruth(let operand, _), .isMember(let operand, _): [operand]
      case .isNotDistinct(let a, let b): [a, b]
      case .choice(let conditions, _): conditions
      case .cast, .conditional: nil
      }
    }
  }

  /// Compiles an expression whose subqueries have been replaced by their values.
  ///
  /// `cancellation` stops the evaluation over a long dictionary.
  convenience init(
    _ bound: BoundExpression,
    inputTypes: [DataType],
    cancellation: Cancellation? = nil
  ) throws(ExecutionError) {
    try self.init(
      bound,
      inputTypes: inputTypes,
      mayUseEntries: true,
      cancellation: cancellation
    )
  }

  private init(
    _ bound: BoundExpression,
    inputTypes: [DataType],
    mayUseEntries: Bool,
    cancellation: Cancellation?
  ) throws(ExecutionError) {
    type = bound.type
    self.cancellation = cancellation
    columns = bound.columns
    var usesEntries = false
    if mayUseEntries, columns.count == 1, inputTypes[columns[0]] == .text {
      if case .column = bound.kind { usesEntries = false } else { usesEntries = true }
    }
    byEntry = usesEntries ? (columns[0], DictionaryResults()) : nil
    func compile(_ part: BoundExpression) throws(ExecutionError) -> CompiledExpression {
      try CompiledExpression(
        part,
        inputTypes: inputTypes,
        mayUseEntries: mayUseEntries && !usesEntries,
        cancellation: cancellation
      )
    }
    func compileAll(
      _ parts: [BoundExpression]
    ) throws(ExecutionError) -> [CompiledExpression] {
      var compiled: [CompiledExpression] = []
      for part in parts { compiled.append(try compile(part)) }
      return compiled
    }
    switch bound.kind {
    case .column(let index): node = .column(index)
    case .literal(let value): node = .literal(value, RepeatedColumn(value, bound.type))
    case .call(let call, let arguments):
      node = .call(call, try compileAll(arguments), bound.range)
    case .cast(let operand): node = .cast(try compile(operand), bound.range)
    case .and(let parts): node = .junction(try compileAll(parts), isAnd: true)
    case .or(let parts): node = .junction(try compileAll(parts), isAnd: false)
    case .isNull(let operand): node = .isNull(try compile(operand))
    case .isTruth(let operand, let value): node = .isTruth(try compile(operand), value)
    case .isNotDistinct(let a, let b): node = .isNotDistinct(try compile(a), try compile(b))
    case .inList(let operand, let list):
      let members = list.compactMap(\.literal)
      if members.count == list.count {
        var builder = ColumnBuilder(operand.type)
        for member in members { builder.append(member) }
        node = .isMember(try compile(operand), MemberSet(builder.finish()))
      } else {
        node = .junction(try compileAll(try Self.equalities(operand, list)), isAnd: false)
      }
    case .isMember(let operand, let list):
      node = .isMember(try compile(operand), MemberSet(list.values))
    case .conditional(let branches, let otherwise):
      let literals = (branches.map(\.result) + [otherwise]).compactMap(\.literal)
      if literals.count == branches.count + 1,
        literals.allSatisfy({ $0.isNull || $0.type == bound.type })
      {
        let results = Column(literals, type: bound.type)
        node = .choice(try compileAll(branches.map(\.condition)), results: results)
        break
      }
      var compiled: [(condition: CompiledExpression, result: CompiledExpression)] = []
      for branch in branches {
        compiled.append((try compile(branch.condition), try compile(branch.result)))
      }
      node = .conditional(compiled, otherwise: try compile(otherwise))
    case .scalarQuery, .inQuery, .exists, .outer:
      throw .internal("a subquery reached the expression compiler")
    }
    isTotal = node.parts?.allSatisfy(\.isTotal) ?? false
  }

  /// `x IN (a, b)` where a member depends on the row: `x = a OR x = b`.
  private static func equalities(
    _ operand: BoundExpression,
    _ list: [BoundExpression]
  ) throws(ExecutionError) -> [BoundExpression] {
    let overload = FunctionRegistry.scalar("=")?.overloads.first {
      $0.parameters == [operand.type, operand.type]
    }
    guard let overload else {
      throw .internal("no equality of \(operand.type.rawValue)")
    }
    let call = BoundCall(name: "=", parameters: overload.parameters, kernel: overload.kernel)
    return list.map {
      BoundExpression(.call(call, [operand, $0]), .bool, range: operand.range.union($0.range))
    }
  }

  /// The input column that the expression is, nil where it computes anything.
  var column: Int? {
    if case .column(let index) = node { index } else { nil }
  }

  /// The parts of an AND that is not evaluated by dictionary entries.
  var filterParts: [CompiledExpression]? {
    if byEntry == nil, case .junction(let parts, isAnd: true) = node { parts } else { nil }
  }

  /// Returns one value a row of `chunk`.
  func evaluate(_ chunk: Chunk) throws(ExecutionError) -> Column {
    if let column = try entries(chunk)?.column { return column }
    return try evaluateRows(chunk)
  }

  /// Returns what the expression gives for the entries of the chunk's dictionary, with the text
  /// column that they are looked up by; nil where it is not computed so.
  private func entries(
    _ chunk: Chunk
  ) throws(ExecutionError) -> DictionaryResults.LookUp? {
    guard let byEntry,
      case .texts(let codes, let dictionary) = chunk.columns[byEntry.column].values
    else { return nil }
    let known = byEntry.results.find(dictionary)
    let entries = known == nil ? try computeEntries(dictionary) : known
    guard let entries, let results = entries.results else { return nil }
    return DictionaryResults.LookUp(
      results: results,
      codes: codes,
      validity: chunk.columns[byEntry.column].validity
    )
  }

  /// Evaluates over a dictionary's entries and NULL; without results where an entry fails, which
  /// may be one that no row of interest has; nil for an empty dictionary.
  private func computeEntries(
    _ dictionary: TextDictionary
  ) throws(ExecutionError) -> DictionaryResults.Entries? {
    guard let byEntry, dictionary.count > 0 else { return nil }
    let count = dictionary.count + 1
    var pieces: [Column] = []
    var start = 0
    while start < count {
      if cancellation?.isCancelled ?? false { throw .cancelled }
      let codes = start..<min(start + Chunk.defaultCapacity, count)
      var validity = Bitmap(repeating: true, count: codes.count)
      // The last row stands for NULL.
      if codes.upperBound == count { validity[codes.count - 1] = false }
      let entries = Column(
        codes: codes.map { Int32(truncatingIfNeeded: min($0, dictionary.count - 1)) },
        dictionary: dictionary,
        validity: validity
      )
      let chunk = Chunk((0...byEntry.column).map { _ in entries }, count: codes.count)
      guard let piece = try? evaluateRows(chunk) else {
        return byEntry.results.insert(dictionary, nil)
      }
      pieces.append(piece)
      start = codes.upperBound
    }
    return byEntry.results.insert(dictionary, Column.concatenate(pieces, type: type))
  }

  private func evaluateRows(_ chunk: Chunk) throws(ExecutionError) -> Column {
    switch node {
    case .column(let index): return chunk.columns[index]
    case .literal(_, let repeated): return repeated.column(count: chunk.count)
    case .call(let call, let arguments, let range):
      var columns: [Column] = []
      for argument in arguments { columns.append(try argument.evaluate(chunk)) }
      do throws(FunctionError) {
        return try call.kernel(columns, chunk.count)
      } catch {
        throw .function(error, at: range)
      }
    case .cast(let operand, let range):
      let column = try operand.evaluate(chunk)
      do throws(FunctionError) {
        return try Cast.convert(column, to: type)
      } catch {
        throw .function(error, at: range)
      }
    case .junction(let parts, let isAnd):
      if let column = try whole(parts, isAnd: isAnd, chunk) { return column }
      return try SpecialForms.junction(parts, isAnd: isAnd, chunk)
    case .isNull(let operand): return SpecialForms.isNull(try operand.evaluate(chunk))
    case .isTruth(let operand, let value):
      return SpecialForms.isTruth(try operand.evaluate(chunk), value)
    case .isNotDistinct(let a, let b):
      return SpecialForms.isNotDistinct(try a.evaluate(chunk), try b.evaluate(chunk))
    case .isMember(let operand, let members):
      return members.contains(try operand.evaluate(chunk))
    case .conditional(let branches, let otherwise):
      return try SpecialForms.conditional(branches, otherwise: otherwise, type: type, chunk)
    case .choice(let conditions, let results):
      return try SpecialForms.choice(conditions, results, chunk)
    }
  }
}

// MARK: - Rows whose value nobody may ask for

extension CompiledExpression {
  /// Returns where a condition is true, NULL counting as false, with all of its parts computed for
  /// all rows; nil where a row that one part shields from another might make that one fail.
  func mask(_ chunk: Chunk) throws(ExecutionError) -> [Bool]? {
    if let found = try entries(chunk) { return found.trueMask }
    guard case .junction(let parts, let isAnd) = node else {
      return isTotal ? try evaluateRows(chunk).trueMask : nil
    }
    var mask: [Bool]?
    for part in parts {
      guard let next = try part.mask(chunk) else { return nil }
      mask = mask.map { isAnd ? ByteMask.and($0, next) : ByteMask.or($0, next) } ?? next
    }
    return mask
  }

  /// Returns one value a row, with all parts computed for all rows; nil where that might fail.
  private func whole(_ chunk: Chunk) throws(ExecutionError) -> Column? {
    if let column = try entries(chunk)?.column { return column }
    if case .junction(let parts, let isAnd) = node { return try whole(parts, isAnd: isAnd, chunk) }
    return isTotal ? try evaluateRows(chunk) : nil
  }

  private func whole(
    _ parts: [CompiledExpression],
    isAnd: Bool,
    _ chunk: Chunk
  ) throws(ExecutionError) -> Column? {
    var columns: [Column] = []
    for part in parts {
      guard let column = try part.whole(chunk) else { return nil }
      columns.append(column)
    }
    return SpecialForms.junction(columns, isAnd: isAnd, count: chunk.count)
  }
}
