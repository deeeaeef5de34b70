extension Array where Element: BitwiseCopyable {
  /// Makes `count` numbers; `fill` gets their memory, not yet defined, and must write all of it.
  ///
  /// A loop that stores into that memory is vectorized; one that appends, or that stores into an
  /// array made of zeros, is not or costs a second pass.
  @inlinable @inline(__always)
  package init(count: Int, filledBy fill: (UnsafeMutablePointer<Element>) -> Void) {
    unsafe self.init(unsafeUninitializedCapacity: count) { memory, written in
      // Without elements there may be no memory, and nothing to write.
      if let start = memory.baseAddress, count > 0 { unsafe fill(start) }
      written = count
    }
  }
}
