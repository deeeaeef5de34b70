import BQLColumnar
import Glibc

/// Lists roots, logarithms, angles and tests of numbers that analysts need less often.
enum NumericMore {
  static let functions = [trunc, log, div, pi, isFinite, isInfinite] + roots + angles + [atan2]

  private static let trunc = ScalarFunction(
    name: "trunc",
    category: .arithmetic,
    summary: "Cuts off the decimals, or all behind the n-th.",
    examples: [
      FunctionExample("trunc(-2.70)", "-2.00"), FunctionExample("trunc(2.7::float)", "2.0"),
      FunctionExample("trunc(3.14159, 2)", "3.14"), FunctionExample("trunc(1299, -2)", "1200"),
    ],
    overloads: [
      .map(.int, to: .int) { (a: Int64) in a },
      .tryMap(.decimal, to: .decimal) { (a: Int64) throws(FunctionError) in
        try Rounding.whole(a, .towardZero)
      },
      .map(.float, to: .float) { (a: Double) in a.rounded(.towardZero) },
      .map(.int, .int, to: .int) { (a: Int64, digits: Int64) in
        Rounding.cut(a, digits: digits)
      },
      .map(.decimal, .int, to: .decimal) { (a: Int64, digits: Int64) in
        Rounding.cut(a, digits: digits.subtractingReportingOverflow(2).partialValue)
      },
      .map(.float, .int, to: .float) { (a: Double, digits: Int64) in
        Rounding.cut(a, digits: digits)
      },
    ]
  )

  private static let log = ScalarFunction(
    name: "log",
    category: .arithmetic,
    summary: "Returns the logarithm to base 10, or of the second number to the base of the first.",
    examples: [FunctionExample("log(1000)", "3.0"), FunctionExample("log(2, 8)", "3.0")],
    overloads: [
      .tryMap(.float, to: .float) { (a: Double) throws(FunctionError) in try Self.log10(a) },
      .tryMap(.float, .float, to: .float) { (base: Double, a: Double) throws(FunctionError) in
        if base == 2 { return try Self.checked(Glibc.log2(a), a) }
        let divisor = try Self.checked(Glibc.log(base), base)
        if divisor == 0 { throw .divisionByZero }
        return try Self.checked(Glibc.log(a), a) / divisor
      },
    ]
  )

  private static func log10(_ a: Double) throws(FunctionError) -> Double {
    try checked(Glibc.log10(a), a)
  }

  private static func checked(_ value: Double, _ a: Double) throws(FunctionError) -> Double {
    if (value.isNaN && !a.isNaN) || (value == -.infinity && a.isFinite) {
      throw .badArgument("log is not defined for \(a)")
    }
    return value
  }

  private static let div = ScalarFunction(
    name: "div",
    category: .arithmetic,
    summary: "Divides and cuts the quotient towards zero.",
    examples: [FunctionExample("div(7, 2)", "3"), FunctionExample("div(-7.5::float, 2)", "-3.0")],
    overloads: [
      .tryMap(.int, .int, to: .int) { (a: Int64, b: Int64) throws(FunctionError) in
        try Numbers.quotient(a, b, "int division")
      },
      .tryMap(.decimal, .decimal, to: .int) { (a: Int64, b: Int64) throws(FunctionError) in
        try Numbers.quotient(a, b, "decimal division")
      },
      .tryMap(.float, .float, to: .float) { (a: Double, b: Double) throws(FunctionError) in
        try Numbers.quotient(a, b).rounded(.towardZero)
      },
    ]
  )

  private static let pi = ScalarFunction(
    name: "pi",
    category: .arithmetic,
    summary: "Returns the ratio of a circle's circumference to its diameter.",
    nullRule: .special,
    examples: [FunctionExample("pi()", "3.141592653589793")],
    overloads: [
      ScalarFunction.Overload([], to: .float) { _, count throws(FunctionError) in
        Column(floats: [Double](repeating: .pi, count: count))
      }
    ]
  )

  private static let isFinite = ScalarFunction(
    name: "isfinite",
    category: .arithmetic,
    summary: "Tells whether a float is a number other than the infinities and NaN.",
    examples: [FunctionExample("isfinite('Infinity'::float)", "false")],
    overloads: [.map(.float, to: .bool) { (a: Double) in a.isFinite }],
    differences:
      "PostgreSQL has it for dates, timestamps and intervals, which are always finite here."
  )

  private static let isInfinite = ScalarFunction(
    name: "isinf",
    category: .arithmetic,
    summary: "Tells whether a float is one of the infinities.",
    examples: [FunctionExample("isinf('-Infinity'::float)", "true")],
    overloads: [.map(.float, to: .bool) { (a: Double) in a.isInfinite }]
  )

  private static let roots: [ScalarFunction] = [
    Numeric.analytic("cbrt", [], "Returns the cube root.", "cbrt(27)", "3.0") {
      let root = Glibc.cbrt($0)
      // The C library's root of a cube may be a last digit off.
      let whole = root.rounded()
      return whole * whole * whole == $0 ? whole : root
    }
  ]

  private static let angles: [ScalarFunction] = [
    Numeric.analytic("sin", [], "Returns the sine of an angle in radians.", "sin(0)", "0.0") {
      Glibc.sin($0)
    },
    Numeric.analytic("cos", [], "Returns the cosine of an angle in radians.", "cos(0)", "1.0") {
      Glibc.cos($0)
    },
    Numeric.analytic("tan", [], "Returns the tangent of an angle in radians.", "tan(0)", "0.0") {
      Glibc.tan($0)
    },
    Numeric.analytic("asin", [], "Returns the angle of a sine, in radians.", "asin(0)", "0.0") {
      Glibc.asin($0)
    },
    Numeric.analytic("acos", [], "Returns the angle of a cosine, in radians.", "acos(1)", "0.0") {
      Glibc.acos($0)
    },
    Numeric.analytic("atan", [], "Returns the angle of a tangent, in radians.", "atan(0)", "0.0") {
      Glibc.atan($0)
    },
    Numeric.analytic(
      "degrees",
      [],
      "Turns radians into degrees.",
      "degrees(pi())",
      "180.0"
    ) { $0 * 180 / .pi },
    Numeric.analytic(
      "radians",
      [],
      "Turns degrees into radians.",
      "radians(180)",
      "3.141592653589793"
    ) { $0 / 180 * .pi },
  ]

  private static let atan2 = ScalarFunction(
    name: "atan2",
    category: .arithmetic,
    summary: "Returns the angle of the point (second, first), in radians.",
    examples: [FunctionExample("atan2(0, 1)", "0.0")],
    overloads: [.map(.float, .float, to: .float) { (a: Double, b: Double) in Glibc.atan2(a, b) }]
  )
}
