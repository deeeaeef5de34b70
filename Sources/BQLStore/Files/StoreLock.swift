import Glibc

/// Keeps other processes from writing to a store while this one does.
///
/// The system's lock on a file, which ends with the process however it ends; the file names the
/// process for those who are turned away.
package final class StoreLock: Sendable {
  private let descriptor: Int32
  static let fileName = "lock"

  /// Takes the lock.
  ///
  /// - Throws: ``StoreError/locked(path:process:)`` where another process has it.
  package init(_ folder: StoreFolder) throws(StoreError) {
    let path = folder.path(of: Self.fileName)
    let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
    // The path outlives the call.
    let descriptor = unsafe open(path, flags, 0o666)
    guard descriptor >= 0 else { throw .system(action: "lock", file: path, code: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      guard code == EWOULDBLOCK else { throw .system(action: "lock", file: path, code: code) }
      let text = try folder.read(Self.fileName).map { String(decoding: $0, as: UTF8.self) }
      throw .locked(path: folder.path, process: text.flatMap { Int($0.prefix { $0.isNumber }) })
    }
    ftruncate(descriptor, 0)
    do throws(StoreError) {
      try StoreFolder.write(Array("\(getpid())\n".utf8).span, to: descriptor, named: path)
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
