import Glibc
import Synchronization

/// Collects what each operator did, for EXPLAIN ANALYZE.
package final class Profile: Sendable {
  /// Counts one operator's rows and time.
  package final class Entry: Sendable {
    package let title: String
    package let depth: Int
    private let rowCount = Atomic<Int>(0)
    private let nanoseconds = Atomic<Int>(0)
    private let memory = Atomic<Int>(0)
    private let methodText = Mutex("")

    init(title: String, depth: Int) {
      self.title = title
      self.depth = depth
    }

    package var rows: Int { rowCount.load(ordering: .relaxed) }
    /// Time in the operator and its inputs, added up over threads.
    package var seconds: Double { Double(nanoseconds.load(ordering: .relaxed)) / 1e9 }

    /// The most bytes that the operator held at a time.
    package var peakBytes: Int { memory.load(ordering: .relaxed) }
    /// How the operator does it: "builds right".
    package var method: String { methodText.withLock { $0 } }

    func note(method: String) { methodText.withLock { $0 = method } }

    func noteMemory(_ byteCount: Int) {
      _ = memory.max(byteCount, ordering: .relaxed)
    }

    func add(rows: Int, nanoseconds elapsed: Int) {
      rowCount.wrappingAdd(rows, ordering: .relaxed)
      nanoseconds.wrappingAdd(elapsed, ordering: .relaxed)
    }
  }

  private let list = Mutex<[Entry]>([])

  package init() {}

  /// The operators, each before its inputs.
  package var entries: [Entry] { list.withLock { $0 } }

  func entry(title: String, depth: Int) -> Entry {
    let entry = Entry(title: title, depth: depth)
    list.withLock { $0.append(entry) }
    return entry
  }

  static var now: Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
