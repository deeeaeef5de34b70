import Synchronization

/// Collects what operators have to say about an answer, in the order of the plan.
final class Notes: Sendable {
  private let list = Mutex<[String]>([])

  func add(_ note: String) {
    list.withLock { if !$0.contains(note) { $0.append(note) } }
  }

  var all: [String] { list.withLock { $0 } }
}
