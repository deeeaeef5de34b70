import Glibc
import Testing

/// Finds the program that these tests drive: it stands beside the test bundle.
enum BuiltProgram {
  static let path: String = {
    var bytes = [CChar](repeating: 0, count: 4_096)
    // The kernel writes at most `count` bytes.
    let count = unsafe readlink("/proc/self/exe", &bytes, bytes.count)
    let runner = String(
      decoding: bytes.prefix(max(count, 0)).map { UInt8(bitPattern: $0) },
      as: UTF8.self
    )
    // On Linux the bundle is the running program; elsewhere its path is the first argument.
    for candidate in [runner] + CommandLine.arguments.prefix(2) {
      let folder = candidate.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      let path = (folder + ["bql"]).joined(separator: "/")
      if unsafe access(path, X_OK) == 0 { return path }
    }
    return "bql"
  }()
}

/// Holds what a run of the program came to.
struct Run {
  var output: String
  var errors: String
  /// The exit code; minus the signal's number where one ended the process.
  var status: Int32

  var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
}

/// Runs the built program with pipes as its three streams.
enum Program {
  /// Runs to the end, at most a minute, with `input` on standard input.
  ///
  /// `environment` is added to `PATH` and a UTF-8 locale. `largestFile` is how many blocks of 512
  /// bytes a file may have: writing more fails, as on a full disk.
  static func run(
    _ arguments: [String],
    input: String = "",
    folder: String? = nil,
    environment: [String: String] = [:],
    largestFile: Int? = nil
  ) throws -> Run {
    let limit = largestFile.map { "trap '' XFSZ; ulimit -f \($0); exec \"$0\" \"$@\"" }
    let process = try SpawnedProcess(
      limit == nil ? BuiltProgram.path : "/bin/sh",
      limit.map { ["-c", $0, BuiltProgram.path] + arguments } ?? arguments,
      folder: folder,
      environment: environment
    )
    process.send(input)
    process.closeInput()
    return try process.finish()
  }
}
