import BQLColumnar

/// Tells what the orders are worth that end short and long waits.
///
/// Four bands cut the waits of all who converted at their quartiles, so that the bands of groups can
/// be compared; where many waits are equal, bands differ in size, and some may be empty.
struct TimingBands {
  private let units: TimingUnits
  /// The longest wait of each band but the last.
  private let limits: [Int64]

  init(_ units: TimingUnits) {
    self.units = units
    let delays = units.times.indices.filter { units.converted[$0] }.map { units.times[$0] }
    limits = Quantile.linear(delays.span, at: [0.25, 0.5, 0.75]).compactMap { $0 }
  }

  /// Returns a row for each band that holds some of the units at `places`.
  func rows(_ places: [Int32]) -> [[Value]] {
    var bands = [[Int]](repeating: [], count: limits.count + 1)
    for place in places where units.converted[Int(place)] {
      let time = units.times[Int(place)]
      bands[limits.firstIndex { time <= $0 } ?? limits.count].append(Int(place))
    }
    return bands.enumerated().filter { !$0.element.isEmpty }.map { number, places in
      var value = MoneySum()
      var (priced, followed, repeated) = (0, 0, 0)
      for place in places {
        let outcome = units.outcomes[place]
        value += outcome.value
        priced += outcome.value.count > 0 ? 1 : 0
        guard outcome.isFollowed else { continue }
        followed += 1
        repeated += outcome.isRepeated ? 1 : 0
      }
      let times = places.map { units.times[$0] }
      return [
        .int(Int64(number + 1)), .interval(times.min() ?? 0), .interval(times.max() ?? 0),
        .int(Int64(places.count)),
        priced == 0 ? .null : .float((value.money ?? 0) / Double(priced)),
        .int(Int64(followed)), .int(Int64(repeated)),
        followed == 0 ? .null : .float(Double(repeated) / Double(followed)),
      ]
    }
  }

  /// The rank correlation of wait and order value over all who converted with a price.
  var correlation: RankCorrelation? {
    let places = units.times.indices.filter {
      units.converted[$0] && units.outcomes[$0].value.count > 0
    }
    return RankCorrelation(
      places.map { units.times[$0] },
      places.map { Self.rankKey(units.outcomes[$0].value) }
    )
  }

  /// A number that orders as the money does.
  private static func rankKey(_ sum: MoneySum) -> Int64 {
    if sum.float == 0 { return Int64(clamping: sum.hundredths) }
    let bits = Int64(bitPattern: (sum.money ?? 0).bitPattern)
    return bits < 0 ? Int64.min &- bits : bits
  }
}
