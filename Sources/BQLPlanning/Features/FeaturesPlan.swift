package import BQLColumnar
import BQLFunctions
import BQLStorage

/// Asks for a set of features of each user, at one time or at several.
package struct FeaturesPlan: Sendable {
  /// Says up to when features look, and how far behind that targets do.
  package struct Snapshot: Hashable, Sendable {
    /// 0 = the newest.
    package var step: Int
    /// Features use events at or before it; microseconds.
    package var cutoff: Int64
    /// Targets use events behind the cutoff up to here; nil where the set has no targets.
    package var horizonEnd: Int64?

    package init(step: Int, cutoff: Int64, horizonEnd: Int64? = nil) {
      self.step = step
      self.cutoff = cutoff
      self.horizonEnd = horizonEnd
    }
  }

  /// Says what profit is, and what an offer to a customer costs and brings.
  package struct Campaign: Hashable, Sendable {
    /// The share of revenue that is profit.
    package var margin = 0.2
    /// The offer's cost, in the money of the log.
    package var offer = 20.0
    /// The expected chance that the offer keeps a churner: the mean of Beta(2.042, 202.116).
    package var keep = 2.042 / (2.042 + 202.116)
    /// The expected chance that a customer who stays takes the offer: the mean of Beta(6.12, 3.15).
    package var accept = 6.12 / (6.12 + 3.15)

    package init() {}
  }

  /// Its unit makes the sessions: a column's values, or visits.
  package var behavior: BehaviorPlan
  package var set: FeatureSet
  /// The newest first.
  package var snapshots: [Snapshot]
  /// What recency is measured to, microseconds.
  package var recencyEnd: Int64
  /// The log's first instant, from which its weeks are counted.
  package var logStart: Int64
  package var campaign: Campaign
  /// Users with fewer sessions with a purchase in the whole log have no row.
  package var minimumPurchases: Int
  /// Whether NULLs take the values that the dictionary names.
  package var isFilled: Bool
  /// What is returned of each user, in order, each with its reach in time; those that nothing reads
  /// are pruned away.
  package var columns: [Feature]
  /// Whether notes say of which users and times the rows are; what reads them may say it better.
  package var tellsOfRows = true

  package init(
    behavior: BehaviorPlan,
    set: FeatureSet,
    snapshots: [Snapshot],
    recencyEnd: Int64,
    logStart: Int64,
    campaign: Campaign = Campaign(),
    minimumPurchases: Int = 0,
    isFilled: Bool = true
  ) {
    self.behavior = behavior
    self.set = set
    self.snapshots = snapshots
    self.recencyEnd = recencyEnd
    self.logStart = logStart
    self.campaign = campaign
    self.minimumPurchases = minimumPurchases
    self.isFilled = isFilled
    columns = set.features
  }

  package var schema: Schema {
    let user = behavior.log.roles[.user].map { behavior.log.schema[$0].type } ?? .int
    return Schema(columns.map { Field($0.name, $0.type ?? user) })
  }

  /// The last instant whose rows are read: the newest cutoff or horizon's end; nil where all rows
  /// are, to count the sessions with a purchase.
  var lastInstant: Int64? {
    minimumPurchases > 0 ? nil : snapshots.map { $0.horizonEnd ?? $0.cutoff }.max() ?? .min
  }

  /// The question in words, one line.
  var title: String {
    func time(_ instant: Int64) -> String {
      ValueText.text(timestamp: instant, in: behavior.timeZone)
    }
    var parts = ["features \(behavior.logName): \(set.rawValue)"]
    let isWhole = columns.count == set.features.count
    let names = columns.map(\.name)
    let shown = isWhole ? "all" : names.prefix(12).joined(separator: ", ")
    parts.append("[\(shown)\(!isWhole && names.count > 12 ? ", …" : "")]")
    if let newest = snapshots.first {
      parts.append("up to \(time(newest.cutoff))")
      if let end = newest.horizonEnd { parts.append("targets up to \(time(end))") }
    }
    if snapshots.count > 1 { parts.append("\(snapshots.count) snapshots") }
    if minimumPurchases > 0 { parts.append("at least \(minimumPurchases) purchases") }
    if !isFilled { parts.append("unfilled") }
    return (parts + behavior.titles).joined(separator: ", ")
  }
}
