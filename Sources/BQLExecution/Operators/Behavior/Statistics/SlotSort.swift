/// Sorts numbers within their slots, digit by digit, from the last to the first.
///
/// Groups are many and mostly small: to sort all of their numbers at once takes a pass for each
/// eleven bits that differ, whatever the groups' sizes.
enum SlotSort {
  private static let digitBits = 11

  /// Returns `numbers` by slot, ascending within one; number *i* is of slot `slots[i]`, which is
  /// not negative.
  ///
  /// - Complexity: O(*n*), with two words a number.
  static func sorted(_ numbers: [UInt32], slots: [Int32]) -> [UInt32] {
    var keys: [UInt64] = []
    keys.reserveCapacity(numbers.count)
    var (largestNumber, largestSlot): (UInt32, UInt32) = (0, 0)
    for (number, slot) in zip(numbers, slots) {
      let slot = UInt32(bitPattern: slot)
      largestNumber = max(largestNumber, number)
      largestSlot = max(largestSlot, slot)
      keys.append(UInt64(slot) << 32 | UInt64(number))
    }
    var spare = [UInt64](repeating: 0, count: keys.count)
    sort(&keys, &spare, from: 0, largest: largestNumber)
    sort(&keys, &spare, from: 32, largest: largestSlot)
    return keys.map { UInt32(truncatingIfNeeded: $0) }
  }

  /// Sorts by the digits of a number that stands at bit `shift` and is at most `largest`; equals
  /// keep their order.
  private static func sort(
    _ keys: inout [UInt64],
    _ spare: inout [UInt64],
    from shift: Int,
    largest: UInt32
  ) {
    let bits = 32 - largest.leadingZeroBitCount
    for first in stride(from: 0, to: bits, by: digitBits) {
      move(keys.span, to: &spare, by: UInt64(shift + first))
      swap(&keys, &spare)
    }
  }

  private static func move(_ keys: Span<UInt64>, to sorted: inout [UInt64], by shift: UInt64) {
    let mask: UInt64 = 1 << UInt64(digitBits) - 1
    var places = [Int](repeating: 0, count: 1 << digitBits)
    for index in keys.indices { places[Int((keys[index] &>> shift) & mask)] += 1 }
    var next = 0
    for digit in places.indices {
      let count = places[digit]
      places[digit] = next
      next += count
    }
    var sorted = sorted.mutableSpan
    for index in keys.indices {
      let digit = Int((keys[index] &>> shift) & mask)
      sorted[places[digit]] = keys[index]
      places[digit] += 1
    }
  }
}
