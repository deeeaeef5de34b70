import Glibc

/// Measures wall time.
enum Clock {
  /// Seconds of a clock that is never set back.
  static var now: Double {
    var time = timespec()
    // The structure is filled in by the call.
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Returns a time with the digits that matter: `0.7 ms`, `12 ms`, `3.21 s`, `2 m 5 s`.
  static func text(seconds: Double) -> String {
    if seconds < 0.01 { return "\(decimals(seconds * 1_000, 1)) ms" }
    if seconds < 1 { return "\(Int((seconds * 1_000).rounded())) ms" }
    if seconds < 60 { return "\(decimals(seconds, 2)) s" }
    let whole = Int(min(seconds.rounded(), 1e9))
    return "\(whole / 60) m \(whole % 60) s"
  }

  private static func decimals(_ number: Double, _ places: Int) -> String {
    let scale = places == 1 ? 10 : 100
    let scaled = Int((number * Double(scale)).rounded())
    let fraction = String(scaled % scale)
    let zeros = String(repeating: "0", count: places - fraction.count)
    return "\(scaled / scale).\(zeros)\(fraction)"
  }
}
