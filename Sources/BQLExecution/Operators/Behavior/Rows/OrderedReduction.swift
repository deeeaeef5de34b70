import Synchronization

/// Combines the partial results of morsels in the morsels' order, as soon as each may be.
///
/// Only those wait that came before an earlier one, so that memory holds a few of them, and the
/// result has the same bits at any thread count.
final class OrderedReduction<Partial: Sendable>: Sendable {
  private struct State {
    var total: Partial
    var next = 0
    var waiting: [Int: Partial] = [:]
  }

  private let state: Mutex<State>
  private let combine: @Sendable (inout Partial, Partial) -> Void

  init(_ initial: Partial, _ combine: @escaping @Sendable (inout Partial, Partial) -> Void) {
    state = Mutex(State(total: initial))
    self.combine = combine
  }

  /// Takes the partial result of morsel `index`.
  func add(_ index: Int, _ partial: Partial) {
    state.withLock { state in
      state.waiting[index] = partial
      while let next = state.waiting.removeValue(forKey: state.next) {
        combine(&state.total, next)
        state.next += 1
      }
    }
  }

  /// The total of all, once each morsel has added its own.
  var total: Partial { state.withLock { $0.total } }
}
