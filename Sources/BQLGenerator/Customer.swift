import Glibc

/// Keeps what a customer is and where its next session begins; 60 bytes.
///
/// Times are seconds since the start of the log.
struct Customer {
  /// Marks "no next session", "no dropout" and "no product".
  static let never = Int32.max
  static let noProduct = UInt32.max

  let type: CustomerType
  private(set) var isDroppedByOrder = false
  let arrival: Int32
  /// When the next session starts; ``never`` after the last one.
  var nextStart: Int32
  /// From when on there are no events; ``never`` if beyond any log.
  private(set) var dropout: Int32
  var sessions: UInt32 = 0
  /// A product left in the cart of an earlier session.
  var abandoned = Customer.noProduct
  let sessionsPerDay: Float
  let furtherViews: Float
  let propensity: Float
  let dropoutPerOrder: Float
  let priceLevel: Float
  /// Cumulative taste shares in 255ths, by ``TasteProfile``.
  private let tasteBounds: SIMD8<UInt8>

  /// Draws a customer from its own stream.
  init(index: Int, options: GeneratorOptions, rhythm: WeeklyRhythm) {
    var random = RandomStream(seed: options.seed, index: UInt64(index), part: 0)
    let type = Self.drawType(&random)
    let traits = type.traits
    let tastes = Self.drawTastes(&random)
    self.type = type
    tasteBounds = Self.bounds(of: tastes)
    priceLevel = Float(
      0.55 * random.normal()
        + TasteProfile.allCases.reduce(0) { $0 + tastes[$1.rawValue] * $1.priceShift }
    )
    let perDay =
      traits.sessionsPerDay / traits.sessionShape * random.gamma(shape: traits.sessionShape)
    sessionsPerDay = Float(max(perDay, 1e-5))
    furtherViews = Float(random.logNormal(median: traits.furtherViews, sigma: 0.55))
    propensity = Float(random.logNormal(median: traits.propensity, sigma: 0.5))
    dropoutPerOrder = Float(random.beta(traits.dropoutA, traits.dropoutB))
    let hazardPerDay = max(random.gamma(shape: 1.5) / 1.5 / traits.lifetimeDays, 1e-7)
    let lifetime = random.exponential() / hazardPerDay * 86_400
    let window = Self.drawFirstVisit(
      sessionsPerDay: perDay,
      days: options.arrivalDays ?? options.days,
      rhythm,
      &random
    )
    arrival = window.arrival
    nextStart = window.firstStart
    dropout = Self.clamp(Double(window.firstStart) + lifetime)
  }

  /// Ends the customer's activity at a second if an order made it leave before it would anyway.
  mutating func dropAfterOrder(at second: Int32) {
    guard second <= dropout else { return }
    dropout = second
    isDroppedByOrder = true
  }

  /// Draws the taste that leads a session or a change of category.
  func drawTaste(_ random: inout RandomStream) -> Int {
    let point = UInt8(random.below(255))
    var taste = 0
    while taste < TasteProfile.allCases.count - 1, point >= tasteBounds[taste] { taste += 1 }
    return taste
  }

  /// The customer's share of a taste, to a 255th.
  func tasteShare(_ taste: TasteProfile) -> Double {
    let lower = taste.rawValue == 0 ? 0 : tasteBounds[taste.rawValue - 1]
    return Double(tasteBounds[taste.rawValue] - lower) / 255
  }

  /// Converts seconds to 32 bits; what lies too far is ``never``.
  static func clamp(_ second: Double) -> Int32 {
    second < Double(never) ? Int32(second) : never
  }

  private static func drawType(_ random: inout RandomStream) -> CustomerType {
    var point = random.uniform()
    for type in CustomerType.allCases {
      point -= type.share
      if point < 0 { return type }
    }
    return .visitor
  }

  /// Draws taste shares from a Dirichlet distribution, as normalized gamma numbers.
  private static func drawTastes(_ random: inout RandomStream) -> [Double] {
    let parts = TasteProfile.allCases.map {
      random.gamma(shape: TasteProfile.concentration * $0.share)
    }
    let total = max(parts.reduce(0, +), .leastNormalMagnitude)
    return parts.map { $0 / total }
  }

  private static func bounds(of shares: [Double]) -> SIMD8<UInt8> {
    var bounds = SIMD8<UInt8>(repeating: 255)
    var sum = 0.0
    for (index, share) in shares.enumerated() {
      sum += share
      bounds[index] = UInt8(min((sum * 255).rounded(), 255))
    }
    return bounds
  }

  /// Draws arrival and first visit: 35 % are customers from the start, the others arrive evenly in
  /// activity time.
  ///
  /// Those who are there from the start are first seen after an exponential wait at their own rate
  /// (at least one in 20 days), cut off at the end of the arrival window, so that each customer has
  /// at least one event.
  private static func drawFirstVisit(
    sessionsPerDay: Double,
    days: Int,
    _ rhythm: WeeklyRhythm,
    _ random: inout RandomStream
  ) -> (arrival: Int32, firstStart: Int32) {
    let begin = rhythm.activity(atSecond: 0)
    let length = rhythm.activity(atSecond: Double(days) * 86_400) - begin
    let isOld = random.chance(0.35)
    var wait = random.uniform() * length
    if isOld {
      let rate = max(sessionsPerDay, 0.05) / 86_400
      wait = -log(1 - random.uniform() * (1 - exp(-rate * length))) / rate
    }
    let second = rhythm.second(atActivity: begin + min(wait, length))
    let first = Int32(min(max(second, 0), Double(days * 86_400 - 1)))
    return (isOld ? 0 : first, first)
  }
}
