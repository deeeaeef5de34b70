import Testing

/// Each rule finds what it is for, and nothing in code that keeps it.
@Suite struct TidyRuleTests {
  private func file(_ text: String, at path: String = "Sources/BQLSyntax/A.swift") -> SourceFile {
    SourceFile(path: path, text: text)
  }

  @Test func commentsAndTextsAreNoCode() {
    let text = #"""
      let a = "try! \(f("b { c")) d" // try!
      /* { /* nested */ { */ let e = #"\(x) "q" "# + """
        { try! "quoted"
        """ + g
      """#
    let code = CodeEraser.code(of: text)
    #expect(!code.contains("try!") && !code.contains("{"))
    #expect(code.contains("f(") && code.contains("let e =") && code.contains("+ g"))
    #expect(code.split(separator: "\n").count == text.split(separator: "\n").count)
    #expect(code.utf8.count == text.utf8.count)
  }

  @Test(arguments: [70, 71]) func functionsAreMeasured(lineCount: Int) {
    let body = String(repeating: "  use(\"}\") // {\n", count: lineCount - 6)
    let text = """
      protocol P {
        func required(a: Int) -> Int
        var size: Int { get }
      }
      struct S {
        var stored = [1].map { $0 + 1 }
        @inline(__always) package static func long(
          a: [Int] = [],
          f: () -> Void = {}
        ) -> Int
        where A: B {

      """
    let long = file(text + body + "  }\n}\n")
    let functions = FunctionLength.functions(long)
    #expect(functions.map(\.line) == [2, 6])
    #expect(functions.last?.lineCount == lineCount)
    #expect(FunctionLength.findings(long).count == (lineCount > 70 ? 1 : 0))
  }

  @Test func longFilesAreFound() {
    let line = "let a = 1\n"
    #expect(FileLength.findings(file(String(repeating: line, count: 400))).isEmpty)
    let long = FileLength.findings(file(String(repeating: line, count: 401)))
    #expect(long.map(\.line) == [401])
    let parser = "Sources/BQLSyntax/Parser/Parser+Expression.swift"
    let expressions = file(String(repeating: line, count: 601), at: parser)
    #expect(FileLength.findings(expressions).count == 1)
  }

  @Test func importsAreChecked() {
    let manifest = """
      targets: [
          stage("BQLSyntax", ["BQLJSON"]),
          .executableTarget(
            name: "bql",
            dependencies: ["BehaviorQuery", .product(name: "ArgumentParser", package: "p")]
          ),
          tests("BQLSyntaxTests", ["BQLSyntax"]),
      """
    let declared = Layers.declared(in: manifest)
    #expect(declared["bql"] == ["BehaviorQuery", "ArgumentParser", "p"])
    let text = """
      import BQLJSON
      package import Glibc
      @preconcurrency import Foundation
      import struct BQLPlanning.Binder
      // import Dispatch
      """
    let rules = Layers.findings(file(text), declared: declared).map(\.description)
    #expect(
      rules == [
        "Sources/BQLSyntax/A.swift:3: BQLSyntax may not import Foundation",
        "Sources/BQLSyntax/A.swift:4: BQLSyntax may not import BQLPlanning",
      ]
    )
    let undeclared = Layers.findings(file(text), declared: [:])
    #expect(undeclared.map(\.line) == [1, 3, 4])
    let test = file("import BQLSyntax\nimport BQLJSON", at: "Tests/BQLSyntaxTests/A.swift")
    #expect(Layers.testFindings(test, declared: declared).map(\.line) == [2])
    let placeless = file("import Glibc", at: "Sources/Other/A.swift")
    #expect(Layers.findings(placeless, declared: declared).count == 1)
  }

  @Test func undocumentedDeclarationsAreFound() {
    let text = """
      /// Says what it is.
      @frozen
      package struct A {
        package var size: Int
        package init() {}
        package init(size: Int) {
          self.size = size
        }
        package init(twice size: Int) {
          self.size = size * 2
          grow()
        }
        package static func make() -> A { A() }
        /// Grows.
        package mutating func grow() {}
        package static func == (a: A, b: A) -> Bool { true }
        package private(set) var items: [Int]
        package subscript(index: Int) -> Int { 0 }
        package func write(_ text: String) {}
        func own() {}
      }
      public final class B {}
      package extension A {}
      @inline(__always) package func free<T>(_ value: T) {}
      """
    let findings = Documentation.findings(file(text), explained: ["write"])
    #expect(findings.map(\.line) == [9, 13, 18, 22, 24])
    let format = """
      package protocol Format {
        func write(_ text: String)
        mutating func end()
      }
      func other() {}
      """
    #expect(Documentation.requirements(file(format)) == ["write", "end"])
  }

  @Test func wordsAreFound() {
    let text = """
      enum StringUtils { typealias CommonText = String }
      struct Commonplace {}
      let a = try! f() // as agreed
      let b = "/tmp/a" // F\("IXME"): c
      struct CommonTable {} // X\("XXXXX")
      """
    let findings = Wording.findings(file(text)).map(\.line).sorted()
    #expect(findings == [1, 1, 3, 4, 4])
    let drawer = file("", at: "Sources/BQLSyntax/ParserHelpers.swift")
    #expect(Wording.findings(drawer).count == 1)
  }

  @Test func errorCodesAreCompared() {
    let catalogue = file("  case a = \"B0001\"\n  case b = \"B0002\"\n")
    #expect(ErrorCodes.findings(catalogue, page: "## B0001\n`B0002`").isEmpty)
    let rules = ErrorCodes.findings(catalogue, page: "B0001 B0003 B00020").map(\.rule)
    #expect(rules.count == 2)
  }
}
