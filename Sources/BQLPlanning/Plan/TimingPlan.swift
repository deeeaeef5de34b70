package import BQLColumnar
import BQLStorage
import BQLSyntax

/// Asks how long units take from one event to another.
package struct TimingPlan: Sendable {
  /// Says what is told of the times.
  package enum Subject: Hashable, Sendable {
    case summary
    /// The curve, at these microseconds; where there are none, at each time of a conversion.
    case curve(at: [Int64])
    /// Whether groups convert alike: the log-rank test.
    case test
    /// What the orders that end the wait are worth, by bands of the wait; those who order again
    /// within `follow` microseconds.
    case delayBands(follow: Int64)
    /// What is bought in `follow` microseconds behind the landmark, by who has converted until
    /// then.
    case landmark(after: Int64, follow: Int64)
  }

  /// How long what follows is added up, where FOR does not say: 30 days.
  package static let defaultFollow: Int64 = 30 * 86_400 * 1_000_000

  package var behavior: BehaviorPlan
  package var start: EventSelection
  package var end: EventSelection
  /// The columns, over the log's schema, of which the end must hold a value that a start held.
  package var holding: [Int]
  package var subject: Subject
  /// Whether orders are counted: both events mean purchases alone.
  package var countsOrders: Bool

  package var schema: Schema {
    let count = Field(behavior.countName, .int)
    let own: [Field]
    switch subject {
    case .summary:
      own = [
        count, Field("converted", .int), Field("p25", .interval), Field("median", .interval),
        Field("p75", .interval), Field("last_time", .interval),
        Field("unconverted_share", .float), Field("unconverted_low", .float),
        Field("unconverted_high", .float),
      ]
    case .curve:
      own = [
        Field("time", .interval), Field("at_risk", .int), Field("converted", .int),
        Field("survival", .float), Field("survival_low", .float),
        Field("survival_high", .float),
      ]
    case .test:
      own = [
        count, Field("converted", .int), Field("expected", .float), Field("chi_squared", .float),
        Field("degrees", .int), Field("p_value", .float),
      ]
    case .delayBands:
      own = [
        Field("band", .int), Field("delay_from", .interval), Field("delay_to", .interval),
        count, Field("mean_order_value", .float), Field("followed", .int),
        Field("repeated", .int), Field("repeat_rate", .float),
      ]
    case .landmark:
      own = [
        Field("converted", .bool), count, Field("buyers", .int), Field("buyer_rate", .float),
        Field("orders", .int), Field("value", behavior.valueType ?? .float),
        Field("value_per_user", .float), Field("mean_order_value", .float),
      ]
    }
    return Schema(behavior.dimensionFields + own)
  }

  /// The question in words, one line.
  var title: String {
    var parts = ["timing \(behavior.logName): \(start.label) to \(end.label)"]
    if !holding.isEmpty {
      let names = holding.map { behavior.log.schema[$0].name }
      parts.append("holding \(names.joined(separator: ", "))")
    }
    func span(_ microseconds: Int64) -> String {
      Formatter.print(Duration(microseconds: microseconds))
    }
    switch subject {
    case .summary: break
    case .curve(let times):
      parts.append(times.isEmpty ? "curve" : "curve at \(times.map(span).joined(separator: ", "))")
    case .test: parts.append("log-rank test")
    case .delayBands(let follow): parts.append("against value for \(span(follow))")
    case .landmark(let after, let follow):
      parts.append("against value landmark \(span(after)) for \(span(follow))")
    }
    return (parts + behavior.titles + behavior.periodTitles).joined(separator: ", ")
  }
}
