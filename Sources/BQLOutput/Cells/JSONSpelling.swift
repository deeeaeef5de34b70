import BQLColumnar

/// Spells cells as JSON values: numbers as numbers, dates and times as text, durations as
/// seconds.
struct JSONSpelling: CellSpelling {
  func append(null type: DataType, to out: inout [UInt8]) {
    out.append("null")
  }

  func append(float: Double, to out: inout [UInt8]) {
    // JSON has no word for NaN or infinity.
    if float.isFinite { ValueText.append(float: float, to: &out) } else { out.append("null") }
  }

  /// Spells a time in another zone than UTC as ISO 8601 has it: `2019-10-01T02:00:00+02:00`.
  func append(timestamp microseconds: Int64, in zone: TimeZone, to out: inout [UInt8]) {
    out.append(0x22)
    let start = out.count
    ValueText.append(timestamp: microseconds, in: zone, to: &out)
    if !zone.isUTC {
      for index in start..<out.count where out[index] == UInt8(ascii: " ") {
        out[index] = UInt8(ascii: "T")
      }
      if zone.offset(at: microseconds) % Microseconds.perHour == 0 { out.append(":00") }
    }
    out.append(0x22)
  }

  func append(date days: Int64, to out: inout [UInt8]) {
    out.append(0x22)
    ValueText.append(date: days, to: &out)
    out.append(0x22)
  }

  func append(text utf8: Span<UInt8>, to out: inout [UInt8]) {
    var isPlain = true
    var isASCII = true
    for index in utf8.indices {
      let byte = utf8[index]
      isPlain = isPlain && byte >= 0x20 && byte != 0x22 && byte != 0x5C
      isASCII = isASCII && byte < 0x80
    }
    out.append(0x22)
    if isPlain && isASCII {
      out.append(utf8)
    } else if isASCII {
      appendEscaped(utf8, to: &out)
    } else {
      // JSON must be well-formed UTF-8: decoding repairs what is not.
      appendEscaped(Array(String(copying: utf8).utf8).span, to: &out)
    }
    out.append(0x22)
  }

  private func appendEscaped(_ utf8: Span<UInt8>, to out: inout [UInt8]) {
    for index in utf8.indices {
      switch utf8[index] {
      case 0x22: out.append("\\\"")
      case 0x5C: out.append("\\\\")
      case 0x08: out.append("\\b")
      case 0x09: out.append("\\t")
      case 0x0A: out.append("\\n")
      case 0x0C: out.append("\\f")
      case 0x0D: out.append("\\r")
      case let byte where byte < 0x20:
        out.append("\\u00")
        out.append(byte >> 4 == 0 ? 0x30 : 0x31)
        out.append(byte & 15 < 10 ? 0x30 + (byte & 15) : 0x57 + (byte & 15))
      case let byte: out.append(byte)
      }
    }
  }
}

extension JSONSpelling {
  /// Spells the keys of a row's object: `"name":`, unique by a suffix where a name repeats.
  static func keys(of schema: Schema) -> [[UInt8]] {
    var used: Set<String> = []
    return schema.fields.map { field in
      var name = field.name
      var suffix = 2
      while !used.insert(name).inserted {
        name = "\(field.name)_\(suffix)"
        suffix += 1
      }
      var out: [UInt8] = []
      JSONSpelling().append(text: Array(name.utf8).span, to: &out)
      out.append(UInt8(ascii: ":"))
      return out
    }
  }
}

extension String {
  /// Makes a text of bytes, repairing what is not UTF-8.
  init(copying utf8: Span<UInt8>) {
    // The pointer is read inside the closure only.
    self = unsafe utf8.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
