import Foundation

/// Reads the files of the checkout that holds these tests.
enum Repository {
  /// The folder of `Package.swift`.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every Swift file of the project, by path.
  static let swiftFiles: [SourceFile] = ["Sources", "Tests", "Benchmarks", "Package.swift"]
    .flatMap { paths(under: $0) }
    .filter { $0.hasSuffix(".swift") }
    .compactMap { path in text(of: path).map { SourceFile(path: path, text: $0) } }

  /// The paths of every file that people read or run.
  static let textPaths: [String] = [
    "Sources", "Tests", "Benchmarks", "docs", "examples", "grammar", "data", "README.md", "setup",
    "Package.swift",
  ]
  .flatMap { paths(under: $0) }
  .filter { !$0.hasSuffix(".gz") && !$0.hasSuffix(".zst") }

  /// Returns the text of a file, nil where there is none.
  static func text(of path: String) -> String? {
    try? String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// Returns the path itself if it is a file, else what is below it, sorted; hidden files and
  /// folders are left out.
  static func paths(under path: String) -> [String] {
    let place = root.appending(path: path)
    guard let values = try? place.resourceValues(forKeys: [.isDirectoryKey]) else { return [] }
    guard values.isDirectory == true else { return [path] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    return names.sorted().filter { !$0.hasPrefix(".") && $0 != "__pycache__" }
      .flatMap { paths(under: path + "/" + $0) }
  }
}
