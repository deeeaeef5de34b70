import BQLColumnar
import BQLFunctions
import BQLTestSupport
import Testing

/// Holds the stretches that `histogram` cuts numbers into to the numbers themselves.
struct HistogramTests {
  /// Takes a histogram's text apart: where stretches begin and end, and how many values they hold.
  static func parse(_ text: String) throws -> [(low: Double, high: Double, count: Int)] {
    try text.split(separator: ";").map { part in
      let numbers = part.split { "[,):; ".contains($0) }
      let values = numbers.compactMap { Double($0) }
      try #require(values.count == 3, "\(part)")
      return (values[0], values[1], Int(values[2]))
    }
  }

  static func text(_ column: Column, count: Int64) throws -> String {
    let function = try #require(FunctionRegistry.aggregate("histogram"))
    let overload = try #require(
      function.overloads.first { $0.parameters == [column.type, .int] }
    )
    var accumulator = try overload.makeAccumulator([.int(count)])
    accumulator.grow(to: 1)
    try accumulator.update(
      groups: [Int32](repeating: 0, count: column.count),
      arguments: [column]
    )
    guard case .text(let text) = try accumulator.finish()[0] else { return "" }
    return text
  }

  /// Every value lies in the stretch that counts it; stretches follow each other and are few.
  static func check(_ column: Column, _ values: [Double], count: Int) throws {
    let bins = try parse(try text(column, count: Int64(count)))
    #expect(bins.count <= count + 1)
    for (bin, next) in zip(bins, bins.dropFirst()) { #expect(bin.high == next.low) }
    for bin in bins {
      #expect(bin.count == values.count { $0 >= bin.low && $0 < bin.high }, "\(bins)")
    }
    #expect(bins.reduce(0) { $0 + $1.count } == values.count)
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func stretchesHoldTheirValues(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...20, using: &random)
    let size = Int.random(in: 1...50, using: &random)
    let scale = pow10(Int.random(in: -3...6, using: &random))
    let floats = (0..<size).map { _ in Double.random(in: -1...1, using: &random) * scale }
    try Self.check(Column(floats: floats), floats, count: count)
    let ints = floats.map { Int64($0) }
    try Self.check(Column(ints: ints), ints.map { Double($0) }, count: count)
    let money = ints.map { Double($0) / 100 }
    try Self.check(Column(.decimal, ints: ints), money, count: count)
  }

  private func pow10(_ exponent: Int) -> Double {
    (0..<abs(exponent)).reduce(1.0) { value, _ in exponent < 0 ? value / 10 : value * 10 }
  }

  @Test func extremesNeitherTrapNorVanish() throws {
    let ints: [Int64] = [.min, -1, 0, 1, .max]
    for type in [DataType.int, .decimal, .interval] {
      for count in [1, 10, 1_000] as [Int64] {
        #expect(try !Self.text(Column(type, ints: ints), count: count).isEmpty)
        #expect(try !Self.text(Column(type, ints: [.max, .max]), count: count).isEmpty)
      }
    }
    let floats: [Double] = [
      -.greatestFiniteMagnitude, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0, .nan,
      .infinity, -.infinity,
    ]
    for count in [1, 10, 1_000] as [Int64] {
      #expect(try !Self.text(Column(floats: floats), count: count).isEmpty)
      for float in floats {
        #expect(try !Self.text(Column(floats: [float]), count: count).isEmpty)
        #expect(try !Self.text(Column(floats: [float, float.nextUp]), count: count).isEmpty)
      }
    }
  }
}
