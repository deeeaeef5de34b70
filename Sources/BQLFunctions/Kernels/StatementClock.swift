import BQLColumnar
import Glibc

/// Reads the system's clock; once a statement, so that all of it sees one time.
package enum StatementClock {
  /// Microseconds since 1970-01-01 00:00:00 UTC.
  package static func now() -> Int64 {
    var time = timespec()
    // The structure lives for the call.
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * Microseconds.perSecond + Int64(time.tv_nsec) / 1_000
  }
}
