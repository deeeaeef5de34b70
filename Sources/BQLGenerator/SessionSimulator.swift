import Glibc

/// Plays customers' sessions: what is viewed, carted, removed and bought, and when.
///
/// The overall rates aim at the electronics store that REES46 published: of 885,129 rows 793,748
/// are views (90 %), 54,035 carts (6 %) and 37,346 purchases (4 %). What raises a chance multiplies
/// it: customer, category, brand, price level, promotion, weekday, and looking at a product again.
/// The chances below were found by generating logs; that a third of the purchases have no earlier
/// cart and a few have no view follows the multi-category logs of the same publisher.
struct SessionSimulator {
  private static let cartChance = 0.052
  private static let directPurchaseChance = 0.0090
  private static let checkoutChance = 0.44
  private static let removalChance = 0.11
  private static let revisitChance = 0.20
  private static let revisitFactor = 1.8
  private static let duplicateChance = 0.000_9
  private static let zeroPriceChance = 0.000_4
  private static let maximumViews = 250

  private let seed: UInt64
  private let rhythm: WeeklyRhythm
  private let assortment: Assortment

  // The session being played.
  private var random = RandomStream(seed: 0, index: 0, part: 0)
  private var events: [ShopEvent] = []
  private var basket: [Int] = []
  private var clock = 0
  private var week = 0
  private var customerIndex: UInt32 = 0
  private var sessionNumber: UInt32 = 0
  private var hasOrder = false
  private var isPaused = false

  init(seed: UInt64, rhythm: WeeklyRhythm, assortment: Assortment) {
    self.seed = seed
    self.rhythm = rhythm
    self.assortment = assortment
  }

  /// Plays the session that starts at `customer.nextStart` and schedules the following one.
  ///
  /// Appends the session's events to `output`, in time order and none after the dropout.
  mutating func play(_ customer: inout Customer, index: UInt32, into output: inout [ShopEvent]) {
    random = RandomStream(
      seed: seed,
      index: UInt64(index),
      part: UInt64(customer.sessions) + 1
    )
    events.removeAll(keepingCapacity: true)
    basket.removeAll(keepingCapacity: true)
    clock = Int(customer.nextStart)
    week = clock / 604_800
    customerIndex = index
    sessionNumber = customer.sessions
    hasOrder = false
    isPaused = random.chance(0.012)
    browse(&customer)
    checkOut(&customer)

    if hasOrder, random.chance(Double(customer.dropoutPerOrder)) {
      customer.dropAfterOrder(at: Customer.clamp(Double(clock)))
    }
    for event in events where event.second <= customer.dropout { output.append(event) }
    customer.sessions += 1
    let wait = random.exponential() / Double(customer.sessionsPerDay) * 86_400
    let next = rhythm.second(atActivity: rhythm.activity(atSecond: Double(clock + 60)) + wait)
    customer.nextStart = Customer.clamp(next)
    if customer.nextStart > customer.dropout { customer.nextStart = Customer.never }
  }

  /// Plays the views with what follows from each of them.
  private mutating func browse(_ customer: inout Customer) {
    guard !resumeAbandoned(&customer) else { return }
    let traits = CustomerType.allTraits[Int(customer.type.rawValue)]
    let weekdayFactor = WeeklyRhythm.conversionByWeekday[rhythm.weekday(atSecond: clock)]
    let patience = Double(customer.furtherViews)
    let views = min(1 + random.geometric(mean: patience), Self.maximumViews)
    let home = assortment.drawLeaf(taste: customer.drawTaste(&random), &random)
    var leaf = home
    var product = 0
    for step in 0..<views {
      if step > 0 || !events.isEmpty { clock += viewGap() }
      let isRevisit = step > 0 && random.chance(Self.revisitChance)
      if !isRevisit {
        if step > 0, random.chance(0.22) {
          leaf =
            random.chance(0.4)
            ? home : assortment.drawLeaf(taste: customer.drawTaste(&random), &random)
        }
        product = assortment.drawProduct(
          leaf: leaf,
          priceLevel: Double(customer.priceLevel),
          &random
        )
      }
      let description = assortment.products[product]
      let offer = assortment.offer(product: product, week: week)
      let odds =
        Double(customer.propensity) * Double(description.conversion) * weekdayFactor
        * exp(-traits.priceAversion * (Double(description.level) - Double(customer.priceLevel)))
        * (offer.isPromotion ? traits.promotionFactor : 1) * (isRevisit ? Self.revisitFactor : 1)
      react(to: product, odds: odds, isFirst: step == 0)
    }
  }

  /// Plays a view and perhaps a cart, a removal or an immediate order.
  private mutating func react(to product: Int, odds: Double, isFirst: Bool) {
    let choice = random.uniform()
    let cart = min(Self.cartChance * odds, 0.6)
    let direct = min(Self.directPurchaseChance * odds, 0.2)
    // Some carts come from lists and searches, without the product's page.
    if choice >= cart || isFirst || !random.chance(0.05) { emit(.view, product) }
    if choice < cart {
      clock += shortGap()
      emit(.cart, product)
      if random.chance(Self.removalChance) {
        clock += shortGap()
        emit(.removal, product)
      } else if !basket.contains(product) {
        basket.append(product)
      }
    } else if choice < cart + direct {
      clock += orderGap()
      order([product])
    }
  }

  /// Buys, or forgets, the product that an earlier session left in the cart, and tells whether that
  /// was all that the customer came for.
  private mutating func resumeAbandoned(_ customer: inout Customer) -> Bool {
    guard customer.abandoned != Customer.noProduct else { return false }
    let product = Int(customer.abandoned)
    customer.abandoned = Customer.noProduct
    let choice = random.uniform()
    if choice < 0.2 {
      if random.chance(0.7) {
        emit(.view, product)
        clock += orderGap()
      }
      order([product])
      return random.chance(0.4)
    }
    if choice < 0.25 { emit(.removal, product) }
    return false
  }

  /// Ends a session with carted products: an order, or something left for the next time.
  private mutating func checkOut(_ customer: inout Customer) {
    guard let last = basket.last else { return }
    if random.chance(Self.checkoutChance) {
      clock += orderGap()
      order(basket)
    } else if random.chance(0.1) {
      clock += shortGap()
      emit(.removal, last)
    } else {
      customer.abandoned = UInt32(last)
    }
  }

  /// Writes an order: its purchases follow each other within seconds.
  private mutating func order(_ items: [Int]) {
    hasOrder = true
    for (position, product) in items.enumerated() {
      if position > 0 { clock += random.below(2) }
      emit(.purchase, product)
    }
    // Something small to go with it, without a view of its own.
    if let first = items.first, random.chance(0.13) {
      clock += random.below(3)
      let leaf = Int(assortment.products[first].leaf)
      let extra = assortment.drawProduct(leaf: leaf, priceLevel: -1, &random)
      if !items.contains(extra) { emit(.purchase, extra) }
    }
  }

  private mutating func emit(_ kind: EventKind, _ product: Int) {
    var cents = assortment.offer(product: product, week: week).cents
    if kind != .purchase, kind != .removal, random.chance(Self.zeroPriceChance) { cents = 0 }
    let event = ShopEvent(
      second: Customer.clamp(Double(clock)),
      customer: customerIndex,
      session: sessionNumber,
      product: UInt32(product),
      cents: cents,
      kind: kind
    )
    events.append(event)
    if random.chance(Self.duplicateChance) { events.append(event) }
  }

  /// Draws the seconds to the next view: lognormal with a median of 38 seconds, as reading times
  /// are; few sessions are paused for hours or days and keep their id.
  private mutating func viewGap() -> Int {
    if isPaused, random.chance(0.35) {
      return Int(min(random.logNormal(median: 14_000, sigma: 1.7), 4_000_000))
    }
    return 1 + Int(min(random.logNormal(median: 38, sigma: 1.05), 1_700))
  }

  /// Draws the seconds from a view to the cart; sometimes none.
  private mutating func shortGap() -> Int {
    random.chance(0.04) ? 0 : Int(min(random.logNormal(median: 11, sigma: 0.9), 900))
  }

  /// Draws the seconds that a checkout takes.
  private mutating func orderGap() -> Int {
    Int(min(random.logNormal(median: 65, sigma: 0.8), 1_700))
  }
}
