/// Tells a header row from a row of data and makes column names of it.
enum HeaderNames {
  /// Says whether a first row is a header: no field is a number or a time, and most are not empty.
  static func looksLikeHeader(_ fields: [String]) -> Bool {
    let named = fields.filter { !$0.isEmpty }
    guard named.count * 2 > fields.count else { return false }
    return named.allSatisfy { !isValue($0) }
  }

  private static func isValue(_ field: String) -> Bool {
    let bytes = Array(field.utf8)
    guard let first = bytes.first, first < 128 else { return false }
    let startsLikeNumber = "0123456789-+.".utf8.contains(first)
    guard startsLikeNumber else { return bytes.count == UUIDText.length && field.isHexadecimal }
    // A number, a time, or a UUID: digits and what stands between them. (`2nd_item` is a name.)
    return bytes.allSatisfy { "0123456789-+.:/ TZUCeE".utf8.contains($0) } || field.isHexadecimal
  }

  /// Names each column: an empty name becomes its number, a repeated one gets a number.
  static func unique(_ fields: [String], _ warnings: inout [String]) -> [String] {
    var names: [String] = []
    for (index, field) in fields.enumerated() {
      var name = field.isEmpty ? "column\(index + 1)" : field
      var copy = 2
      while names.contains(where: { $0.lowercased() == name.lowercased() }) {
        name = "\(field)_\(copy)"
        copy += 1
      }
      if !field.isEmpty, name != field {
        warnings.append("two columns are called \(field); the second one is called \(name) here")
      }
      names.append(name)
    }
    return names
  }
}

extension String {
  /// Says whether the text is of hexadecimal digits and hyphens.
  fileprivate var isHexadecimal: Bool {
    utf8.count == UUIDText.length && utf8.allSatisfy { "0123456789abcdefABCDEF-".utf8.contains($0) }
  }
}
