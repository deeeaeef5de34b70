import Glibc

/// Turns the paths of a statement into the files that they name.
enum PathPattern {
  /// Standard input.
  static let standardInput = "-"

  /// Returns the files that `paths` name: patterns expanded, each one's matches sorted by bytes.
  ///
  /// A path that exists as it is spelled is that file, whatever characters it has. A file that two
  /// patterns match is read once.
  static func expand(_ paths: [String]) throws(LoadError) -> [String] {
    var files: [String] = []
    for path in paths {
      for file in try expand(path) where !files.contains(file) { files.append(file) }
    }
    return files
  }

  private static func expand(_ path: String) throws(LoadError) -> [String] {
    if path == standardInput { return [path] }
    let isPattern = path.contains { "*?[".contains($0) }
    // `access` only reads the path.
    if unsafe access(path, F_OK) == 0 { return [path] }
    guard isPattern else { throw .fileNotFound(path: path, nearby: nearby(path)) }
    var matches = unsafe glob_t()
    // The list belongs to `matches` until `globfree`.
    defer { unsafe globfree(&matches) }
    guard unsafe glob(path, 0, nil, &matches) == 0, let list = unsafe matches.gl_pathv else {
      throw .fileNotFound(path: path, nearby: nearby(path))
    }
    let files = (0..<Int(unsafe matches.gl_pathc)).compactMap { index in
      unsafe list[index].map { unsafe String(cString: $0) }
    }
    return files.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }

  /// Returns up to five names in the folder of `path` that share its first letters or its ending.
  private static func nearby(_ path: String) -> [String] {
    let cut = path.lastIndex(of: "/")
    let folder = cut.map { String(path[...$0]) } ?? "./"
    let wanted = cut.map { String(path[path.index(after: $0)...]) } ?? path
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        // `d_name` is a C string inside the entry.
        unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    let dataEndings = [".csv", ".tsv", ".gz", ".zst", ".txt", ".arrow", ".arrows"]
    let alike = names.filter { name in
      name.lowercased().hasPrefix(wanted.prefix(3).lowercased())
        || dataEndings.contains { name.hasSuffix($0) }
    }
    return alike.sorted { first, second in
      let a = commonPrefix(first, wanted)
      let b = commonPrefix(second, wanted)
      return a == b ? first < second : a > b
    }.prefix(5).map { (cut == nil ? "" : folder) + $0 }
  }

  private static func commonPrefix(_ first: String, _ second: String) -> Int {
    zip(first.utf8, second.utf8).prefix { $0 == $1 }.count
  }
}
