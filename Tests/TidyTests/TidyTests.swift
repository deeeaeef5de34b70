import Testing

/// The rules of the code that the formatter cannot see hold in every file.
@Suite struct TidyTests {
  @Test func filesAreFound() {
    #expect(Repository.swiftFiles.count > 100)
    #expect(Repository.swiftFiles.contains { $0.path == "Package.swift" })
  }

  @Test func filesAreShort() {
    expectNone(Repository.swiftFiles.flatMap(FileLength.findings))
  }

  @Test func functionsAreShort() {
    expectNone(Repository.swiftFiles.flatMap(FunctionLength.findings))
  }

  @Test func modulesImportOnlyWhatIsBelowThem() throws {
    let manifest = try #require(Repository.text(of: "Package.swift"))
    let declared = Layers.declared(in: manifest)
    #expect(declared["BQLSyntax"] == ["BQLJSON"])
    expectNone(Repository.swiftFiles.flatMap { Layers.findings($0, declared: declared) })
    expectNone(Repository.swiftFiles.flatMap { Layers.testFindings($0, declared: declared) })
  }

  @Test func declarationsForOtherModulesAreExplained() {
    let explained = Set(Repository.swiftFiles.flatMap(Documentation.requirements))
    expectNone(
      Repository.swiftFiles.flatMap { Documentation.findings($0, explained: explained) }
    )
  }

  @Test func wordsAreAllowed() {
    expectNone(Repository.swiftFiles.flatMap(Wording.findings))
  }

  @Test func noTextNamesAPlaceOfOneMachine() {
    #expect(Repository.textPaths.count > Repository.swiftFiles.count)
    for path in Repository.textPaths {
      let lines = Repository.text(of: path)?.split(
        separator: "\n",
        omittingEmptySubsequences: false
      )
      expectNone(Wording.machinePaths((lines ?? []).map(String.init), of: path))
    }
  }

  @Test func everyErrorCodeIsExplained() throws {
    let path = "Sources/BQLSyntax/Diagnostics/DiagnosticCode.swift"
    let catalogue = try #require(Repository.swiftFiles.first { $0.path == path })
    let page = try #require(Repository.text(of: "docs/errors.md"))
    let codes = ErrorCodes.codes(catalogue)
    #expect(codes.count > 20)
    expectNone(ErrorCodes.findings(catalogue, page: page))
  }

  /// Records an issue for each finding at its own file and line.
  private func expectNone(_ findings: [Finding]) {
    for finding in findings {
      let place = SourceLocation(
        fileID: "TidyTests/" + (finding.path.split(separator: "/").last ?? ""),
        filePath: finding.path,
        line: finding.line,
        column: 1
      )
      Issue.record("\(finding)", sourceLocation: place)
    }
  }
}
