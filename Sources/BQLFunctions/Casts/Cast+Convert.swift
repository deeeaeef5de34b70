package import BQLColumnar

extension Cast {
  /// Converts a column; a text that is no `target` is ``FunctionError/badCast(_:to:)``.
  ///
  /// As in PostgreSQL: a decimal becomes an int rounded half away from zero, a float rounded half
  /// to even; a number past its new type's range is ``FunctionError/overflow(_:)``. A timestamp
  /// becomes its day in `zone`, a date its midnight; a text without an offset is a time on the
  /// zone's clock. An interval becomes its seconds, a float exactly
  /// and an int rounded half away from zero, since results print intervals as seconds. NULL stays
  /// NULL.
  package static func convert(
    _ column: Column,
    to target: DataType,
    in zone: TimeZone = .utc
  ) throws(FunctionError) -> Column {
    if column.type == target { return column }
    if target == .text { return printed(column, in: zone) }
    switch column.values {
    case .bools(let bools):
      if target == .int {
        return Column(ints: Rows.map(bools) { $0 ? 1 : 0 }, validity: column.validity)
      }
    case .ints(let ints):
      if column.type == .timestamp || target == .timestamp, !zone.isUTC {
        let local = try convert(ints: zone.locals(ints), of: column.local(in: zone), to: target)
        if let local { return try local.instants(in: zone) }
      } else if let converted = try convert(ints: ints, of: column, to: target) {
        return converted
      }
    case .floats(let floats):
      if let converted = try convert(floats: floats, column.validity, to: target) {
        return converted
      }
    case .texts: return try parsed(column, as: target, in: zone)
    }
    throw .badArgument("no cast from \(column.type.rawValue) to \(target.rawValue)")
  }

  /// Converts a column; what cannot be converted becomes NULL.
  ///
  /// - Throws: ``FunctionError/badArgument(_:)`` where the types have no cast.
  package static func tryConvert(
    _ column: Column,
    to target: DataType,
    in zone: TimeZone = .utc
  ) throws(FunctionError) -> Column {
    do throws(FunctionError) {
      return try convert(column, to: target, in: zone)
    } catch .badArgument(let sentence) {
      throw .badArgument(sentence)
    } catch {
      guard column.count > 1 else {
        return Column(repeating: .null, type: target, count: column.count)
      }
      // Halving finds the few that fail without looking at each row on its own.
      let middle = column.count / 2
      return Column.concatenate(
        [
          try tryConvert(column.slice(0..<middle), to: target, in: zone),
          try tryConvert(column.slice(middle..<column.count), to: target, in: zone),
        ],
        type: target
      )
    }
  }

  /// Whether the time zone makes a difference to `x::target`.
  package static func dependsOnZone(from source: DataType, to target: DataType) -> Bool {
    switch (source, target) {
    case (.timestamp, .date), (.timestamp, .text), (.date, .timestamp), (.text, .timestamp),
      (.text, .date):
      true
    default: false
    }
  }

  /// Whether `x::target` exists for `source`.
  package static func isPossible(from source: DataType, to target: DataType) -> Bool {
    if source == target || source == .text || target == .text { return true }
    return switch (source, target) {
    case (.bool, .int), (.int, .bool), (.int, .float), (.int, .decimal), (.float, .int),
      (.float, .decimal), (.decimal, .int), (.decimal, .float), (.date, .timestamp),
      (.timestamp, .date), (.interval, .int), (.interval, .float):
      true
    default: false
    }
  }
}

extension Cast {
  private static func convert(
    ints: [Int64],
    of column: Column,
    to target: DataType
  ) throws(FunctionError) -> Column? {
    let validity = column.validity
    switch (column.type, target) {
    case (.int, .bool): return Column(bools: Rows.map(ints) { $0 != 0 }, validity: validity)
    case (.int, .float): return Column(floats: Rows.map(ints) { Double($0) }, validity: validity)
    case (.decimal, .float):
      return Column(floats: Rows.map(ints) { Double($0) / 100 }, validity: validity)
    case (.interval, .float):
      let seconds = Rows.map(ints) { Double($0) / Double(Microseconds.perSecond) }
      return Column(floats: seconds, validity: validity)
    case (.int, .decimal):
      let hundredths = try Rows.checked(ints, ints, where: validity, "cast of int to decimal") {
        int,
        _ in int.multipliedReportingOverflow(by: 100)
      }
      return Column(.decimal, ints: hundredths, validity: validity)
    case (.decimal, .int):
      return Column(ints: Rows.map(ints) { rounded($0, by: 100) }, validity: validity)
    case (.interval, .int):
      let seconds = Rows.map(ints) { rounded($0, by: Microseconds.perSecond) }
      return Column(ints: seconds, validity: validity)
    case (.date, .timestamp):
      let times = try Rows.checked(ints, ints, where: validity, "cast of date to timestamp") {
        day,
        _ in TimeArithmetic.timestamp(TimeArithmetic.midnight(day))
      }
      return Column(.timestamp, ints: times, validity: validity)
    case (.timestamp, .date):
      return Column(.date, ints: Rows.map(ints) { TimeLimits.split($0).day }, validity: validity)
    default: return nil
    }
  }

  private static func convert(
    floats: [Double],
    _ validity: Bitmap?,
    to target: DataType
  ) throws(FunctionError) -> Column? {
    switch target {
    case .int:
      let ints = try Rows.compute(count: floats.count, where: validity) {
        row throws(FunctionError) in
        try Numbers.int(rounding: floats[row], "cast of float to int")
      }
      return Column(ints: ints, validity: validity)
    case .decimal:
      let hundredths = try Rows.compute(count: floats.count, where: validity) {
        row throws(FunctionError) in try Numbers.hundredths(floats[row])
      }
      return Column(.decimal, ints: hundredths, validity: validity)
    case .bool, .float, .text, .timestamp, .date, .interval: return nil
    }
  }

  /// Divides by `unit`, 2 or more, and rounds half away from zero; never overflows.
  private static func rounded(_ value: Int64, by unit: Int64) -> Int64 {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: unit)
    if rest.magnitude * 2 < unit.magnitude { return quotient }
    return value < 0 ? quotient - 1 : quotient + 1
  }

  private static func printed(_ column: Column, in zone: TimeZone) -> Column {
    switch column.values {
    case .bools(let bools):
      return printed(column) { ValueText.append(bool: bools[$0], to: &$1) }
    case .floats(let floats):
      return printed(column) { ValueText.append(float: floats[$0], to: &$1) }
    case .texts: return column
    case .ints(let ints):
      switch column.type {
      case .decimal: return printed(column) { ValueText.append(decimal: ints[$0], to: &$1) }
      case .timestamp:
        return printed(column) { ValueText.append(timestamp: ints[$0], in: zone, to: &$1) }
      case .date: return printed(column) { ValueText.append(date: ints[$0], to: &$1) }
      case .interval:
        return printed(column) { ValueText.append(interval: ints[$0], style: .exact, to: &$1) }
      case .int, .bool, .float, .text:
        return printed(column) { ValueText.append(int: ints[$0], to: &$1) }
      }
    }
  }

  /// Collects what `append` spells of every row that holds a value.
  @inline(__always)
  private static func printed(
    _ column: Column,
    _ append: (Int, inout [UInt8]) -> Void
  ) -> Column {
    var output = TextOutput(count: column.count)
    var text: [UInt8] = []
    for row in 0..<column.count {
      if column.isValid(row) {
        text.removeAll(keepingCapacity: true)
        append(row, &text)
        output.append(text)
      } else {
        output.appendNull()
      }
    }
    return output.finish()
  }

  private static func parsed(
    _ column: Column,
    as target: DataType,
    in zone: TimeZone
  ) throws(FunctionError) -> Column {
    let texts = column.texts
    let validity = column.validity
    switch target {
    case .bool:
      let bools = try Rows.compute(count: column.count, where: validity) {
        row throws(FunctionError) in
        guard let bool = ValueText.parseBool(texts[row].span) else {
          throw .badCast(texts.string(row), to: target)
        }
        return bool
      }
      return Column(bools: bools, validity: validity)
    case .float:
      let floats = try Rows.compute(count: column.count, where: validity) {
        row throws(FunctionError) in
        guard let float = ValueText.parseFloat(texts[row].span) else {
          throw .badCast(texts.string(row), to: target)
        }
        return float
      }
      return Column(floats: floats, validity: validity)
    case .text: return column
    case .int, .decimal, .timestamp, .date, .interval:
      let ints = try Rows.compute(count: column.count, where: validity) {
        row throws(FunctionError) in
        guard let int = int(texts[row], as: target, in: zone) else {
          throw .badCast(texts.string(row), to: target)
        }
        return int
      }
      return Column(target, ints: ints, validity: validity)
    }
  }

  /// Reads one of the types held in `Int64`; a date may carry a time, which is cut off.
  private static func int(_ text: Utf8, as target: DataType, in zone: TimeZone) -> Int64? {
    switch target {
    case .int: ValueText.parseInt(text.span)
    case .decimal: ValueText.parseDecimal(text.span)
    case .timestamp: ValueText.parseTimestamp(text.span, in: zone)
    case .date:
      ValueText.parseDate(text.span)
        ?? ValueText.parseTimestamp(text.span, in: zone).map {
          TimeLimits.split(zone.local($0)).day
        }
    case .interval: ValueText.parseInterval(text.span)
    case .bool, .float, .text: nil
    }
  }
}
