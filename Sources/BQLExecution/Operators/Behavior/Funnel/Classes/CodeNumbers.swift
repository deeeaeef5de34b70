/// Numbers the codes of one user, or of one unit, in the order of their first appearance.
///
/// A table that many users share: starting anew costs nothing.
struct CodeNumbers {
  /// The codes by number.
  private(set) var codes = RefilledArray<Int32>()
  // A code with the stamp of its user above it, and its number; twice as many as codes, at least.
  private var keys: [UInt64] = []
  private var numbers: [Int32] = []
  private var stamp: UInt32 = 0
  private var shift: UInt64 = 64
  // Neighbouring rows often have one code.
  private var lastCode: Int32 = 0
  private var lastNumber = -1

  var count: Int { codes.count }

  /// Forgets all codes and makes room for `capacity` of them.
  mutating func begin(capacity: Int) {
    codes.removeAll()
    lastNumber = -1
    if keys.count < 2 * capacity || stamp == .max {
      var size = max(keys.count, 64)
      while size < 2 * capacity { size *= 2 }
      keys = [UInt64](repeating: 0, count: size)
      numbers = [Int32](repeating: 0, count: size)
      shift = 64 - UInt64(size.trailingZeroBitCount)
      stamp = 0
    }
    stamp += 1
  }

  /// Returns the number of a code, the next one where it was not met before.
  @inline(__always)
  mutating func number(of code: Int32) -> Int {
    if lastNumber >= 0, code == lastCode { return lastNumber }
    lastCode = code
    lastNumber = found(code)
    return lastNumber
  }

  @inline(__always)
  private mutating func found(_ code: Int32) -> Int {
    let key = UInt64(stamp) << 32 | UInt64(UInt32(bitPattern: code))
    var slot = Int((UInt64(UInt32(bitPattern: code)) &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while keys[slot] >> 32 == UInt64(stamp) {
      if keys[slot] == key { return Int(numbers[slot]) }
      slot = slot + 1 < keys.count ? slot + 1 : 0
    }
    keys[slot] = key
    numbers[slot] = Int32(truncatingIfNeeded: codes.count)
    codes.append(code)
    return codes.count - 1
  }

  /// Returns the number of a code that was met before; nil for another.
  @inline(__always)
  func known(_ code: Int32) -> Int? {
    let key = UInt64(stamp) << 32 | UInt64(UInt32(bitPattern: code))
    var slot = Int((UInt64(UInt32(bitPattern: code)) &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while keys[slot] >> 32 == UInt64(stamp) {
      if keys[slot] == key { return Int(numbers[slot]) }
      slot = slot + 1 < keys.count ? slot + 1 : 0
    }
    return nil
  }
}
