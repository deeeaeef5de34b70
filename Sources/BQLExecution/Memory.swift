package import BQLColumnar
import Synchronization

/// Counts the memory that a statement's operators hold, and refuses more than its budget.
///
/// It counts rows that are kept, keys, states and orders: what grows with the data. Chunks in flight
/// and the loaded tables are not counted.
package final class Memory: Sendable {
  /// Bytes that may be held at a time.
  package let budget: Int
  private let held = Atomic<Int>(0)

  package init(budget: Int = .max) {
    self.budget = budget
  }

  fileprivate func take(_ byteCount: Int) -> Bool {
    let new = held.wrappingAdd(byteCount, ordering: .relaxed).newValue
    if new <= budget { return true }
    held.wrappingSubtract(byteCount, ordering: .relaxed)
    return false
  }

  fileprivate func give(_ byteCount: Int) {
    held.wrappingSubtract(byteCount, ordering: .relaxed)
  }
}

/// Holds the memory that one operator has taken, until nobody needs what is in it.
package final class MemoryLease: Sendable {
  private let memory: Memory
  private let entry: Profile.Entry?
  /// As an error names the operator: "sort", "hash join".
  private let holder: String
  private let byteCount = Atomic<Int>(0)

  init(_ context: ExecutionContext, _ holder: String) {
    memory = context.memory
    entry = context.entry
    self.holder = holder
  }

  /// Takes more memory; from any thread.
  func grow(by added: Int) throws(ExecutionError) {
    guard added > 0 else { return }
    guard memory.take(added) else {
      throw .overBudget(
        operator: holder,
        held: byteCount.load(ordering: .relaxed),
        budget: memory.budget
      )
    }
    let held = byteCount.wrappingAdd(added, ordering: .relaxed).newValue
    entry?.noteMemory(held)
  }

  deinit { memory.give(byteCount.load(ordering: .relaxed)) }
}

extension ExecutionContext {
  /// Makes a lease for the operator that is being opened.
  func lease(_ holder: String) -> MemoryLease { MemoryLease(self, holder) }
}

extension Chunk {
  /// Bytes of the values; of texts the codes alone, as dictionaries are mostly shared.
  package var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }

  /// Bytes of the dictionaries that the chunk before does not have.
  func newDictionaryBytes(after last: Chunk?) -> Int {
    var bytes = 0
    for (index, column) in columns.enumerated() {
      guard let dictionary = column.dictionary, dictionary !== last?.columns[index].dictionary
      else { continue }
      bytes += dictionary.byteCount
    }
    return bytes
  }
}

extension Column {
  /// Bytes of the values and of the validity, without a text's dictionary.
  package var byteCount: Int {
    let width =
      switch values {
      case .bools: 1
      case .texts: 4
      case .ints, .floats: 8
      }
    return count * width + (validity == nil ? 0 : (count + 7) / 8)
  }
}

extension TextDictionary {
  fileprivate var byteCount: Int { bytes.count + offsets.count * 8 }
}
