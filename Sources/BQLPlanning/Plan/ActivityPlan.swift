package import BQLColumnar
import BQLStorage
package import BQLSyntax

/// Asks which units are active in which period: LIFECYCLE, STICKINESS or ACTIVE.
package struct ActivityPlan: Sendable {
  /// Says what is told of the active units.
  package enum Subject: Sendable {
    /// Whether they are new, returning or back, and who has gone.
    case lifecycle
    /// In how many periods of `grain` they are active, in each period of `within`.
    case stickiness(within: CalendarGrain)
    /// How many there are in a day, a week and a month.
    case active
  }

  package var behavior: BehaviorPlan
  package var subject: Subject
  package var of: EventSelection
  package var grain: CalendarGrain

  package var schema: Schema {
    let fields = behavior.dimensionFields
    switch subject {
    case .lifecycle:
      let counts = ["new", "returning", "resurrecting", "dormant"]
      return Schema(fields + [Field("period", .date)] + counts.map { Field($0, .int) })
    case .stickiness:
      return Schema(
        fields + [
          Field("period", .date), Field("active_\(grain.name)s", .int),
          Field(behavior.countName, .int), Field("share", .float),
          Field("share_at_least", .float),
        ]
      )
    case .active:
      let count: DataType = grain == .day ? .int : .float
      let week: DataType = grain == .month ? .float : .int
      return Schema(
        fields + [
          Field("period", .date), Field("dau", count), Field("wau", week), Field("mau", .int),
          Field("dau_wau", .float), Field("dau_mau", .float), Field("wau_mau", .float),
        ]
      )
    }
  }

  /// The question in words, one line.
  var title: String {
    var parts: [String]
    switch subject {
    case .lifecycle: parts = ["lifecycle \(behavior.logName): \(of.label), every \(grain.name)"]
    case .stickiness(let within):
      parts = ["stickiness \(behavior.logName): \(of.label), every \(grain.name)"]
      parts.append("per \(within.name)")
    case .active: parts = ["active \(behavior.logName): \(of.label), every \(grain.name)"]
    }
    return (parts + behavior.titles + behavior.periodTitles).joined(separator: ", ")
  }
}
