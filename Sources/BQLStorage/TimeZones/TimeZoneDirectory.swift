package import BQLColumnar
import Glibc

/// Finds time zones among the system's files.
package enum TimeZoneDirectory {
  /// Where systems keep them; `TZDIR` in the environment names another folder.
  private static let standard = "/usr/share/zoneinfo"

  /// Folders that hold the same zones in other forms.
  private static let skipped: Set<String> = ["posix", "right"]

  /// Returns the zone called `name`, as `Europe/Berlin`; case does not matter.
  ///
  /// A name is letters, digits, `_`, `-`, `+` and slashes between them, so that it cannot lead out of
  /// the folder.
  package static func zone(named name: String) throws(TimeZoneError) -> TimeZone {
    if ["utc", "z", "etc/utc"].contains(name.lowercased()) { return .utc }
    guard isName(name) else { throw .notAName(name) }
    let folder = folder
    // A name spelled as the file is needs no list of them all.
    if let bytes = try bytes(of: name, in: folder) {
      return try TZifFile.read(bytes, named: name)
    }
    let known = names(in: folder)
    guard !known.isEmpty else { throw .noDatabase(folder) }
    guard let spelled = known.first(where: { $0.lowercased() == name.lowercased() }),
      let bytes = try bytes(of: spelled, in: folder)
    else { throw .unknown(name, known: known) }
    return try TZifFile.read(bytes, named: spelled)
  }

  private static var folder: String {
    // The environment is not written to while this reads it.
    guard let named = unsafe getenv("TZDIR") else { return standard }
    let folder = unsafe String(cString: named)
    return folder.isEmpty ? standard : folder
  }

  private static func isName(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return name.utf8.count <= 64 && parts.count <= 4
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.utf8.allSatisfy { byte in
            byte | 0x20 >= 97 && byte | 0x20 <= 122 || byte >= 48 && byte <= 57
              || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
              || byte == UInt8(ascii: "+")
          }
      }
  }

  /// Returns the file's bytes; nil where there is none, or it is no time zone at all (`zone.tab`).
  private static func bytes(
    of name: String,
    in folder: String
  ) throws(TimeZoneError) -> [UInt8]? {
    // The path is bridged for the call alone.
    let descriptor = unsafe open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR || code == EISDIR { return nil }
      throw .unreadable(name, unsafe String(cString: strerror(code)))
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 14)
    while bytes.count <= TZifFile.sizeLimit {
      let count = unsafe block.withUnsafeMutableBytes { buffer in
        // Writes at most the buffer's size.
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EISDIR { return nil }
        throw .unreadable(name, unsafe String(cString: strerror(errno)))
      }
      if count == 0 { break }
      bytes.append(contentsOf: block[..<count])
    }
    return bytes
  }

  /// Returns the names of all zones, sorted.
  private static func names(in folder: String) -> [String] {
    var names: [String] = []
    var pending = [""]
    while let prefix = pending.popLast(), names.count < 10_000 {
      guard let directory = unsafe opendir("\(folder)/\(prefix)") else { continue }
      defer { unsafe closedir(directory) }
      while let entry = unsafe readdir(directory) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
          // `d_name` is a C string inside the entry.
          unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
        }
        guard isName(name), !skipped.contains(name), name.first?.isUppercase ?? false else {
          continue
        }
        let path = prefix + name
        var status = stat()
        guard unsafe stat("\(folder)/\(path)", &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
          if path.utf8.count(where: { $0 == UInt8(ascii: "/") }) < 3 { pending.append(path + "/") }
        } else {
          names.append(path)
        }
      }
    }
    return names.sorted()
  }
}
