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
    var taken: Set<String> = []
    var copies: [String: Int] = [:]
    var repeated: [(field: String, name: String)] = []
    for (index, field) in fields.enumerated() {
      let wanted = field.isEmpty ? "column\(index + 1)" : field
      var name = wanted
      var copy = copies[wanted.lowercased()] ?? 2
      while taken.contains(name.lowercased()) {
        name = "\(wanted)_\(copy)"
        copy += 1
      }
      copies[wanted.lowercased()] = copy
      if !field.isEmpty, name != field { repeated.append((field, name)) }
      names.append(name)
      taken.insert(name.lowercased())
    }
    for (field, name) in repeated.prefix(shownCount) {
      warnings.append("two columns are called \(field); the second one is called \(name) here")
    }
    if repeated.count > shownCount {
      let count = repeated.count - shownCount
      warnings.append("\(count) more columns have the name of another one, and a number here")
    }
    return names
  }

  private static let shownCount = 5
}

extension String {
  /// Says whether the text is of hexadecimal digits and hyphens.
  fileprivate var isHexadecimal: Bool {
    utf8.count == UUIDText.length && utf8.allSatisfy { "0123456789abcdefABCDEF-".utf8.contains($0) }
  }
}
