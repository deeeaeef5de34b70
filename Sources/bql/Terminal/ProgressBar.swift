import BehaviorQuery
import Glibc
import Synchronization

/// Draws how far a long LOAD has come, on a terminal's standard error.
///
/// Nothing is drawn in the first second, and the line is cleared at the end.
final class ProgressBar: Sendable {
  private struct State {
    var start: Double?
    var isDrawn = false
    var hasEnded = true
  }

  private static let delaySeconds = 1.0
  private static let barWidth = 24

  private let state = Mutex(State())
  private let isASCII: Bool

  init(isASCII: Bool) {
    self.isASCII = isASCII
  }

  /// Begins a statement.
  func begin() {
    state.withLock { $0 = State(start: Clock.now, isDrawn: false, hasEnded: false) }
  }

  /// Draws the state of a LOAD; may be called from any thread.
  func update(_ progress: Progress) {
    state.withLock { state in
      guard !state.hasEnded, let start = state.start else { return }
      let elapsed = Clock.now - start
      guard elapsed >= Self.delaySeconds else { return }
      state.isDrawn = true
      let line = Self.line(progress, elapsedSeconds: elapsed, isASCII: isASCII)
      Self.write("\r\u{1B}[K" + String(line.prefix(max(Terminal.size.columns - 1, 20))))
    }
  }

  /// Clears the line; updates that still come are dropped.
  func end() {
    state.withLock { state in
      if state.isDrawn { Self.write("\r\u{1B}[K") }
      state = State()
    }
  }

  /// Returns the line: share, bar, rows, rate and time left; without a known size no share.
  static func line(_ progress: Progress, elapsedSeconds: Double, isASCII: Bool) -> String {
    let rate = Double(progress.bytesRead) / max(elapsedSeconds, 0.001)
    var parts: [String] = []
    if progress.bytesTotal > 0 {
      let share = min(1, max(0, Double(progress.bytesRead) / Double(progress.bytesTotal)))
      let filled = Int(share * Double(barWidth))
      let percent = String(Int(share * 100))
      parts.append(String(repeating: " ", count: 3 - percent.count) + percent + "%")
      parts.append(
        String(repeating: isASCII ? "#" : "█", count: filled)
          + String(repeating: isASCII ? "." : "░", count: barWidth - filled)
      )
    }
    parts.append("\(short(Double(progress.rows))) rows")
    parts.append("\(short(rate))B/s")
    if progress.bytesTotal > 0, rate > 0 {
      let left = max(0, Double(progress.bytesTotal - progress.bytesRead)) / rate
      parts.append("\(duration(left)) left")
    }
    return parts.joined(separator: "  ")
  }

  /// Returns up to three digits and a decimal prefix: `42.4 M`, or `7 ` without one.
  private static func short(_ number: Double) -> String {
    var value = number
    var prefix = ""
    for next in ["k", "M", "G", "T"] where value >= 1_000 {
      value /= 1_000
      prefix = next
    }
    let isWhole = value >= 100 || prefix.isEmpty
    let tenths = Int((value * 10).rounded())
    let digits = isWhole ? String(Int(value.rounded())) : "\(tenths / 10).\(tenths % 10)"
    return "\(digits) \(prefix)"
  }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(.up), 1e9))
    if whole < 60 { return "\(whole)s" }
    if whole < 3_600 { return "\(whole / 60)m \(whole % 60)s" }
    return "\(whole / 3_600)h \(whole % 3_600 / 60)m"
  }

  private static func write(_ text: String) {
    let bytes = Array(text.utf8)
    // What cannot be drawn is no loss.
    _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}
