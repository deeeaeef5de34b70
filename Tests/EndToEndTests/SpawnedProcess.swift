import Glibc
import Testing

/// Drives a child process through three pipes.
final class SpawnedProcess {
  private let id: pid_t
  private var input: Int32
  private var output: Int32
  private var errors: Int32

  init(
    _ path: String,
    _ arguments: [String],
    folder: String? = nil,
    environment: [String: String] = [:]
  ) throws {
    // Writing to a child that has ended must fail, not end the tests.
    signal(SIGPIPE, SIG_IGN)
    let (inputRead, inputWrite) = try Self.pipe()
    let (outputRead, outputWrite) = try Self.pipe()
    let (errorsRead, errorsWrite) = try Self.pipe()
    id = try Spawn.start(
      path,
      arguments,
      folder: folder,
      environment: environment,
      streams: [inputRead, outputWrite, errorsWrite]
    )
    for descriptor in [inputRead, outputWrite, errorsWrite] { close(descriptor) }
    input = inputWrite
    output = outputRead
    errors = errorsRead
  }

  /// Writes to the child's standard input; a child that does not read any more is no failure.
  func send(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe write(input, $0.baseAddress, $0.count) }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  /// Closes the reading end of the child's standard output, as `head` does when it has enough.
  func closeOutput() {
    if output >= 0 { close(output) }
    output = -1
  }

  /// Reads at most `count` bytes of the child's standard output.
  func readOutput(_ count: Int) -> String {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = unsafe read(output, &bytes, count)
    return String(decoding: bytes.prefix(max(got, 0)), as: UTF8.self)
  }

  /// Sends a signal.
  func send(signal: Int32) { _ = kill(id, signal) }

  /// Collects both outputs until the child ends; a child that takes over a minute is killed.
  func finish() throws -> Run {
    var collected: [Int32: [UInt8]] = [:]
    var open = [output, errors].filter { $0 >= 0 }
    let deadline = time(nil) + 60
    while !open.isEmpty {
      var entries = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      _ = unsafe poll(&entries, nfds_t(entries.count), 1_000)
      if time(nil) > deadline {
        _ = kill(id, SIGKILL)
        Issue.record("the program did not end within a minute")
      }
      for entry in entries where entry.revents != 0 {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe read(entry.fd, &bytes, bytes.count)
        if count > 0 {
          collected[entry.fd, default: []] += bytes[..<count]
        } else {
          open.removeAll { $0 == entry.fd }
        }
      }
    }
    let run = Run(
      output: String(decoding: collected[output] ?? [], as: UTF8.self),
      errors: String(decoding: collected[errors] ?? [], as: UTF8.self),
      status: Spawn.wait(id)
    )
    for descriptor in [input, output, errors] where descriptor >= 0 { close(descriptor) }
    return run
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    try #require(unsafe Glibc.pipe(&ends) == 0)
    // Children inherit only what is put in place of their streams.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}

/// Starts and awaits processes.
enum Spawn {
  /// glibc's `POSIX_SPAWN_SETSID`, which the Swift module of the C library leaves out.
  private static let newSession: Int32 = 0x80

  /// Starts a program whose first descriptors are `streams`.
  static func start(
    _ path: String,
    _ arguments: [String],
    folder: String?,
    environment: [String: String],
    streams: [Int32],
    terminal: String? = nil
  ) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    var signals = sigset_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    // The threads that run tests block signals, which a child would inherit.
    var unblocked = sigset_t()
    unsafe sigemptyset(&unblocked)
    unsafe posix_spawnattr_setsigmask(&attributes, &unblocked)
    var flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    if let terminal {
      // A new session takes the first terminal that it opens as its own, so that Ctrl-C arrives.
      flags |= newSession
      unsafe posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
      unsafe posix_spawn_file_actions_adddup2(&actions, 0, 1)
      unsafe posix_spawn_file_actions_adddup2(&actions, 0, 2)
    }
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    for (target, stream) in streams.enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, stream, Int32(target))
    }
    var variables = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"]
    variables.merge(environment) { _, given in given }
    // A shell changes the directory: posix_spawn itself cannot everywhere.
    let command = folder.map { "cd '\($0)' && exec \"$0\" \"$@\"" } ?? "exec \"$0\" \"$@\""
    let words = ["sh", "-c", command, path] + arguments
    var process: pid_t = 0
    let failure = unsafe withCStrings(words) { arguments in
      unsafe withCStrings(variables.map { "\($0.key)=\($0.value)" }) { environment in
        unsafe posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments, environment)
      }
    }
    try #require(failure == 0, "cannot start \(path)")
    return process
  }

  /// Waits for the end; minus the signal's number where one ended the process.
  static func wait(_ id: pid_t) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0 {
      guard errno == EINTR else { return .min }
    }
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : -signal
  }

  /// Lends copies of the texts, ended by a null pointer, for the length of the call.
  private static func withCStrings<R>(
    _ texts: [String],
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    var copies: [UnsafeMutablePointer<CChar>?] = unsafe texts.map { unsafe strdup($0) } + [nil]
    defer {
      for index in unsafe copies.indices { unsafe free(copies[index]) }
    }
    return unsafe body(&copies)
  }
}
