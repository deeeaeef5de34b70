import Glibc

/// Reads a number from the environment; nil where it is unset or no number.
func environmentNumber(_ name: String) -> Int? {
  guard let text = unsafe getenv(name) else { return nil }  // a C string that outlives the call
  return Int(unsafe String(cString: text))
}
