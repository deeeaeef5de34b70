import BQLColumnar
import Glibc

/// Estimates how many have not yet converted with the Kaplan–Meier product-limit estimator.
///
/// `S(t) = Π_{tᵢ ≤ t} (1 − dᵢ / nᵢ)`: at time `tᵢ` `dᵢ` convert, and `nᵢ` were at risk, those who are
/// censored at that time among them. Intervals are Greenwood's at 95 %, on the scale of
/// log(−log S), so that they stay within 0…1; there is none where S is 0 or 1.
///
/// Sources: E. L. Kaplan, P. Meier, *JASA* 53(282), 1958, doi:10.1080/01621459.1958.10501452;
/// J. D. Kalbfleisch, R. L. Prentice, *The Statistical Analysis of Failure Time Data*, 2nd edition,
/// Wiley 2002, section 1.4.
package struct SurvivalCurve: Sendable {
  /// Holds what happens at one time.
  package struct Step: Sendable {
    package let time: Int64
    /// Those whose time is this or later.
    package let atRisk: Int
    package let converted: Int
    /// The share that has not converted behind this time.
    package let survival: Double
    /// Greenwood's sum `Σ d / (n (n − d))` so far; infinite where all at risk have converted.
    let greenwood: Double

    /// The interval of ``survival``, 0…1.
    package var interval: (low: Double, high: Double)? {
      guard survival > 0, survival < 1, greenwood.isFinite else { return nil }
      let logarithm = log(survival)
      let half = WilsonInterval.z95 * greenwood.squareRoot() / -logarithm
      return (exp(logarithm * exp(half)), exp(logarithm * exp(-half)))
    }
  }

  /// One step a time at which some convert, ascending.
  package let steps: [Step]
  package let count: Int
  package let convertedCount: Int
  /// The longest time, of a conversion or of a wait that goes on; nil for no units.
  package let lastTime: Int64?
  /// Each unit's time, doubled, and 1 more where it has not converted; ascending.
  let keys: [Int64]

  /// Estimates the curve of units; `times` are not negative, at most 2⁶², in any order.
  package init(_ times: [Int64], converted: [Bool]) {
    let keys = Self.sortedKeys(times.span, converted.span)
    self.keys = keys
    count = keys.count
    lastTime = keys.last.map { $0 >> 1 }
    var steps: [Step] = []
    // Between two times of censoring the factors telescope, so the curve is rounded once there.
    var base = 1.0
    var baseCount = keys.count
    var greenwood = 0.0
    var index = 0
    var convertedCount = 0
    while index < keys.count {
      let time = keys[index] >> 1
      let atRisk = keys.count - index
      var end = index
      while end < keys.count, keys[end] == time << 1 { end += 1 }
      let events = end - index
      while end < keys.count, keys[end] >> 1 == time { end += 1 }
      let left = atRisk - events
      if events > 0 {
        convertedCount += events
        greenwood += Double(events) / (Double(atRisk) * Double(left))
        steps.append(
          Step(
            time: time,
            atRisk: atRisk,
            converted: events,
            survival: base * Double(left) / Double(baseCount),
            greenwood: greenwood
          )
        )
      }
      if end - index > events {
        base = steps.last?.survival ?? 1
        baseCount = keys.count - end
      }
      index = end
    }
    self.steps = steps
    self.convertedCount = convertedCount
  }

  private static func sortedKeys(_ times: Span<Int64>, _ converted: Span<Bool>) -> [Int64] {
    // Logs of whole seconds have keys of fewer digits.
    var areSeconds = true
    for index in times.indices where times[index] % microsecondsPerSecond != 0 {
      areSeconds = false
      break
    }
    let unit = areSeconds ? microsecondsPerSecond : 1
    var keys = [Int64](capacity: times.count) { (output: inout OutputSpan<Int64>) in
      for index in times.indices {
        output.append((max(times[index], 0) / unit) &<< 1 | (converted[index] ? 0 : 1))
      }
    }
    RadixSort.sort(&keys)
    if areSeconds {
      for index in keys.indices {
        let isWaiting = keys[index] & 1
        keys[index] = ((keys[index] >> 1) &* unit) &<< 1 | isWaiting
      }
    }
    return keys
  }

  private static let microsecondsPerSecond: Int64 = 1_000_000

  /// Returns the first time at which a share of `share` (0…1) or more has converted; nil where the
  /// curve does not fall so far.
  package func time(ofShare share: Double) -> Int64? {
    // What is a fraction of small numbers may come out a last digit above it.
    let level = (1 - share) * (1 + 1e-12)
    var low = 0
    var high = steps.count
    while low < high {
      let middle = (low + high) / 2
      if steps[middle].survival > level { low = middle + 1 } else { high = middle }
    }
    return low < steps.count ? steps[low].time : nil
  }

  /// Returns the last step at `time` or before it; nil where there is none.
  package func step(at time: Int64) -> Step? {
    var low = 0
    var high = steps.count
    while low < high {
      let middle = (low + high) / 2
      if steps[middle].time <= time { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? steps[low - 1] : nil
  }

  /// Returns how many convert at `time` or before it.
  package func convertedCount(until time: Int64) -> Int {
    var count = 0
    for step in steps {
      if step.time > time { break }
      count += step.converted
    }
    return count
  }

  /// Returns how many are at risk at `time`: theirs is this or later.
  package func atRisk(at time: Int64) -> Int {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] >> 1 < time { low = middle + 1 } else { high = middle }
    }
    return keys.count - low
  }
}
