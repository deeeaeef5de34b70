import Glibc

/// Holds one file that is written again for each input, in memory where the system has a folder
/// for that.
final class ScratchFile {
  let path: String

  init() {
    // `access` only reads the path.
    let folder = unsafe access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    var name = Array("\(folder)/bql-fuzz-XXXXXX".utf8CString)
    // `mkstemp` replaces the last letters of its argument, which lives for the call.
    let descriptor = unsafe mkstemp(&name)
    if descriptor >= 0 { close(descriptor) }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    // `unlink` only reads the path.
    unsafe _ = unlink(path)
  }

  func write(_ bytes: [UInt8]) throws(FuzzFailure) {
    // The stream is open until the end of the function; as many bytes as there are are read.
    guard let stream = unsafe fopen(path, "w") else { throw FuzzFailure("\(path) is not writable") }
    defer { unsafe fclose(stream) }
    guard unsafe fwrite(bytes, 1, bytes.count, stream) == bytes.count else {
      throw FuzzFailure("\(path) could not be written")
    }
  }
}
