import Synchronization

/// Keeps one result a morsel, set by whichever thread computed it, read in the morsels' order.
final class Collected<Element: Sendable>: Sendable {
  private let slots: Mutex<[Element?]>

  init(count: Int) {
    slots = Mutex([Element?](repeating: nil, count: count))
  }

  func set(_ index: Int, _ element: Element) {
    slots.withLock { $0[index] = element }
  }

  /// The results in order.
  var all: [Element] { slots.withLock { $0.compactMap { $0 } } }
}
