import BQLPlanning

/// Numbers the places of all features of a user in one list of numbers.
enum FeatureValues {
  private static let ratios = SessionStatistic.allCases.count * SessionVectors.laneCount
  static let periods = ratios + FeatureRatio.allCases.count
  private static let customer =
    periods + PeriodMeasure.allCases.count * PeriodTerm.allCases.count
  static let targets = customer + CustomerMeasure.allCases.count
  static let count = targets + FeatureTarget.allCases.count

  /// Where a feature stands; nil for those that are no number of the user's.
  static func place(of kind: Feature.Kind) -> Int? {
    switch kind {
    case .row, .user, .snapshot: nil
    case .statistic(let measure, let statistic): place(measure, statistic)
    case .ratio(let ratio): place(ratio)
    case .period(let measure, let term):
      periods + index(measure) * PeriodTerm.allCases.count + index(term)
    case .customer(let measure): place(measure)
    case .target(let target): place(target)
    }
  }

  static func place(_ measure: SessionMeasure, _ statistic: SessionStatistic) -> Int {
    statistic.place * SessionVectors.laneCount + measure.place
  }

  static func place(_ ratio: FeatureRatio) -> Int { ratios + index(ratio) }

  static func place(_ measure: CustomerMeasure) -> Int { customer + index(measure) }

  static func place(_ target: FeatureTarget) -> Int { targets + index(target) }

  private static func index<Case: CaseIterable & Equatable>(_ element: Case) -> Int {
    Array(Case.allCases).firstIndex(of: element) ?? 0
  }
}
