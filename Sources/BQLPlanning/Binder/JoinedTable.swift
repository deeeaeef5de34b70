import BQLColumnar
import BQLStorage

/// Holds one table of a join: how its own columns are named and where they stand.
struct JoinedTable: Sendable {
  /// Its columns as they are without the join.
  var scope: Scope
  /// The position of its first column among those of the join; past all of them where the join
  /// keeps none, as the right side of SEMI JOIN.
  var start: Int
  /// Its place among the tables of FROM, from the left.
  var number: Int

  /// Whether its columns may be named behind `name`.
  func isCalled(_ name: String) -> Bool {
    scope.columns.first?.qualifier?.lowercased() == name.lowercased()
  }
}

/// Gives positions to columns that have no place yet while expressions are bound.
enum ProvisionalColumn {
  /// Attributes of the users of one table of a join, by the table's number.
  private static let attributes = 1 << 40
  /// Values of queries that depend on the row.
  private static let correlated = 1 << 41
  /// Attributes that one table may have.
  private static let attributeLimit = 1 << 20

  static func attribute(_ slot: Int, ofTable number: Int) -> Int {
    attributes + number * attributeLimit + slot
  }

  static func correlated(_ index: Int) -> Int { correlated + index }
}

/// Holds a plan with what became of the positions that expressions over it use.
struct PlacedPlan {
  var plan: LogicalPlan
  var map: [Int: Int] = [:]
}

extension Binder {
  /// Returns the tables of FROM with the attributes that were named behind the columns of theirs.
  func attachingJoined(to plan: LogicalPlan) -> PlacedPlan {
    guard case .join = plan else { return PlacedPlan(plan: attaching(to: plan)) }
    var number = 0
    return widened(plan, &number)
  }

  private func widened(_ plan: LogicalPlan, _ number: inout Int) -> PlacedPlan {
    guard case .join(var join) = plan else {
      defer { number += 1 }
      let width = plan.schema.count
      let wide = attaching(to: plan)
      var map = identity(width)
      for slot in 0..<wide.schema.count - width {
        map[ProvisionalColumn.attribute(slot, ofTable: number)] = width + slot
      }
      return PlacedPlan(plan: wide, map: map)
    }
    let oldWidth = join.left.schema.count
    let left = widened(join.left, &number)
    let right = widened(join.right, &number)
    let newWidth = left.plan.schema.count
    var map = left.map
    for (old, new) in right.map {
      map[old < join.right.schema.count ? old + oldWidth : old] = new + newWidth
    }
    join.left = left.plan
    join.right = right.plan
    join.condition = join.condition?.remapped(map)
    join.membership = join.membership?.remapped(map)
    switch join.kind {
    case .semi, .anti, .mark: return PlacedPlan(plan: .join(join), map: left.map)
    case .inner, .left, .single: return PlacedPlan(plan: .join(join), map: map)
    }
  }

  private func identity(_ count: Int) -> [Int: Int] {
    Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, $0) })
  }
}
