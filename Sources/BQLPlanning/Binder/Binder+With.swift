import BQLColumnar
import BQLSyntax

extension Binder {
  /// Binds the queries of WITH, each of which may name those before it, then runs `body`.
  mutating func binding<Result>(
    _ tables: [CommonTable],
    _ body: (inout Binder) -> Result?
  ) -> Result? {
    let outer = commonTables
    defer { commonTables = outer }
    var names: Set<String> = []
    var isWhole = true
    for table in tables {
      guard names.insert(table.name.name.lowercased()).inserted else {
        return fail(
          .nameTaken,
          "WITH names '\(table.name.name)' twice",
          at: table.name.range
        )
      }
      // A query of WITH sees no row around it.
      let frames = outerFrames
      outerFrames = []
      let bound = bind(table.query).map(LogicalPlan.init)
      outerFrames = frames
      guard var plan = bound else {
        isWhole = false
        continue
      }
      if !table.columns.isEmpty {
        guard let named = renaming(plan, table.columns, at: table.name.range) else { return nil }
        plan = named
      }
      commonTables.append(WithQuery(name: table.name.name, plan: plan))
    }
    return isWhole ? body(&self) : nil
  }

  /// Finds a query of WITH; the innermost goes first.
  func commonTable(named name: String) -> WithQuery? {
    commonTables.last { $0.name.lowercased() == name.lowercased() }
  }
}
