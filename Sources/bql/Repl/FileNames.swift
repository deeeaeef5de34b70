import Glibc

/// Lists files whose names begin as a typed path does.
@safe
enum FileNames {
  /// Returns paths that `path` may become, directories with a slash at their end, in order.
  ///
  /// Hidden files are offered only where a dot was typed.
  static func candidates(for path: String) -> [Completer.Candidate] {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let beginning = slash.map { String(path[path.index(after: $0)...]) } ?? path
    var names: [String] = []
    // The stream is closed below; each entry is copied before the next one is read.
    guard let stream = unsafe opendir(folder.isEmpty ? "." : folder) else { return [] }
    defer { unsafe closedir(stream) }
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      let isHidden = name.hasPrefix(".") && !beginning.hasPrefix(".")
      if name != ".", name != "..", !isHidden, name.hasPrefix(beginning) { names.append(name) }
    }
    return names.sorted().map { name in
      Completer.Candidate(folder + name + (isDirectory(folder + name) ? "/" : ""))
    }
  }

  /// Returns the part of a path that a list shows: its last name.
  static func shown(_ path: String) -> String {
    let isDirectory = path.hasSuffix("/")
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return isDirectory ? name + "/" : name
  }

  private static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
