import BQLColumnar
import BQLFunctions
import BQLSyntax

// ROWS, RANGE and GROUPS.
extension Binder {
  /// Binds a window's frame; without one, the rows up to the current one's equals where there is an
  /// order, else the whole partition.
  mutating func bindFrame(_ window: Window, _ order: [WindowOrder]) -> WindowFrame? {
    guard let frame = window.frame else { return order.isEmpty ? .whole : .running }
    if frame.unit == .groups, order.isEmpty {
      return fail(.badClause, "GROUPS needs ORDER BY: groups are of equal rows", at: frame.range)
    }
    guard checkOrder(of: frame) else { return nil }
    let start = bindBound(frame.start, frame, isStart: true, order)
    let end = bindBound(frame.end, frame, isStart: false, order)
    guard let start, let end else { return nil }
    return WindowFrame(unit: frame.unit, start: start, end: end)
  }

  /// Refuses frames that begin where they have ended.
  private mutating func checkOrder(of frame: Window.Frame) -> Bool {
    func rank(_ bound: Window.Frame.Bound) -> Int {
      switch bound {
      case .unboundedPreceding: 0
      case .preceding: 1
      case .currentRow: 2
      case .following: 3
      case .unboundedFollowing: 4
      }
    }
    if rank(frame.start) == 4 {
      return fail(
        .badClause,
        "a frame cannot begin with UNBOUNDED FOLLOWING",
        at: frame.range
      ) ?? false
    }
    if rank(frame.end) == 0 {
      return fail(.badClause, "a frame cannot end with UNBOUNDED PRECEDING", at: frame.range)
        ?? false
    }
    guard rank(frame.start) > rank(frame.end) else { return true }
    return fail(
      .badClause,
      "a frame ends before it begins",
      at: frame.range,
      hints: ["\(frame.unit.rawValue) BETWEEN the earlier bound AND the later one"]
    ) ?? false
  }

  private mutating func bindBound(
    _ bound: Window.Frame.Bound,
    _ frame: Window.Frame,
    isStart: Bool,
    _ order: [WindowOrder]
  ) -> WindowFrame.Bound? {
    switch bound {
    case .unboundedPreceding: return .unboundedPreceding
    case .currentRow: return .currentRow
    case .unboundedFollowing: return .unboundedFollowing
    case .preceding(let written):
      return bindDistance(written, frame, isOutward: isStart, order).map { .preceding($0) }
    case .following(let written):
      return bindDistance(written, frame, isOutward: !isStart, order).map { .following($0) }
    }
  }

  /// Binds how far a bound lies away; one that `isOutward` makes the frame larger.
  private mutating func bindDistance(
    _ written: Expression,
    _ frame: Window.Frame,
    isOutward: Bool,
    _ order: [WindowOrder]
  ) -> WindowFrame.Distance? {
    guard frame.unit == .range else {
      return bindConstant(written, as: .int, frame.unit).flatMap {
        whole($0, at: written.range)
      }
    }
    guard order.count == 1, let key = order.first?.expression else {
      return fail(
        .badClause,
        "RANGE with a distance needs ORDER BY with one key, found \(order.count)",
        at: written.range
      )
    }
    switch key.type {
    case .int, .decimal, .interval:
      return bindConstant(written, as: key.type, .range).flatMap { whole($0, at: written.range) }
    case .float:
      guard let value = bindConstant(written, as: .float, .range) else { return nil }
      guard case .float(let distance) = value, distance >= 0 else {
        return badDistance(at: written.range)
      }
      return .float(distance)
    case .timestamp, .date:
      if case .literal(.duration(let duration)) = written.kind, duration.months > 0 {
        return .months(duration.months)
      }
      guard let value = bindConstant(written, as: .interval, .range) else { return nil }
      guard case .interval(let distance) = value, distance >= 0 else {
        return badDistance(at: written.range)
      }
      guard key.type == .date else { return .whole(distance) }
      // Days are whole: those within the distance, or not nearer than it.
      let days = distance / Microseconds.perDay
      let isWhole = distance % Microseconds.perDay == 0
      return .whole(isWhole || isOutward ? days : days + 1)
    case .bool, .text:
      return fail(
        .badClause,
        "RANGE with a distance needs an ORDER BY key of number, time or interval, found "
          + key.type.rawValue,
        at: key.range,
        hints: ["ROWS counts rows, whatever their key"]
      )
    }
  }

  /// Binds a distance, which is one value for the whole statement.
  private mutating func bindConstant(
    _ written: Expression,
    as type: DataType,
    _ unit: Window.Frame.Unit
  ) -> Value? {
    let none = ExpressionContext(scope: Scope(columns: []), clause: "a frame", grouping: nil)
    guard let bound = attempt({ $0.bind(written, none) }), bound.folded.literal != nil else {
      // A column is not unknown, but out of place.
      return fail(
        .badClause,
        "a frame's distance must not depend on the row",
        at: written.range
      )
    }
    guard let value = coerce(bound.folded, to: type)?.literal else {
      let needed = unit == .range ? "here a distance of type \(type.rawValue)" : "a whole number"
      return fail(
        .typeMismatch,
        "\(unit.rawValue) needs \(needed), found \(bound.type.rawValue)",
        at: written.range,
        hints: type == .interval ? ["a span of time is written 7d or 7 DAYS"] : []
      )
    }
    if value.isNull {
      return fail(.badClause, "a frame's distance is NULL", at: written.range)
    }
    return value
  }

  private mutating func whole(_ value: Value, at range: SourceRange) -> WindowFrame.Distance? {
    guard let distance = value.storedInt, distance >= 0 else { return badDistance(at: range) }
    return .whole(distance)
  }

  private mutating func badDistance<T>(at range: SourceRange) -> T? {
    fail(
      .badClause,
      "a frame's distance is not negative",
      at: range,
      hints: ["PRECEDING and FOLLOWING say the direction"]
    )
  }
}
