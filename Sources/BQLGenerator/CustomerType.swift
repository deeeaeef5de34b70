/// Names the hidden types of customers.
///
/// Within a type, session rates are gamma and dropout chances per order are beta, which makes orders
/// a BG/NBD process; lifetimes are exponential with gamma rates, as in Pareto/NBD, so that those who
/// never buy leave as well. Sources: P. S. Fader, B. G. S. Hardie, K. L. Lee, *Marketing Science*
/// 24(2), 2005, doi:10.1287/mksc.1040.0098; D. C. Schmittlein, D. G. Morrison, R. Colombo,
/// *Management Science* 33(1), 1987, doi:10.1287/mnsc.33.1.1.
package enum CustomerType: UInt8, CaseIterable {
  case visitor
  case browser
  case bargain
  case regular
  case loyal

  /// The name written to the truth file.
  package var name: StaticString {
    switch self {
    case .visitor: "visitor"
    case .browser: "browser"
    case .bargain: "bargain"
    case .regular: "regular"
    case .loyal: "loyal"
    }
  }

  /// Share of the type among all customers.
  package var share: Double { traits.share }

  /// Collects the numbers that make a type.
  package struct Traits {
    let share: Double
    /// Mean and gamma shape of sessions a day.
    let sessionsPerDay: Double
    let sessionShape: Double
    /// Median of the expected number of further views after a session's first.
    let furtherViews: Double
    /// Median factor on every chance of a cart or a purchase.
    let propensity: Double
    /// Beta parameters of the chance to leave for good after an order.
    let dropoutA: Double
    let dropoutB: Double
    /// Mean of the lifetime in days for the type's average hazard.
    let lifetimeDays: Double
    /// How strongly a high price level deters, and a promotion attracts.
    let priceAversion: Double
    let promotionFactor: Double
  }

  /// The numbers of the type.
  package var traits: Traits {
    switch self {
    case .visitor:
      Traits(
        share: 0.44,
        sessionsPerDay: 0.021,
        sessionShape: 0.8,
        furtherViews: 1.9,
        propensity: 0.45,
        dropoutA: 2.2,
        dropoutB: 2.2,
        lifetimeDays: 50,
        priceAversion: 0.20,
        promotionFactor: 1.4
      )
    case .browser:
      Traits(
        share: 0.20,
        sessionsPerDay: 0.065,
        sessionShape: 0.7,
        furtherViews: 4.6,
        propensity: 0.32,
        dropoutA: 1.4,
        dropoutB: 3.0,
        lifetimeDays: 120,
        priceAversion: 0.15,
        promotionFactor: 1.3
      )
    case .bargain:
      Traits(
        share: 0.15,
        sessionsPerDay: 0.053,
        sessionShape: 0.9,
        furtherViews: 3.2,
        propensity: 0.85,
        dropoutA: 1.2,
        dropoutB: 3.2,
        lifetimeDays: 150,
        priceAversion: 0.55,
        promotionFactor: 2.6
      )
    case .regular:
      Traits(
        share: 0.15,
        sessionsPerDay: 0.047,
        sessionShape: 1.1,
        furtherViews: 2.2,
        propensity: 1.70,
        dropoutA: 0.9,
        dropoutB: 3.6,
        lifetimeDays: 260,
        priceAversion: 0.20,
        promotionFactor: 1.5
      )
    case .loyal:
      Traits(
        share: 0.06,
        sessionsPerDay: 0.100,
        sessionShape: 1.4,
        furtherViews: 2.0,
        propensity: 2.60,
        dropoutA: 0.6,
        dropoutB: 6.4,
        lifetimeDays: 500,
        priceAversion: 0.10,
        promotionFactor: 1.2
      )
    }
  }

  /// All traits by raw value, looked up once a session.
  package static let allTraits: [Traits] = allCases.map(\.traits)
}
