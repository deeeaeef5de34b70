import Glibc

/// Runs programs of the system.
package enum SystemCommand {
  /// Runs a line of the shell and says whether it succeeded.
  package static func succeeds(_ line: String) -> Bool {
    // The line is only read.
    unsafe system(line) == 0
  }
}
