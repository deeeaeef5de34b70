import BQLColumnar

/// Lists `+ - * / %` and the signs.
///
/// Integers and money are exact, and a result out of range is an error, never a wrapped number.
/// Division by zero is an error for every type. As in PostgreSQL a float result too large for a
/// double is an error; NaN and infinities that go in come out.
enum Arithmetic {
  static let functions = [add, subtract, multiply, divide, modulo, negate]

  private typealias Overload = ScalarFunction.Overload

  private static let add = ScalarFunction(
    name: "+",
    category: .arithmetic,
    summary: "Adds numbers or intervals; moves a timestamp by an interval or a date by days.",
    examples: [
      FunctionExample("1 + 2", "3"),
      FunctionExample("35.79 + 1", "36.79"),
      FunctionExample("DATE '2019-10-31' + 1", "2019-11-01"),
      FunctionExample("TIMESTAMP '2019-10-31 23:00:00' + 90m", "2019-11-01 00:30:00"),
      FunctionExample("DATE '2020-01-31' + 1 MONTH", "2020-02-29 00:00:00"),
    ],
    overloads: [
      plain(.add, .int, .int, to: .int, "int addition"),
      plain(.add, .decimal, .decimal, to: .decimal, "decimal addition"),
      float(.add, "float addition"),
      plain(.add, .interval, .interval, to: .interval, "interval addition"),
      exact(.timestamp, .interval, to: .timestamp, "timestamp addition") {
        TimeArithmetic.timestamp($0.addingReportingOverflow($1))
      },
      exact(.interval, .timestamp, to: .timestamp, "timestamp addition") {
        TimeArithmetic.timestamp($0.addingReportingOverflow($1))
      },
      exact(.date, .interval, to: .timestamp, "timestamp addition") {
        TimeArithmetic.timestamp(TimeArithmetic.midnight($0), plus: $1)
      }.onWallClock(),
      exact(.interval, .date, to: .timestamp, "timestamp addition") {
        TimeArithmetic.timestamp(TimeArithmetic.midnight($1), plus: $0)
      }.onWallClock(),
      exact(.date, .int, to: .date, "date addition") {
        TimeArithmetic.date($0.addingReportingOverflow($1))
      },
      exact(.int, .date, to: .date, "date addition") {
        TimeArithmetic.date($0.addingReportingOverflow($1))
      },
    ]
  )

  private static let subtract = ScalarFunction(
    name: "-",
    category: .arithmetic,
    summary:
      "Subtracts; two timestamps give an interval, two dates give days.",
    examples: [
      FunctionExample("1 - 2", "-1"),
      FunctionExample("DATE '2019-11-01' - DATE '2019-10-01'", "31"),
      FunctionExample(
        "TIMESTAMP '2019-10-02 00:00:00' - TIMESTAMP '2019-10-01 23:59:30'",
        "30"
      ),
    ],
    overloads: [
      plain(.subtract, .int, .int, to: .int, "int subtraction"),
      plain(.subtract, .decimal, .decimal, to: .decimal, "decimal subtraction"),
      float(.subtract, "float subtraction"),
      plain(.subtract, .interval, .interval, to: .interval, "interval subtraction"),
      plain(.subtract, .timestamp, .timestamp, to: .interval, "timestamp subtraction"),
      plain(.subtract, .date, .date, to: .int, "date subtraction"),
      exact(.timestamp, .interval, to: .timestamp, "timestamp subtraction") {
        TimeArithmetic.timestamp($0.subtractingReportingOverflow($1))
      },
      exact(.date, .interval, to: .timestamp, "timestamp subtraction") {
        TimeArithmetic.timestamp(TimeArithmetic.midnight($0), minus: $1)
      }.onWallClock(),
      exact(.date, .int, to: .date, "date subtraction") {
        TimeArithmetic.date($0.subtractingReportingOverflow($1))
      },
    ]
  )

  private static let multiply = ScalarFunction(
    name: "*",
    category: .arithmetic,
    summary: "Multiplies; money times a whole number stays exact, money times money is a float.",
    examples: [
      FunctionExample("3 * 4", "12"),
      FunctionExample("19.99 * 3", "59.97"),
      FunctionExample("1h * 1.5", "5400"),
    ],
    overloads: [
      plain(.multiply, .int, .int, to: .int, "int multiplication"),
      plain(.multiply, .decimal, .int, to: .decimal, "decimal multiplication"),
      plain(.multiply, .int, .decimal, to: .decimal, "decimal multiplication"),
      .map(.decimal, .decimal, to: .float) { (a: Int64, b: Int64) in
        Double(Int128(a) * Int128(b)) / 10_000
      },
      float(.multiply, "float multiplication"),
      plain(.multiply, .interval, .int, to: .interval, "interval multiplication"),
      plain(.multiply, .int, .interval, to: .interval, "interval multiplication"),
      .tryMap(.interval, .float, to: .interval) {
        (interval: Int64, factor: Double) throws(FunctionError) in
        try Numbers.int(rounding: Double(interval) * factor, "interval multiplication")
      },
      .tryMap(.float, .interval, to: .interval) {
        (factor: Double, interval: Int64) throws(FunctionError) in
        try Numbers.int(rounding: Double(interval) * factor, "interval multiplication")
      },
    ]
  )

  private static let divide = ScalarFunction(
    name: "/",
    category: .arithmetic,
    summary: "Divides; two whole numbers give a whole number cut towards zero, money a float.",
    examples: [
      FunctionExample("7 / 2", "3"),
      FunctionExample("-7 / 2", "-3"),
      FunctionExample("7.0 / 2", "3.5"),
      FunctionExample("1h / 4", "900"),
      FunctionExample("1h / 30m", "2.0"),
    ],
    overloads: [
      .tryMap(.int, .int, to: .int) { (a: Int64, b: Int64) throws(FunctionError) in
        try Numbers.quotient(a, b, "int division")
      },
      .tryMap(.decimal, .decimal, to: .float) { (a: Int64, b: Int64) throws(FunctionError) in
        try Numbers.quotient(Double(a), Double(b))
      },
      .tryMap(.float, .float, to: .float) { (a: Double, b: Double) throws(FunctionError) in
        try Numbers.quotient(a, b)
      },
      .tryMap(.interval, .int, to: .interval) { (a: Int64, b: Int64) throws(FunctionError) in
        try Numbers.roundedQuotient(a, b, "interval division")
      },
      .tryMap(.interval, .float, to: .interval) { (a: Int64, b: Double) throws(FunctionError) in
        try Numbers.int(rounding: Numbers.quotient(Double(a), b), "interval division")
      },
      .tryMap(.interval, .interval, to: .float) { (a: Int64, b: Int64) throws(FunctionError) in
        try Numbers.quotient(Double(a), Double(b))
      },
    ]
  )

  private static let modulo = ScalarFunction(
    name: "%",
    aliases: ["mod"],
    category: .arithmetic,
    summary: "Returns the remainder of a division; it has the sign of the first number.",
    examples: [
      FunctionExample("7 % 3", "1"),
      FunctionExample("-7 % 3", "-1"),
      FunctionExample("7.50 % 2", "1.50"),
    ],
    overloads: [.int, .decimal].map { type in
      .tryMap(type, type, to: type) { (a: Int64, b: Int64) throws(FunctionError) in
        if b == 0 { throw .divisionByZero }
        return a.remainderReportingOverflow(dividingBy: b).partialValue
      }
    } + [
      .tryMap(.float, .float, to: .float) { (a: Double, b: Double) throws(FunctionError) in
        if b == 0, !a.isNaN { throw .divisionByZero }
        return a.truncatingRemainder(dividingBy: b)
      }
    ]
  )

  private static let negate = ScalarFunction(
    name: "negate",
    category: .arithmetic,
    summary: "Changes the sign, as the minus before a value does.",
    examples: [FunctionExample("negate(5)", "-5"), FunctionExample("negate(2.50)", "-2.50")],
    overloads: [.int, .decimal, .interval].map { type in
      .tryMap(type, to: type) { (a: Int64) throws(FunctionError) in
        if a == .min { throw .overflow("\(type.rawValue) negation") }
        return -a
      }
    } + [.map(.float, to: .float) { (a: Double) in -a }]
  )

  private enum Operation {
    case add
    case subtract
    case multiply
  }

  /// Makes an overload that works on the integers as they are; the loop calls nothing.
  private static func plain(
    _ operation: Operation,
    _ first: DataType,
    _ second: DataType,
    to result: DataType,
    _ name: String
  ) -> Overload {
    Overload([first, second], to: result) { arguments, _ throws(FunctionError) in
      let validity: Bitmap? = .allPresent(arguments)
      let (a, b) = (arguments[0].ints, arguments[1].ints)
      let ints =
        switch operation {
        case .add:
          try Rows.checked(a, b, where: validity, name) { $0.addingReportingOverflow($1) }
        case .subtract:
          try Rows.checked(a, b, where: validity, name) { $0.subtractingReportingOverflow($1) }
        case .multiply:
          try Rows.checked(a, b, where: validity, name) { $0.multipliedReportingOverflow(by: $1) }
        }
      return Column(result, ints: ints, validity: validity)
    }
  }

  /// Makes an overload on values held in `Int64` from a body that says what is out of range.
  private static func exact(
    _ first: DataType,
    _ second: DataType,
    to result: DataType,
    _ name: String,
    _ body: @escaping @Sendable (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
  ) -> Overload {
    Overload([first, second], to: result) { arguments, _ throws(FunctionError) in
      let validity: Bitmap? = .allPresent(arguments)
      let ints = try Rows.checked(
        arguments[0].ints,
        arguments[1].ints,
        where: validity,
        name,
        body
      )
      return Column(result, ints: ints, validity: validity)
    }
  }

  private static func float(_ operation: Operation, _ name: String) -> Overload {
    Overload([.float, .float], to: .float) { arguments, _ throws(FunctionError) in
      let validity: Bitmap? = .allPresent(arguments)
      let (a, b) = (arguments[0].floats, arguments[1].floats)
      let floats =
        switch operation {
        case .add: try Rows.checked(a, b, where: validity, name) { finite($0 + $1, $0, $1) }
        case .subtract: try Rows.checked(a, b, where: validity, name) { finite($0 - $1, $0, $1) }
        case .multiply: try Rows.checked(a, b, where: validity, name) { finite($0 * $1, $0, $1) }
        }
      return Column(floats: floats, validity: validity)
    }
  }

  /// Says beside a result whether it left the range of doubles although its arguments were in it.
  @inline(__always)
  private static func finite(
    _ value: Double,
    _ a: Double,
    _ b: Double
  ) -> (partialValue: Double, overflow: Bool) {
    (value, value.isInfinite && a.isFinite && b.isFinite)
  }
}
