import BQLColumnar

/// Spells cells for a terminal: as for people, with every control character made visible.
///
/// A cell thus takes one line, and no text of a log can move the cursor or change colours.
struct TableSpelling: CellSpelling {
  let reading: ReadingSpelling
  let null: String

  func append(null type: DataType, to out: inout [UInt8]) { out.append(contentsOf: null.utf8) }

  func append(float: Double, to out: inout [UInt8]) { reading.append(float: float, to: &out) }

  func append(interval microseconds: Int64, to out: inout [UInt8]) {
    reading.append(interval: microseconds, to: &out)
  }

  func append(text utf8: Span<UInt8>, to out: inout [UInt8]) {
    var isPlain = true
    for index in utf8.indices {
      let byte = utf8[index]
      isPlain = isPlain && byte >= 0x20 && byte < 0x7F
    }
    if isPlain { return out.append(utf8) }
    Self.append(visible: String(copying: utf8), to: &out)
  }

  /// Appends `text` with escapes for control characters and for marks that reverse the reading
  /// direction.
  static func append(visible text: String, to out: inout [UInt8]) {
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09: out.append("\\t")
      case 0x0A: out.append("\\n")
      case 0x0D: out.append("\\r")
      case 0x00..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
        out.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
      default: out.append(contentsOf: String(scalar).utf8)
      }
    }
  }
}
