/// Keeps the rows of each leaf together, in ascending order, with their derivatives.
///
/// There are two copies of all places: the rows of a leaf lie in one, and those of its children
/// come to lie in the other.
// Blocks of places are written by one thread each.
final class RowPartition: @unchecked Sendable {
  /// Where the rows of a leaf are.
  struct Leaf: Hashable, Sendable {
    var places: Range<Int>
    var copy = 0
  }

  private static let blockRows = 8192

  let orders: [SharedRows<Int32>]
  let packed: [SharedRows<UInt64>]
  private let sides: SharedRows<UInt8>

  init(rows: Int) {
    orders = (0..<2).map { _ in SharedRows(repeating: 0, count: rows) }
    packed = (0..<2).map { _ in SharedRows(repeating: 0, count: rows) }
    sides = SharedRows(repeating: 0, count: rows)
  }

  /// Parts the rows of a leaf: those whose bin is 1 in `goesLeft` before the others, each side in
  /// its old order.
  ///
  /// - `words`: The band of the feature, and the bits of its byte before it.
  /// - `goesLeft`: Shape `[256]`.
  /// - Complexity: O(rows of the leaf).
  func split(
    _ leaf: Leaf,
    _ words: SharedRows<UInt64>,
    _ shift: Int,
    _ goesLeft: [UInt8],
    _ team: WorkerTeam
  ) -> (left: Leaf, right: Leaf) {
    let blocks = (leaf.places.count + Self.blockRows - 1) / Self.blockRows
    let order = orders[leaf.copy]
    let sides = sides
    let counts = team.map(count: blocks) { block in
      Self.decide(Self.places(block, leaf), order, words, shift, goesLeft, sides)
    }
    var starts: [(left: Int, right: Int)] = []
    let middle = leaf.places.lowerBound + counts.reduce(0, +)
    var next = (left: leaf.places.lowerBound, right: middle)
    for block in 0..<blocks {
      starts.append(next)
      next.left += counts[block]
      next.right += Self.places(block, leaf).count - counts[block]
    }
    let (from, to) = (leaf.copy, 1 - leaf.copy)
    let (orders, packed) = (orders, packed)
    let finalStarts = starts
    team.forEach(count: blocks) { block in
      let start = finalStarts[block]
      var (left, right) = (start.left, start.right)
      let (input, output) = (orders[from], orders[to])
      let (sums, movedSums) = (packed[from], packed[to])
      for place in Self.places(block, leaf) {
        let side = Int(sides[place])
        let target = side == 1 ? left : right
        output[target] = input[place]
        movedSums[target] = sums[place]
        left &+= side
        right &+= 1 &- side
      }
    }
    return (
      Leaf(places: leaf.places.lowerBound..<middle, copy: to),
      Leaf(places: middle..<leaf.places.upperBound, copy: to)
    )
  }

  private static func places(_ block: Int, _ leaf: Leaf) -> Range<Int> {
    let start = leaf.places.lowerBound + block * blockRows
    return start..<min(start + blockRows, leaf.places.upperBound)
  }

  /// Notes the side of each place and returns how many go left.
  private static func decide(
    _ places: Range<Int>,
    _ order: SharedRows<Int32>,
    _ words: SharedRows<UInt64>,
    _ shift: Int,
    _ goesLeft: [UInt8],
    _ sides: SharedRows<UInt8>
  ) -> Int {
    var count = 0
    let table = goesLeft.span
    let shift = UInt64(shift)
    for place in places {
      let bin = Int(words[Int(order[place])] &>> shift & 255)
      // The table has an entry for each byte.
      let side = unsafe table[unchecked: bin]
      sides[place] = side
      count &+= Int(side)
    }
    return count
  }
}
