import Glibc

/// Runs a shell command for the user: a pager or an editor.
@safe
struct ChildProcess {
  private let id: pid_t

  /// Starts `command` in `/bin/sh`, where `$1` … stand for `arguments`.
  ///
  /// The descriptor `input` becomes its standard input; without one it shares the terminal's. Nil
  /// where no process could be started.
  init?(command: String, arguments: [String] = [], input: Int32? = nil) {
    var attributes = posix_spawnattr_t()
    var actions = unsafe posix_spawn_file_actions_t()
    var signals = sigset_t()
    // All of these fill in the structures that they are given, which live until the end of `init`.
    unsafe posix_spawnattr_init(&attributes)
    unsafe posix_spawn_file_actions_init(&actions)
    defer {
      unsafe posix_spawnattr_destroy(&attributes)
      unsafe posix_spawn_file_actions_destroy(&actions)
    }
    // The program ignores SIGPIPE; its children must not inherit that.
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe sigaddset(&signals, SIGINT)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    if let input { unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) }
    let words = ["sh", "-c", command, "sh"] + arguments
    // The copies are freed below; `posix_spawn` has read them by then.
    var copies: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
    defer {
      for index in unsafe copies.indices { unsafe free(copies[index]) }
    }
    var process: pid_t = 0
    let failure = unsafe posix_spawn(&process, "/bin/sh", &actions, &attributes, &copies, environ)
    guard failure == 0 else { return nil }
    id = process
  }

  /// Waits for the end and returns the exit code; 128 and more stands for a signal.
  @discardableResult
  func wait() -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0 {
      guard errno == EINTR else { return -1 }
    }
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : 128 + signal
  }
}
