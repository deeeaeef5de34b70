package import BQLColumnar

/// Asks how often an event happens in each cell of its dimensions: hour by weekday.
package struct HeatmapPlan: Sendable {
  /// Names a dimension whose values are known before any row is read.
  package enum Clock: Hashable, Sendable {
    /// 0…23.
    case hour
    /// 1 = Monday…7.
    case weekday

    /// The values, ascending.
    package var values: ClosedRange<Int> {
      switch self {
      case .hour: 0...23
      case .weekday: 1...7
      }
    }
  }

  package var behavior: BehaviorPlan
  package var of: EventSelection
  /// The dimensions, where all of them are bare `hour` and `weekday` of TIME: every cell then has
  /// a row.
  package var clocks: [Clock]?

  package var schema: Schema {
    Schema(
      behavior.dimensionFields + [
        Field("events", .int), Field(behavior.countName, .int), Field("share", .float),
        Field("rate", .float),
      ]
    )
  }

  /// The question in words, one line.
  var title: String {
    (["heatmap \(behavior.logName): \(of.label)"] + behavior.titles + behavior.periodTitles)
      .joined(separator: ", ")
  }
}
