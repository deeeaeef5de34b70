package import BQLColumnar
import Glibc

/// Writes results into files: `INTO 'file.csv'`.
package enum ResultFile {
  /// Writes `relation` to `path` in the format that the path's extension names, times on the clock of
  /// `zone`, and replaces what was there in one step.
  ///
  /// The bytes go to a new file in the same directory, are synced, and take the name at last: a
  /// reader sees the old file or the whole new one, and after an error the old one is untouched and
  /// nothing is left behind. A symbolic link is followed, so that its target is replaced.
  ///
  /// - Throws: ``OutputError``; the format is checked before anything is written.
  package static func write(
    _ relation: Relation,
    in zone: TimeZone = .utc,
    to path: String
  ) throws(OutputError) {
    let format = try self.format(of: path)
    try replace(path) { (sink) throws(OutputError) in
      try format.write(relation, in: zone, to: sink)
    }
  }

  /// Writes bytes to `path` in the same way, whatever its extension.
  package static func write(_ bytes: [UInt8], to path: String) throws(OutputError) {
    try replace(path) { (sink) throws(OutputError) in try sink.append(bytes.span) }
  }

  private static func replace(
    _ path: String,
    _ body: (FileDescriptorSink) throws(OutputError) -> Void
  ) throws(OutputError) {
    let target = resolvingLinks(path)
    if let special = try openSpecial(target, path) {
      defer { close(special) }
      return try write(to: special, path, body)
    }
    let replacement = try ReplacementFile(for: target, named: path)
    do throws(OutputError) {
      try write(to: replacement.descriptor, path, body)
    } catch {
      replacement.discard()
      throw error
    }
    do throws(OutputError) {
      try replacement.commit()
    } catch {
      replacement.removeTemporary()
      throw error
    }
  }

  /// Checks, before a long question runs, that its answer could be written to `path`: a known
  /// format, and a directory that is there and may be written to.
  package static func check(path: String) throws(OutputError) {
    _ = try format(of: path)
    let target = resolvingLinks(path)
    let directory = ReplacementFile.directory(of: target)
    // The paths are bridged for the calls alone.
    if unsafe access(directory, W_OK | X_OK) == 0 { return }
    let code = errno
    // What is not replaced (`/dev/stdout`) needs no directory to write to.
    if unsafe code == EACCES && access(target, W_OK) == 0 && isSpecial(target) { return }
    throw .system(code, path: path)
  }

  /// Returns the format that the path's extension names, without regard to case; `.arrows` is a
  /// stream of Arrow, `.arrow` a file.
  ///
  /// - Throws: ``OutputError/unknownExtension(path:known:)`` or
  ///   ``OutputError/notImplemented(format:)``.
  package static func format(of path: String) throws(OutputError) -> any ResultFormat {
    let name = path.split(separator: "/").last ?? ""
    let known = FormatName.ofFiles.map(\.rawValue)
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else {
      throw .unknownExtension(path: path, known: known)
    }
    let ending = name[name.index(after: dot)...].lowercased()
    if ending == "arrows" { return ArrowFormat(isFile: false) }
    switch FormatName(rawValue: ending) {
    case .html: return HTMLFormat(isPage: true)
    case .arrow: return ArrowFormat(isFile: true)
    case .table, nil: throw .unknownExtension(path: path, known: known)
    case .some(let format): return try format.format(table: TableStyle())
    }
  }

  private static func write(
    to descriptor: Int32,
    _ path: String,
    _ body: (FileDescriptorSink) throws(OutputError) -> Void
  ) throws(OutputError) {
    let sink = FileDescriptorSink(descriptor: descriptor, path: path)
    try body(sink)
    try sink.flush()
  }

  private static func isSpecial(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return false }
    return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  }

  private static func resolvingLinks(_ path: String) -> String {
    // `realpath` allocates its answer, which is copied and freed here.
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Opens what cannot be replaced (`/dev/stdout`, a named pipe); nil for anything else.
  private static func openSpecial(_ target: String, _ path: String) throws(OutputError) -> Int32? {
    var status = stat()
    guard unsafe stat(target, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return nil
    case S_IFDIR: throw .system(EISDIR, path: path)
    default:
      // The path is bridged for the call alone.
      let descriptor = unsafe open(target, O_WRONLY | O_CLOEXEC)
      if descriptor < 0 { throw .system(errno, path: path) }
      return descriptor
    }
  }
}
