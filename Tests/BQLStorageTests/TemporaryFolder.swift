import Glibc

/// Makes a folder for one test's files and removes it at the end.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/bql-tests-XXXXXX".utf8CString)
    let made = unsafe mkdtemp(&template)
    path = unsafe made.map { unsafe String(cString: $0) } ?? "/tmp"
  }

  deinit {
    for name in names { unsafe unlink(path + "/" + name) }
    unsafe rmdir(path)
  }

  private var names: [String] = []

  /// Writes a file and returns its path.
  func write(_ bytes: [UInt8], _ name: String = "events.csv") -> String {
    if !names.contains(name) { names.append(name) }
    let file = path + "/" + name
    guard let stream = unsafe fopen(file, "w") else { return file }
    unsafe fwrite(bytes, 1, bytes.count, stream)
    unsafe fclose(stream)
    return file
  }

  func write(_ text: String, _ name: String = "events.csv") -> String {
    write(Array(text.utf8), name)
  }

  /// Returns the path of a file that something else makes.
  func reserve(_ name: String) -> String {
    names.append(name)
    return path + "/" + name
  }

  /// Reads a file as text.
  static func read(_ path: String) -> String {
    guard let stream = unsafe fopen(path, "r") else { return "" }
    defer { unsafe fclose(stream) }
    var bytes: [UInt8] = []
    while case let byte = unsafe fgetc(stream), byte != EOF { bytes.append(UInt8(byte)) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Runs a program of the system and says whether it succeeded.
func runs(_ command: String) -> Bool {
  unsafe system(command) == 0
}
