/// Holds which module may know which: the pipeline's stages know only what stands below them.
enum Layers {
  /// The project's targets, lowest first, with the targets that each may import.
  static let permitted: [(target: String, imports: [String])] = [
    ("BQLJSON", []),
    ("BQLSyntax", ["BQLJSON"]),
    ("BQLColumnar", ["CMappedFiles", "CProcessors"]),
    ("BQLModels", ["BQLJSON", "BQLColumnar", "CPrefetch"]),
    ("BQLFunctions", ["BQLColumnar"]),
    ("BQLArrow", ["BQLColumnar"]),
    ("BQLStorage", ["BQLJSON", "BQLColumnar", "BQLArrow", "CDelimiterScan"]),
    ("BQLStore", ["BQLJSON", "BQLColumnar", "BQLArrow", "BQLStorage"]),
    ("BQLPlanning", ["BQLSyntax", "BQLColumnar", "BQLFunctions", "BQLModels", "BQLStorage"]),
    // Of the syntax only the places that errors point at, and documents of what was learnt.
    (
      "BQLExecution",
      [
        "BQLJSON", "BQLSyntax", "BQLColumnar", "BQLModels", "BQLFunctions", "BQLStorage",
        "BQLPlanning",
        "CPrefetch",
      ]
    ),
    ("BQLOutput", ["BQLJSON", "BQLColumnar", "BQLArrow"]),
    ("BQLGenerator", ["BQLColumnar"]),
    (
      "BehaviorQuery",
      [
        "BQLJSON", "BQLSyntax", "BQLColumnar", "BQLModels", "BQLFunctions", "BQLStorage",
        "BQLStore", "BQLPlanning", "BQLExecution", "BQLOutput",
      ]
    ),
    (
      "bql",
      [
        "BehaviorQuery", "BQLSyntax", "BQLJSON", "BQLColumnar", "BQLFunctions", "BQLStorage",
        "BQLOutput", "BQLGenerator", "CAllocator", "CLibEdit", "CMappedFiles",
        "ArgumentParser",
      ]
    ),
  ]

  /// What any target may import of the system: no Foundation, which makes the program large and
  /// slow to start.
  static let system = ["Glibc", "Synchronization"]

  /// Targets of C, which import nothing of the project.
  static let ofC = [
    "CLibEdit", "CLibEditSystem", "CDelimiterScan", "CPrefetch", "CAllocator", "CMappedFiles",
    "CProcessors",
  ]

  /// Finds imports that a file's target may not have, or does not declare in `Package.swift`.
  static func findings(_ file: SourceFile, declared: [String: [String]]) -> [Finding] {
    guard file.isSource, let target = file.target, !ofC.contains(target) else { return [] }
    guard let allowed = permitted.first(where: { $0.target == target })?.imports else {
      return [file.finding(0, "target \(target) has no place in Layers.permitted")]
    }
    return imports(file).flatMap { line, module -> [Finding] in
      if system.contains(module) { return [] }
      guard allowed.contains(module) else {
        return [file.finding(line, "\(target) may not import \(module)")]
      }
      guard declared[target, default: []].contains(module) else {
        return [file.finding(line, "\(target) imports \(module), which Package.swift omits")]
      }
      return []
    }
  }

  /// Finds imports of a test that `Package.swift` does not declare for it.
  static func testFindings(_ file: SourceFile, declared: [String: [String]]) -> [Finding] {
    guard file.path.hasPrefix("Tests/"), let target = file.target else { return [] }
    let modules = permitted.map(\.target) + ofC
    return imports(file).filter { modules.contains($0.module) }.compactMap { line, module in
      declared[target, default: []].contains(module)
        ? nil : file.finding(line, "\(target) imports \(module), which Package.swift omits")
    }
  }

  /// Returns each import's line, from 0, and module.
  static func imports(_ file: SourceFile) -> [(line: Int, module: String)] {
    file.code.enumerated().compactMap { line, code in
      var words = code.split { $0 == " " || $0 == "." }
      while let first = words.first, first.hasPrefix("@") || first == "package" || first == "public"
      {
        words.removeFirst()
      }
      guard words.count >= 2, words[0] == "import" else { return nil }
      let kinds: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]
      let module = kinds.contains(String(words[1])) && words.count > 2 ? words[2] : words[1]
      return (line, String(module))
    }
  }

  /// Reads the targets of a manifest with their dependencies, by the texts in each target's call:
  /// the first is its name.
  static func declared(in manifest: String) -> [String: [String]] {
    var targets: [String: [String]] = [:]
    for call in ["stage(", ".executableTarget(", ".target(", "tests(", ".testTarget("] {
      for part in manifest.split(separator: "\n    " + call).dropFirst() {
        var depth = 1
        let body = part.prefix { character in
          if character == "(" { depth += 1 }
          if character == ")" { depth -= 1 }
          return depth > 0
        }
        let texts = body.split(separator: "\"", omittingEmptySubsequences: false)
          .enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
        if let name = texts.first { targets[name] = Array(texts.dropFirst()) }
      }
    }
    return targets
  }
}
