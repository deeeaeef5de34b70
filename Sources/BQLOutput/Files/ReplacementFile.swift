import Glibc

// `unsafe` marks system calls that take a path: the text is bridged for the call alone.

/// Holds a new file that takes another's name when it is complete.
struct ReplacementFile {
  let descriptor: Int32
  private let temporary: String
  private let target: String
  /// The path as it was asked for, for messages.
  private let name: String

  /// Creates the new file next to `target`, readable as the old one was.
  init(for target: String, named name: String) throws(OutputError) {
    self.target = target
    self.name = name
    var created: (descriptor: Int32, path: String)?
    // The process id tells concurrent writers apart, the counter leftovers of a crash.
    for attempt in 0..<100 where created == nil {
      let path = "\(target).\(getpid())-\(attempt).tmp"
      let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 {
        created = (descriptor, path)
      } else if errno != EEXIST {
        throw .system(errno, path: name)
      }
    }
    guard let created else { throw .system(EEXIST, path: name) }
    descriptor = created.descriptor
    temporary = created.path
    var status = stat()
    if unsafe stat(target, &status) == 0 { fchmod(descriptor, status.st_mode & 0o777) }
  }

  /// Puts the bytes on the disk, gives them the name and closes the file; once.
  func commit() throws(OutputError) {
    // Some file systems cannot sync, which they say with EINVAL.
    var failure: Int32 = fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure != 0 { throw .system(failure, path: name) }
    guard unsafe rename(temporary, target) == 0 else { throw .system(errno, path: name) }
    syncDirectory()
  }

  /// Closes and removes the new file in place of ``commit()``; the old one stays as it was.
  func discard() {
    close(descriptor)
    removeTemporary()
  }

  /// Removes the new file after ``commit()`` failed.
  func removeTemporary() { _ = unsafe unlink(temporary) }

  /// Makes the new name survive a power failure; a file system that cannot is no error.
  private func syncDirectory() {
    let descriptor = unsafe open(Self.directory(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Returns the directory that holds `path`.
  static func directory(of path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return parts.isEmpty ? "." : parts == [""] ? "/" : parts.joined(separator: "/")
  }
}
