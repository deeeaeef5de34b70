import BQLColumnar

/// Collects the window calls of a SELECT while its expressions are bound.
///
/// Their columns stand behind those of the input, whose number is known only when all is bound: till
/// then a call's column has a place far behind all others.
final class Windows: @unchecked Sendable {
  private(set) var groups: [BoundWindow] = []
  /// The numbers of each group's calls, in the order of their first appearance.
  private var numbers: [[Int]] = []
  private(set) var count = 0

  /// The place of call 0 until all is bound.
  private static let firstPlace = 1 << 42

  /// Returns the number of a call; equal calls share one.
  func number(
    of call: BoundWindowCall,
    named name: String,
    partition: [BoundExpression],
    order: [WindowOrder]
  ) -> Int {
    let known = groups.firstIndex { $0.partition == partition && $0.order == order }
    if known == nil {
      groups.append(BoundWindow(partition: partition, order: order, calls: []))
      numbers.append([])
    }
    let group = known ?? groups.count - 1
    if let same = groups[group].calls.firstIndex(where: { $0.call.isSame(as: call) }) {
      return numbers[group][same]
    }
    groups[group].calls.append((name, call))
    numbers[group].append(count)
    count += 1
    return count - 1
  }

  /// Returns the place of a call until all is bound.
  static func place(ofCall number: Int) -> Int { firstPlace + number }

  /// Whether an expression reads a call's column.
  static func isRead(by expression: BoundExpression) -> Bool {
    expression.columns.contains { $0 >= firstPlace }
  }

  /// Where calls stand behind `width` columns of the input: group by group.
  func places(behind width: Int) -> [Int: Int] {
    var map: [Int: Int] = [:]
    for number in numbers.joined() { map[Self.place(ofCall: number)] = width + map.count }
    return map
  }
}
