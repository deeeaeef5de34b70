import BQLColumnar
import BQLFunctions
import BQLTestSupport
import Testing

struct CastTests {
  @Test(arguments: [
    ("'42'::int", "42"), ("' 42 '::int", "42"), ("'1.5'::float", "1.5"),
    ("'35.79'::decimal", "35.79"),
    ("'yes'::bool", "true"), ("'2019-10-01'::date", "2019-10-01"),
    ("'2019-10-01 23:59:59'::date", "2019-10-01"),
    ("'2019-10-01'::timestamp", "2019-10-01 00:00:00"),
    ("'2d 3h'::interval", "183600"), ("5::float", "5.0"), ("5::decimal", "5.00"),
    ("5::bool", "true"),
    ("0::bool", "false"), ("true::int", "1"), ("2.50::int", "3"), ("(-2.50)::int", "-3"),
    ("2.49::int", "2"), ("(2.5::float)::int", "2"), ("(3.5::float)::int", "4"),
    ("((-2.5)::float)::int", "-2"), ("1.005::float::decimal", "1.01"),
    ("2.675::float::decimal", "2.68"),
    ("0.125::float::decimal", "0.13"), ("2.50::float", "2.5"),
    ("(TIMESTAMP '1969-12-31 23:00:00')::date", "1969-12-31"),
    ("DATE '2019-10-01'::timestamp", "2019-10-01 00:00:00"), ("1h::int", "3600"),
    ("90s::float", "90.0"),
    ("500ms::int", "1"), ("1::text", "1"), ("true::text", "true"), ("1.50::text", "1.50"),
    ("(1d + 30s)::text", "1d 30s"), ("(DATE '2019-10-01')::text", "2019-10-01"), ("NULL::int", ""),
  ])
  func converts(_ expression: String, _ expected: String) throws {
    #expect(try Calculator.text(expression) == expected)
  }

  @Test(arguments: [
    ("'abc'::int", FunctionError.badCast("abc", to: .int)),
    ("''::float", .badCast("", to: .float)),
    ("'2019-02-30'::date", .badCast("2019-02-30", to: .date)),
    ("'perhaps'::bool", .badCast("perhaps", to: .bool)),
    ("9223372036854775807::decimal", .overflow("cast of int to decimal")),
    ("('1e30'::float)::int", .overflow("cast of float to int")),
    ("('NaN'::float)::int", .overflow("cast of float to int")),
    ("('Infinity'::float)::decimal", .overflow("cast of float to decimal")),
  ])
  func reportsWhatDoesNotFit(_ expression: String, _ error: FunctionError) {
    #expect(throws: error) { try Calculator.value(expression) }
  }

  @Test(arguments: DataType.allCases, DataType.allCases)
  func conversionExistsExactlyWhereItIsPossible(_ source: DataType, _ target: DataType) throws {
    let empty = Column(repeating: .null, type: source, count: 3)
    if Cast.isPossible(from: source, to: target) {
      let result = try Cast.convert(empty, to: target)
      #expect(result.type == target)
      #expect(result.nullCount == 3)
    } else {
      #expect(throws: FunctionError.self) { try Cast.convert(empty, to: target) }
    }
    if Cast.implicitCost(from: source, to: target) != nil {
      #expect(Cast.isPossible(from: source, to: target))
    }
  }

  /// Text holds every value without loss, whatever its type.
  @Test(arguments: DataType.allCases)
  func valuesComeBackFromText(_ type: DataType) throws {
    var random = SeededGenerator(seed: 5)
    let cells = (0..<2_000).map { row in
      row % 7 == 0 ? Value.null : RandomValue.make(type, using: &random)
    }
    let column = Column(cells, type: type)
    let back = try Cast.convert(Cast.convert(column, to: .text), to: type)
    #expect((0..<back.count).allSatisfy { back[$0] == cells[$0] })
  }

  @Test func intsComeBackFromDecimalsAndFloats() throws {
    var random = SeededGenerator(seed: 6)
    let ints = (0..<2_000).map { _ in Int64.random(in: -(1 << 53)...(1 << 53), using: &random) }
    for type in [DataType.float, .decimal] {
      let there = try Cast.convert(Column(ints: ints), to: type)
      let back = try Cast.convert(there, to: .int)
      #expect(ints.indices.allSatisfy { back[$0] == .int(ints[$0]) })
    }
  }

  @Test func decimalsComeBackFromFloats() throws {
    var random = SeededGenerator(seed: 7)
    let hundredths = (0..<20_000).map { _ in
      Int64.random(in: -10_000_000_000_000...10_000_000_000_000, using: &random)
    }
    let floats = try Cast.convert(Column(.decimal, ints: hundredths), to: .float)
    let back = try Cast.convert(floats, to: .decimal)
    #expect(hundredths.indices.allSatisfy { back[$0] == .decimal(hundredths[$0]) })
  }
}

/// Makes legal values of a type, extremes among them.
enum RandomValue {
  static func make(_ type: DataType, using random: inout SeededGenerator) -> Value {
    let shift = Int64(random.next() % 64)
    let int = Int64(bitPattern: random.next()) >> shift
    switch type {
    case .bool: return .bool(int & 1 == 0)
    case .int: return .int(int)
    case .decimal: return .decimal(int)
    case .float:
      let float = Double(bitPattern: random.next())
      return .float(float.isNaN ? 0.5 : float)
    case .text: return .text(String(int, radix: 36) + ["", "é", " ", "'"][Int(shift % 4)])
    case .timestamp:
      return .timestamp(Int64.random(in: TimeLimits.timestamps, using: &random))
    case .date: return .date(Int64.random(in: TimeLimits.days, using: &random))
    case .interval: return .interval(int == .min ? 0 : int)
    }
  }
}
