/// Holds numbers of rows that several threads write, each its own places.
///
/// Arrays would be copied or checked for exclusive access; here whoever cuts the rows into blocks
/// answers for two threads never touching one place. Indices are not checked.
// Threads write places that do not overlap, and wait for each other before they read.
@safe final class SharedRows<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  let count: Int
  let base: UnsafeMutablePointer<Element>

  init(repeating value: Element, count: Int) {
    self.count = max(count, 0)
    // The class owns the memory; at least one place so that it has an address.
    unsafe base = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
    unsafe base.initialize(repeating: value, count: max(count, 1))
  }

  deinit { unsafe base.deallocate() }

  /// Reads or writes one place, which must be below ``count``.
  subscript(place: Int) -> Element {
    @inline(__always) get {
      assert(place >= 0 && place < count)
      return unsafe base[place]
    }
    @inline(__always) set {
      assert(place >= 0 && place < count)
      unsafe base[place] = newValue
    }
  }
}
