import BQLArrow
import BQLStorage
import Glibc

// `unsafe` marks system calls that take a path or a buffer: both outlive the call.

/// Reads and writes the files of a store's folder.
package struct StoreFolder: Hashable, Sendable {
  package let path: String

  /// Names the folder at `path`, which need not be there.
  package init(_ path: String) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
  }

  /// Makes a folder of its own for files that are gone when the program ends.
  package static func temporary() throws(StoreError) -> StoreFolder {
    let parent = TemporaryPath.folder
    var template = Array("\(parent)/bql-XXXXXX".utf8CString)
    // The X are replaced in place.
    guard let made = unsafe mkdtemp(&template) else {
      throw .system(action: "create", file: "\(parent)/bql-…", code: errno)
    }
    return StoreFolder(unsafe String(cString: made))
  }

  /// Removes the folder and the files in it; what is mapped stays readable.
  package func removeAll() {
    for name in (try? names()) ?? [] { remove(name) }
    _ = unsafe rmdir(path)
  }

  /// The path of one of its files.
  package func path(of file: String) -> String { "\(path)/\(file)" }

  /// Says what stands at the path.
  package enum Content: Hashable, Sendable {
    case nothing
    case folder
    case other
  }

  /// Looks what stands at the path.
  package func content() throws(StoreError) -> Content {
    var status = stat()
    if unsafe stat(path, &status) != 0 {
      if errno == ENOENT { return .nothing }
      throw .system(action: "open", file: path, code: errno)
    }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder : .other
  }

  /// Makes the folder; its parent must be there.
  package func make() throws(StoreError) {
    guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw .system(action: "create", file: path, code: errno)
    }
  }

  /// The names of what is in the folder, in no order.
  package func names() throws(StoreError) -> [String] {
    guard let listing = unsafe opendir(path) else {
      throw .system(action: "list", file: path, code: errno)
    }
    defer { unsafe closedir(listing) }
    var names: [String] = []
    while let entry = unsafe readdir(listing) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Returns a file's bytes; nil where there is none of the name.
  package func read(_ file: String) throws(StoreError) -> [UInt8]? {
    let descriptor = unsafe open(path(of: file), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .system(action: "read", file: path(of: file), code: errno)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe block.withUnsafeMutableBytes { block in
        unsafe Glibc.read(descriptor, block.baseAddress, block.count)
      }
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw .system(action: "read", file: path(of: file), code: errno)
      }
      bytes += block[..<count]
    }
  }

  /// Replaces a file so that at any moment, whatever happens, it is the old one or the new one whole.
  package func replace(_ file: String, with bytes: [UInt8]) throws(StoreError) {
    let temporary = file + ".new"
    let descriptor = try create(temporary)
    do throws(StoreError) {
      try Self.write(bytes.span, to: descriptor, named: path(of: file))
      try finish(descriptor, named: temporary)
    } catch {
      remove(temporary)
      throw error
    }
    guard unsafe rename(path(of: temporary), path(of: file)) == 0 else {
      let code = errno
      remove(temporary)
      throw .system(action: "replace", file: path(of: file), code: code)
    }
    sync()
  }

  /// Creates a file for writing, in place of one that a crash left; the caller finishes it.
  package func create(_ file: String) throws(StoreError) -> Int32 {
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
    let descriptor = unsafe open(path(of: file), flags, 0o666)
    guard descriptor >= 0 else {
      throw .system(action: "create", file: path(of: file), code: errno)
    }
    return descriptor
  }

  /// Puts a file's bytes on the disk, if it is to last, and closes it.
  package func finish(
    _ descriptor: Int32,
    named file: String,
    isLasting: Bool = true
  ) throws(StoreError) {
    // Some file systems cannot sync, which they say with EINVAL.
    var code: Int32 = !isLasting || fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno
    if close(descriptor) != 0, code == 0 { code = errno }
    guard code == 0 else { throw .system(action: "write", file: path(of: file), code: code) }
  }

  /// Makes new and changed names survive a power failure; a file system that cannot is no error.
  package func sync() {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Removes a file, if it is there.
  package func remove(_ file: String) { _ = unsafe unlink(path(of: file)) }

  /// Writes all bytes to an open file.
  static func write(
    _ bytes: Span<UInt8>,
    to descriptor: Int32,
    named file: String
  ) throws(StoreError) {
    let sink = ArrowDescriptorSink(descriptor: descriptor)
    do throws(ArrowError) {
      try sink.append(bytes)
      try sink.flush()
    } catch {
      throw StoreError(writing: file, error)
    }
  }
}

extension StoreError {
  /// Says that a file could not be written.
  init(writing file: String, _ error: ArrowError) {
    if case .system(let code) = error {
      self = .system(action: "write", file: file, code: code)
    } else {
      self = .damaged(file: file, reason: error.reason)
    }
  }
}
