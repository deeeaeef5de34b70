import BQLColumnar
import BQLSyntax

extension Optimizer {
  /// Computes what several expressions of a node have in common once, in a projection below it.
  ///
  /// Only what every row computes anyway is taken: a part that stands behind a condition alone may
  /// fail on rows that never reach it.
  static let sharedExpressions = OptimizerRule(name: "shared_expressions") { plan in
    share(plan)
  }

  /// Expressions that one node may share, so that planning ends soon.
  private static let sharedLimit = 16

  private static func share(_ plan: LogicalPlan) -> LogicalPlan {
    var plan = plan.mapInputs(share)
    let input: LogicalPlan
    switch plan {
    case .project(let below, _): input = below
    case .aggregate(let aggregate): input = aggregate.input
    case .scan, .values, .filter, .window, .distinct, .sort, .limit, .union, .join, .with,
      .replicate, .summarize, .correlate, .model, .behavior:
      return plan
    }
    let schema = input.schema
    var shared: [NamedExpression] = []
    while shared.count < sharedLimit, let part = repeatedPart(of: plan, width: schema.count) {
      let place = BoundExpression(
        .column(schema.count + shared.count),
        part.type,
        range: part.range
      )
      plan = plan.mapExpressions { $0.replacing(part, by: place) }
      shared.append(NamedExpression("shared \(shared.count + 1)", part))
    }
    guard !shared.isEmpty else { return plan }
    let own = schema.fields.enumerated().map { index, field in
      let column = BoundExpression(.column(index), field.type, range: SourceRange(0, 0))
      return NamedExpression(field.name, column)
    }
    return plan.mapInputs { _ in .project(input, own + shared) }
  }

  /// The largest part that the node's expressions hold twice or more; nil where there is none.
  private static func repeatedPart(of plan: LogicalPlan, width: Int) -> BoundExpression? {
    var uses = PartUses(width: width)
    switch plan {
    case .project(_, let items):
      for item in items { uses.add(item.expression, isConditional: false) }
    case .aggregate(let aggregate):
      for key in aggregate.keys { uses.add(key.expression, isConditional: false) }
      for (_, call) in aggregate.aggregates {
        if let filter = call.filter { uses.add(filter, isConditional: false) }
        for argument in call.arguments {
          uses.add(argument, isConditional: call.filter != nil)
        }
      }
    default: return nil
    }
    return uses.largest
  }
}

/// Counts how often parts of a node's expressions occur, and whether every row computes them.
private struct PartUses {
  /// The columns of the node's input; those behind are shared already.
  let width: Int
  /// In order of first appearance, so that the choice is the same every time.
  private var parts: [BoundExpression] = []
  private var uses: [BoundExpression: (count: Int, isCertain: Bool)] = [:]

  init(width: Int) {
    self.width = width
  }

  /// Expressions with more parts are left as they are.
  private static let sizeLimit = 512

  mutating func add(_ expression: BoundExpression, isConditional: Bool) {
    guard !expression.isLarger(than: Self.sizeLimit) else { return }
    visit(expression, isConditional)
  }

  private mutating func visit(_ part: BoundExpression, _ isConditional: Bool) {
    if isWorthSharing(part) {
      if uses[part] == nil { parts.append(part) }
      let known = uses[part] ?? (0, false)
      uses[part] = (known.count + 1, known.isCertain || !isConditional)
    }
    let children = part.children
    for (index, child) in children.enumerated() {
      let isBehindAnother: Bool =
        switch part.kind {
        case .and, .or, .conditional, .inList: index > 0
        default: false
        }
      visit(child, isConditional || isBehindAnother)
    }
  }

  private func isWorthSharing(_ part: BoundExpression) -> Bool {
    switch part.kind {
    case .call, .cast, .conditional: break
    default: return false
    }
    let columns = part.columns
    guard !columns.isEmpty, columns.allSatisfy({ $0 < width }), !part.holdsQuery else {
      return false
    }
    // What reads one text column is computed once an entry of its dictionary anyway.
    return !(columns.count == 1 && part.readsTextAlone)
  }

  var largest: BoundExpression? {
    var best: (part: BoundExpression, size: Int)?
    for part in parts {
      guard let use = uses[part], use.count > 1, use.isCertain else { continue }
      let size = part.size
      if size > best?.size ?? 0 { best = (part, size) }
    }
    return best?.part
  }
}

extension BoundExpression {
  fileprivate var size: Int { children.reduce(1) { $0 + $1.size } }

  /// Whether every column in it is a text.
  fileprivate var readsTextAlone: Bool {
    if case .column = kind { return type == .text }
    return children.allSatisfy(\.readsTextAlone)
  }

  /// Returns the expression with every part that equals `part` replaced.
  fileprivate func replacing(
    _ part: BoundExpression,
    by other: BoundExpression
  ) -> BoundExpression {
    self == part ? other : mapChildren { $0.replacing(part, by: other) }
  }
}
