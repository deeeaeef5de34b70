/// Turns customers and their sessions into the ids of a log, without keeping any of them.
package enum UserIdentity {
  private static let firstNumber: UInt32 = 500_000_000
  private static let mask: UInt32 = 1 << 27 - 1

  /// Gives a customer's id: distinct numbers between 500,000,000 and 634,217,727.
  ///
  /// The steps are bijections of 27 bits, so no table of used ids is needed, and ids do not tell who
  /// came first.
  package static func number(ofCustomer index: UInt32) -> UInt32 {
    var value = (index &* 0x2C1_B3C5 &+ 0x5A5_A5A5) & mask
    value ^= value >> 13
    value = (value &* 0x29F_2D67) & mask
    value ^= value >> 14
    return firstNumber + value
  }

  /// Gives the 128 bits of a session's id, with a UUID's version 4 and variant 1.
  package static func session(seed: UInt64, _ customer: UInt32, _ session: UInt32) -> (
    UInt64, UInt64
  ) {
    let first = RandomStream.key(
      seed: seed ^ 0x5E55_1014,
      index: UInt64(customer),
      part: UInt64(session)
    )
    let second = RandomStream.mix(first &+ 0x9E37_79B9_7F4A_7C15)
    let high = first & ~0xF000 | 0x4000
    let low = second & ~(3 << 62) | (2 << 62)
    return (high, low)
  }
}
