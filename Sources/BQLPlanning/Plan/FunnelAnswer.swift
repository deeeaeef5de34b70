package import BQLColumnar
package import BQLSyntax

/// Says what a FUNNEL tells of its canonical chains.
package enum FunnelAnswer: Sendable {
  /// How many reach each step: a row a step.
  case steps
  /// How long they take: a row a pair of steps.
  case times
  /// How conversion changes: a row a period, the last of the plan's dimensions, with the funnel
  /// that only its step-1 rows start.
  case trend(CalendarGrain)
  /// How each group compares with the rest.
  case lift
  /// What the units that stop at each step were worth.
  case loss
  /// Who they are: a row a chain.
  case units(UnitSelection)
  /// How two groups differ; the plan's dimension is 0 for the first, 1 for the second, 2 for both
  /// and NULL for neither.
  case comparison(Comparison)
  /// Why one user counts or does not: a row a row of the user's.
  case trace(TracedUser)

  /// Whether groups are periods too.
  package var isTrend: Bool {
    if case .trend = self { true } else { false }
  }

  /// Names the user of a trace: the value, and where its rows stand.
  package struct TracedUser: Hashable, Sendable {
    package var value: Value
    package var partition: Int
    package var user: Int
  }

  /// Picks chains by the steps that they reach (1-based).
  package struct UnitSelection: Hashable, Sendable {
    /// A step that the chain has.
    package var reached: Int
    /// A step that it does not get to; nil asks for none.
    package var missing: Int?
  }
}
