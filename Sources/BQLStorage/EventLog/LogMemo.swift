import Synchronization

/// Keeps what questions have worked out about a log for the questions after them, as long as the
/// log itself.
///
/// A log never changes, so what is kept stays true. No answer may depend on what is kept here: it
/// only saves working it out again.
package final class LogMemo: Sendable {
  private let kept = Mutex<[String: any Sendable]>([:])

  package init() {}

  /// Returns what is kept under `key`; nil where there is nothing of the type.
  package func value<Value: Sendable>(_ key: String, as type: Value.Type) -> Value? {
    kept.withLock { $0[key] as? Value }
  }

  /// Keeps `value` under `key`, unless a question on another thread was faster, and returns what
  /// is kept.
  package func keep<Value: Sendable>(_ value: Value, _ key: String) -> Value {
    kept.withLock { kept in
      if let earlier = kept[key] as? Value { return earlier }
      kept[key] = value
      return value
    }
  }
}
