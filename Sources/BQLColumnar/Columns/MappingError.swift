import Glibc

/// Says why a file could not be mapped: the system's error number.
package struct MappingError: Error, Hashable, Sendable {
  package let code: Int32

  package init(code: Int32) {
    self.code = code
  }

  /// The system's words for the number.
  package var reason: String {
    // `strerror` returns a text of static lifetime for the numbers that exist.
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }
}
