import Glibc

/// Opens a C library at run time, so that none of its headers is needed to build.
@safe
struct SharedLibrary: @unchecked Sendable {
  // Safe to share: the handle is only passed to `dlsym`.
  private let handle: UnsafeMutableRawPointer
  private let name: String

  /// - Throws: ``LoadError/missingLibrary(library:package:path:)``, where `path` needs it.
  init(_ name: String, package: String, path: String) throws(LoadError) {
    guard let handle = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
      throw .missingLibrary(library: name, package: package, path: path)
    }
    unsafe self.handle = handle
    self.name = name
  }

  /// Returns the address of a function; the caller knows its C type.
  @unsafe
  func function<Function>(_ symbol: String, as type: Function.Type) throws(LoadError) -> Function {
    guard let address = unsafe dlsym(handle, symbol) else {
      throw .unreadable(path: name, reason: "it has no function \(symbol)")
    }
    // The C interface of the library fixes the type; the caller spells it.
    return unsafe unsafeBitCast(address, to: type)
  }
}
