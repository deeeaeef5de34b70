import BQLJSON

/// Reads members of a JSON document that must be there.
struct JSONFields {
  let value: JSONValue
  /// Where it stands, for messages.
  let path: String

  /// Reads a document.
  static func read(_ bytes: [UInt8]) throws(ModelExchangeError) -> JSONFields {
    do throws(JSONError) {
      return JSONFields(value: try JSONReader.read(bytes), path: "")
    } catch {
      throw .json(error)
    }
  }

  private func place(_ name: String) -> String { path.isEmpty ? name : path + "." + name }

  func has(_ name: String) -> Bool { value[name] != nil }

  func object(_ name: String) throws(ModelExchangeError) -> JSONFields {
    guard let member = value[name], member.members != nil else { throw .malformed(place(name)) }
    return JSONFields(value: member, path: place(name))
  }

  func objects(_ name: String) throws(ModelExchangeError) -> [JSONFields] {
    try elements(name).enumerated().map { index, element in
      JSONFields(value: element, path: place(name) + "[\(index)]")
    }
  }

  func text(_ name: String) throws(ModelExchangeError) -> String {
    guard let text = value[name]?.text else { throw .malformed(place(name)) }
    return text
  }

  func number(_ name: String) throws(ModelExchangeError) -> Double {
    guard let member = value[name], let number = Self.number(member) else {
      throw .malformed(place(name))
    }
    return number
  }

  func elements(_ name: String) throws(ModelExchangeError) -> [JSONValue] {
    guard let elements = value[name]?.elements else { throw .malformed(place(name)) }
    return elements
  }

  func texts(_ name: String) throws(ModelExchangeError) -> [String] {
    let elements = try elements(name)
    let texts = elements.compactMap(\.text)
    guard texts.count == elements.count else { throw .malformed(place(name)) }
    return texts
  }

  /// Reads numbers; `"inf"` and `"-inf"` are infinities.
  func numbers(
    _ name: String,
    count: Int? = nil
  ) throws(ModelExchangeError) -> [Double] {
    let elements = try elements(name)
    let numbers = elements.compactMap(Self.number)
    guard numbers.count == elements.count, count ?? numbers.count == numbers.count else {
      throw .malformed(place(name))
    }
    return numbers
  }

  /// Reads whole numbers that fit 32 bits.
  func integers(
    _ name: String,
    count: Int? = nil
  ) throws(ModelExchangeError) -> [Int32] {
    let elements = try elements(name)
    let numbers = elements.compactMap { $0.int.flatMap { Int32(exactly: $0) } }
    guard numbers.count == elements.count, count ?? numbers.count == numbers.count else {
      throw .malformed(place(name))
    }
    return numbers
  }

  /// Reads what is true or false, or 1 or 0.
  func flags(_ name: String, count: Int) throws(ModelExchangeError) -> [Bool] {
    let elements = try elements(name)
    let flags = elements.compactMap { $0.bool ?? $0.int.map { $0 != 0 } }
    guard flags.count == elements.count, flags.count == count else {
      throw .malformed(place(name))
    }
    return flags
  }

  private static func number(_ value: JSONValue) -> Double? {
    switch value {
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    case .bool(let flag): flag ? 1 : 0
    default: value.double
    }
  }
}

extension JSONWriter {
  /// Writes a list of numbers, infinities as `"inf"` and `"-inf"`.
  mutating func numbers(_ name: String, _ values: some Sequence<Double>) {
    self.name(name)
    beginArray()
    for value in values {
      if value.isInfinite { string(value > 0 ? "inf" : "-inf") } else { number(value) }
    }
    endArray()
  }

  /// Writes a list of whole numbers.
  mutating func integers(_ name: String, _ values: some Sequence<some FixedWidthInteger>) {
    self.name(name)
    beginArray()
    for value in values { int(value) }
    endArray()
  }
}
