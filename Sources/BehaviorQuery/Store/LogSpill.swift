import BQLStorage
import BQLStore

/// Keeps the parts of a log that is being loaded and does not fit into memory: in files of the open
/// store, else of one that is gone when the program ends.
final class LogSpill {
  /// The parts so far, in the order of the text.
  private(set) var logs: [EventLog] = []
  /// What keeps them; nil where there is none and nothing had to be kept.
  private(set) var store: Store?
  /// Why a part could not be kept.
  private(set) var failure: StoreError?
  private let options: Store.Options
  private let health: StoreHealth
  private var isOwn = false

  /// A thread's share of memory is no less than this.
  private static let smallestByteCount = 4 << 20

  init(_ store: Store?, _ options: Store.Options, _ health: StoreHealth) {
    self.store = store
    self.options = options
    self.health = health
  }

  /// Says when rows are handed on: when they take a third of `memory`, for making a log of them
  /// takes as much again, and so do the tables of keys and texts.
  func spilling(memory: Int) -> LoadSpilling {
    LoadSpilling(byteCount: max(memory / 3, Self.smallestByteCount)) {
      self.logs = []
    } spill: { (log) throws(LoadError) in
      do throws(StoreError) {
        try self.keep(log)
      } catch {
        self.failure = error
        throw .cancelled
      }
    }
  }

  private func keep(_ log: EventLog) throws(StoreError) {
    if store == nil {
      store = Store(temporary: try StoreFolder.temporary(), health: health)
      isOwn = true
    }
    if log.rowCount > 0, let store { logs.append(try store.spill(log, options)) }
  }

  /// Removes the files of a store of its own.
  func end() {
    if isOwn { store?.forget() }
    isOwn = false
  }

  deinit { end() }
}
