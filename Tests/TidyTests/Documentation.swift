/// Finds declarations for other modules that say nothing about themselves.
enum Documentation {
  /// Finds `package` and `public` types, functions, subscripts and initializers without a `///`
  /// comment right before them; attributes may stand in between.
  ///
  /// Some say nothing new and go without: an initializer that only stores what it is given, what
  /// carries out a function that a protocol of the project explains, and what the standard
  /// library asks for (`==`, `hash(into:)`, `encode(to:)`).
  ///
  /// - Parameters:
  ///   - file: The file to look at.
  ///   - explained: The names of the functions of the project's protocols.
  /// - Returns: One finding for each declaration.
  static func findings(_ file: SourceFile, explained: Set<String>) -> [Finding] {
    guard file.isSource else { return [] }
    return file.code.indices.compactMap { line in
      guard let subject = subject(file.code[line]), !explained.contains(subject),
        !isDocumented(file, line), !(subject == "init" && onlyStores(file, line))
      else { return nil }
      return file.finding(line, "no doc comment on \(subject)")
    }
  }

  /// Returns the names of the functions that a file's protocols ask for.
  static func requirements(_ file: SourceFile) -> [String] {
    var names: [String] = []
    var isInside = false
    for code in file.code {
      let words = code.split { !($0.isLetter || $0.isNumber || $0 == "_") }
      if code.first != " ", words.contains("protocol") { isInside = true }
      if code.hasPrefix("}") || code.hasSuffix("{}") { isInside = false }
      guard isInside, let keyword = words.firstIndex(of: "func"), keyword + 1 < words.count
      else { continue }
      names.append(String(words[keyword + 1]))
    }
    return names
  }

  /// Tells whether the initializer at `line` is one assignment a line: `self.name = name`.
  private static func onlyStores(_ file: SourceFile, _ line: Int) -> Bool {
    let indentation = file.code[line].prefix { $0 == " " }
    guard
      let open = (line..<file.code.count).first(where: { file.code[$0].hasSuffix("{") }),
      let close = (open..<file.code.count).first(where: {
        file.code[$0].hasPrefix(indentation + "}")
      })
    else { return file.code[line].hasSuffix("{}") }
    return file.code[(open + 1)..<close].allSatisfy { code in
      let words = code.split(separator: " ")
      let isStored = words.first?.allSatisfy { $0.isLetter || $0.isNumber || $0 == "." } == true
      return words.isEmpty || words.count >= 3 && words[1] == "=" && isStored
    }
  }

  /// Returns the name of what a line declares for other modules, nil where it declares nothing
  /// that has to explain itself.
  private static func subject(_ code: String) -> String? {
    var words = code.split { $0 == " " || $0 == "(" || $0 == "<" || $0 == ":" || $0 == "?" }[...]
    while words.first?.hasPrefix("@") == true || words.first == "__always)" { words.removeFirst() }
    guard words.first == "package" || words.first == "public" else { return nil }
    words.removeFirst()
    while let word = words.first, modifiers.contains(String(word)) { words.removeFirst() }
    if words.first == "class", words.dropFirst().first == "func" { words.removeFirst() }
    guard let keyword = words.first.map(String.init) else { return nil }
    if keyword == "init" { return code.contains("init()") ? nil : keyword }
    if keyword == "subscript" { return keyword }
    guard types.contains(keyword) || keyword == "func" else { return nil }
    let name = words.dropFirst().first.map(String.init) ?? keyword
    return known.contains(name) ? nil : name
  }

  private static let types: Set = ["struct", "class", "enum", "protocol", "actor"]
  private static let modifiers: Set = [
    "static", "final", "override", "mutating", "nonmutating", "consuming", "borrowing", "indirect",
    "convenience", "required", "nonisolated", "isolated",
  ]
  private static let known: Set = ["==", "hash", "encode"]

  private static func isDocumented(_ file: SourceFile, _ line: Int) -> Bool {
    var before = line - 1
    while before >= 0 {
      let text = file.lines[before].drop { $0 == " " }
      if text.hasPrefix("///") { return true }
      guard text.hasPrefix("@") else { return false }
      before -= 1
    }
    return false
  }
}
