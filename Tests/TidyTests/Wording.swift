/// Finds words that the project does without: in names, in code, and anywhere.
enum Wording {
  /// Drawers, not names: what lies in one has another place.
  private static let banned: Set = [
    "Util", "Utils", "Utility", "Utilities", "Helper", "Helpers", "Common", "Manager", "Managers",
  ]
  /// SQL's own word: a common table expression.
  private static let granted: Set = ["CommonTable"]
  private static let declarations: Set = [
    "struct", "class", "enum", "protocol", "actor", "typealias",
  ]

  static func findings(_ file: SourceFile) -> [Finding] {
    names(file) + marks(file) + (file.isSource ? traps(file) + paths(file) : [])
  }

  /// Finds banned words in a file's and its types' names.
  static func names(_ file: SourceFile) -> [Finding] {
    var found: [Finding] = []
    for part in file.path.split(separator: "/") {
      for word in parts(of: part) where banned.contains(word) {
        found.append(file.finding(0, "'\(word)' in the name of a file or folder: \(part)"))
      }
    }
    for (line, code) in file.code.enumerated() {
      let words = code.split { !($0.isLetter || $0.isNumber || $0 == "_") }
      for (index, keyword) in words.enumerated().dropLast()
      where declarations.contains(String(keyword)) && !granted.contains(String(words[index + 1])) {
        for word in parts(of: words[index + 1]) where banned.contains(word) {
          found.append(file.finding(line, "'\(word)' in the name of a type: \(words[index + 1])"))
        }
      }
    }
    return found
  }

  /// Returns the words of a name: `ParserCommon+Text` has Parser, Common and Text.
  static func parts(of name: Substring) -> [String] {
    var parts: [String] = []
    for character in name {
      if character.isUppercase || parts.isEmpty || !character.isLetter { parts.append("") }
      if character.isLetter { parts[parts.count - 1].append(character) }
    }
    return parts
  }

  /// Finds marks of unfinished work.
  ///
  /// They stand in parts here, so that this file is clean.
  private static func marks(_ file: SourceFile) -> [Finding] {
    ["TO" + "DO", "FIX" + "ME", "X" + "XX"].flatMap { mark in
      file.lines.enumerated().compactMap { line, text in
        text.split { !$0.isLetter }.contains { $0 == mark }
          ? file.finding(line, "a mark of unfinished work: \(mark)") : nil
      }
    }
  }

  /// Finds what ends the program where an error should be thrown.
  private static func traps(_ file: SourceFile) -> [Finding] {
    ["try!", "fatalError(", "as! "].flatMap { trap in
      file.code.enumerated().compactMap { line, code in
        code.contains(trap) ? file.finding(line, "'\(trap)' ends the program") : nil
      }
    }
  }

  /// Finds places that are on one machine only; a source names no temporary folder either.
  private static func paths(_ file: SourceFile) -> [Finding] {
    file.lines.enumerated().compactMap { line, text in
      text.contains("/tm" + "p/") ? file.finding(line, "a path of one machine") : nil
    } + machinePaths(file.lines, of: file.path)
  }

  /// Finds home and working folders of one machine in any text.
  static func machinePaths(_ lines: [String], of path: String) -> [Finding] {
    ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/"].flatMap { place in
      lines.enumerated().compactMap { line, text in
        text.contains(place)
          ? Finding(path: path, line: line + 1, rule: "a path of one machine: \(place)") : nil
      }
    }
  }
}
