import BQLColumnar
import Glibc

/// Lists the functions on numbers.
enum Numeric {
  static let functions = [absolute, sign, round, isNaN, widthBucket] + roundings + analytic

  private static let absolute = ScalarFunction(
    name: "abs",
    category: .arithmetic,
    summary: "Returns the value without its sign.",
    examples: [FunctionExample("abs(-5)", "5"), FunctionExample("abs(-2.50)", "2.50")],
    overloads: [.int, .decimal, .interval].map { type in
      .tryMap(type, to: type) { (a: Int64) throws(FunctionError) in
        if a == .min { throw .overflow("abs of \(type.rawValue)") }
        return abs(a)
      }
    } + [.map(.float, to: .float) { (a: Double) in a.magnitude }]
  )

  private static let sign = ScalarFunction(
    name: "sign",
    category: .arithmetic,
    summary: "Returns -1, 0 or 1, as the value is below, at or above 0.",
    examples: [FunctionExample("sign(-5)", "-1"), FunctionExample("sign(0)", "0")],
    overloads: [.int, .decimal, .interval].map { type in
      .map(type, to: .int) { (a: Int64) in a.signum() }
    } + [
      .tryMap(.float, to: .int) { (a: Double) throws(FunctionError) in
        if a.isNaN { throw .badArgument("NaN has no sign") }
        return a < 0 ? Int64(-1) : a > 0 ? 1 : 0
      }
    ]
  )

  private static let round = ScalarFunction(
    name: "round",
    category: .arithmetic,
    summary:
      "Rounds to the nearest whole number, or to n decimals, or with n below 0 to tens, "
      + "hundreds and so on; ties away from 0, those of whole floats to even.",
    examples: [
      FunctionExample("round(2.50)", "3.00"),
      FunctionExample("round(-2.50)", "-3.00"),
      FunctionExample("round(2.5::float)", "2.0"),
      FunctionExample("round(3.14159, 2)", "3.14"),
      FunctionExample("round(1250, -2)", "1300"),
    ],
    overloads: [
      .map(.int, to: .int) { (a: Int64) in a },
      .tryMap(.decimal, to: .decimal) { (a: Int64) throws(FunctionError) in
        try Rounding.nearest(a, 100)
      },
      .map(.float, to: .float) { (a: Double) in a.rounded(.toNearestOrEven) },
      .tryMap(.int, .int, to: .int) { (a: Int64, digits: Int64) throws(FunctionError) in
        try Rounding.nearest(a, digits: digits)
      },
      .tryMap(.decimal, .int, to: .decimal) { (a: Int64, digits: Int64) throws(FunctionError) in
        try Rounding.nearest(a, digits: digits.subtractingReportingOverflow(2).partialValue)
      },
      .tryMap(.float, .int, to: .float) { (a: Double, digits: Int64) throws(FunctionError) in
        Rounding.nearest(a, digits: digits)
      },
    ]
  )

  private static let roundings: [ScalarFunction] = [
    rounding(
      "floor",
      [],
      "Returns the largest whole number that is not above the value.",
      .down,
      [("floor(2.70)", "2.00"), ("floor(-2.5::float)", "-3.0")]
    ),
    rounding(
      "ceil",
      ["ceiling"],
      "Returns the smallest whole number that is not below the value.",
      .up,
      [("ceil(2.10)", "3.00"), ("ceil(-2.5::float)", "-2.0")]
    ),
  ]

  private static func rounding(
    _ name: String,
    _ aliases: [String],
    _ summary: String,
    _ rule: FloatingPointRoundingRule,
    _ examples: [(String, String)]
  ) -> ScalarFunction {
    ScalarFunction(
      name: name,
      aliases: aliases,
      category: .arithmetic,
      summary: summary,
      examples: examples.map { FunctionExample($0.0, $0.1) },
      overloads: [
        .map(.int, to: .int) { (a: Int64) in a },
        .tryMap(.decimal, to: .decimal) { (a: Int64) throws(FunctionError) in
          try Rounding.whole(a, rule)
        },
        .map(.float, to: .float) { (a: Double) in a.rounded(rule) },
      ]
    )
  }

  private static let isNaN = ScalarFunction(
    name: "isnan",
    category: .arithmetic,
    summary: "Tells whether a float is NaN, not a number.",
    examples: [FunctionExample("isnan('NaN'::float)", "true")],
    overloads: [.map(.float, to: .bool) { (a: Double) in a.isNaN }]
  )

  private static let widthBucket = ScalarFunction(
    name: "width_bucket",
    category: .arithmetic,
    summary:
      "Numbers the stretch that a value falls in, of n equal ones from low to high: 1 to n, 0 "
      + "below, n + 1 from high on.",
    examples: [FunctionExample("width_bucket(35, 0, 100, 10)", "4")],
    overloads: [
      ScalarFunction.Overload([.float, .float, .float, .int], to: .int) {
        arguments,
        count throws(FunctionError) in
        let validity: Bitmap? = .allPresent(arguments)
        let (value, low) = (arguments[0].floats, arguments[1].floats)
        let (high, buckets) = (arguments[2].floats, arguments[3].ints)
        let ints = try Rows.compute(count: count, where: validity) {
          row throws(FunctionError) in
          try Rounding.bucket(value[row], low[row], high[row], buckets[row])
        }
        return Column(ints: ints, validity: validity)
      }
    ]
  )

  private static let analytic: [ScalarFunction] = [
    analytic("sqrt", [], "Returns the square root.", "sqrt(2.25)", "1.5") { $0.squareRoot() },
    analytic("exp", [], "Returns e to the power of the value.", "exp(0)", "1.0") { Glibc.exp($0) },
    analytic("ln", [], "Returns the natural logarithm.", "ln(1)", "0.0") { Glibc.log($0) },
    analytic("log10", [], "Returns the logarithm to base 10.", "log10(1000)", "3.0") {
      Glibc.log10($0)
    },
    analytic("log2", [], "Returns the logarithm to base 2.", "log2(8)", "3.0") { Glibc.log2($0) },
    ScalarFunction(
      name: "power",
      aliases: ["pow"],
      category: .arithmetic,
      summary: "Raises the first number to the power of the second.",
      examples: [FunctionExample("power(2, 10)", "1024.0")],
      overloads: [
        .tryMap(.float, .float, to: .float) { (a: Double, b: Double) throws(FunctionError) in
          if a == 0, b < 0 { throw .divisionByZero }
          let value = pow(a, b)
          if value.isNaN, !a.isNaN, !b.isNaN {
            throw .badArgument("a negative number has no power that is not whole: \(b)")
          }
          return try Numbers.finite(value, of: a, b, by: "power")
        }
      ]
    ),
  ]

  /// Makes a function of one float; NaN from a number is outside its domain.
  static func analytic(
    _ name: String,
    _ aliases: [String],
    _ summary: String,
    _ example: String,
    _ result: String,
    _ body: @escaping @Sendable (Double) -> Double
  ) -> ScalarFunction {
    ScalarFunction(
      name: name,
      aliases: aliases,
      category: .arithmetic,
      summary: summary,
      examples: [FunctionExample(example, result)],
      overloads: [
        .tryMap(.float, to: .float) { (a: Double) throws(FunctionError) in
          let value = body(a)
          // The logarithm of 0 is no number either, although the C library calls it −∞.
          if (value.isNaN && !a.isNaN) || (value == -.infinity && a.isFinite) {
            throw .badArgument("\(name) is not defined for \(a)")
          }
          return try Numbers.finite(value, of: a, by: name)
        }
      ]
    )
  }
}
