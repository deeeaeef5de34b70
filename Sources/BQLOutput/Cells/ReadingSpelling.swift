import BQLColumnar
import Glibc

/// Spells cells for people: durations with units, floats with the digits that matter.
///
/// - Columns `pct_*` and `ci_*` have two decimals: conversions live below one per cent.
/// - Other floats have six significant digits, but at least two decimals where there are any, and no
///   digit before the point is ever lost; trailing zeros are left out.
struct ReadingSpelling: CellSpelling {
  private let isPercentage: Bool

  init(field: Field) {
    isPercentage =
      field.type == .float && (field.name.hasPrefix("pct_") || field.name.hasPrefix("ci_"))
  }

  func append(text utf8: Span<UInt8>, to out: inout [UInt8]) { out.append(utf8) }

  func append(interval microseconds: Int64, to out: inout [UInt8]) {
    ValueText.append(interval: microseconds, style: .human, to: &out)
  }

  func append(float: Double, to out: inout [UInt8]) {
    let magnitude = abs(float)
    guard magnitude < 1e15 else { return ValueText.append(float: float, to: &out) }
    if isPercentage { return Self.append(float, decimals: 2, to: &out) }
    if magnitude == 0 { return out.append(UInt8(ascii: "0")) }
    guard magnitude >= 1e-6 else { return Self.append(exponential: float, to: &out) }
    let digitsBeforePoint = Int(log10(magnitude).rounded(.down)) + 1
    let start = out.count
    Self.append(float, decimals: max(2, 6 - digitsBeforePoint), to: &out)
    while out.last == UInt8(ascii: "0") { out.removeLast() }
    if out.last == UInt8(ascii: ".") { out.removeLast() }
    if out[start...].elementsEqual("-0".utf8) { out.remove(at: start) }
  }

  /// Appends `number`, below 1e15, rounded to `decimals` places, ties to the even neighbour of its
  /// exact binary value.
  private static func append(_ number: Double, decimals: Int, to out: inout [UInt8]) {
    print("%.*f", [Int32(clamping: decimals), number], to: &out)
  }

  private static func append(exponential number: Double, to out: inout [UInt8]) {
    print("%.5g", [number], to: &out)
  }

  /// Appends what `vsnprintf` makes of a number; 64 bytes hold every number that comes here.
  private static func print(_ format: String, _ arguments: [any CVarArg], to out: inout [UInt8]) {
    var text = [CChar](repeating: 0, count: 64)
    // The arguments are a width and a double, as both formats above say.
    let count = unsafe withVaList(arguments) { list in
      unsafe vsnprintf(&text, text.count, format, list)
    }
    for index in 0..<min(max(Int(count), 0), text.count - 1) {
      out.append(UInt8(bitPattern: text[index]))
    }
  }
}

extension Field {
  /// Whether the column's cells stand at the right edge, so that digits line up.
  var isRightAligned: Bool {
    switch type {
    case .int, .float, .decimal, .interval: true
    case .bool, .text, .timestamp, .date: false
    }
  }
}
