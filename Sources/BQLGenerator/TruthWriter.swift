import Glibc

/// Writes what the log hides about each user: type, tastes, rates and dropout.
enum TruthWriter {
  static let header = Array(
    ("user_id,type,taste," + TasteProfile.allCases.map { "\($0)_share" }.joined(separator: ",")
      + ",price_level,arrival_time,dropout_time,dropout_cause,sessions_per_day,views_per_session,"
      + "propensity,orders_per_day,dropout_per_order\n").utf8
  )
  static let longestRow = 300

  private static let tasteNames = TasteProfile.allCases.map { Array("\($0)".utf8) }
  private static let typeNames = CustomerType.allCases.map { Array("\($0.name)".utf8) }
  private static let orderCause = Array("order".utf8)
  private static let lifetimeCause = Array("lifetime".utf8)

  /// Orders per view of a customer with propensity 1, all other factors as they come on average;
  /// found from generated logs.
  static let ordersPerView = 0.032

  /// Estimates a customer's orders a day while it stays.
  static func ordersPerDay(_ customer: Customer) -> Double {
    let traits = customer.type.traits
    let views = 1 + Double(customer.furtherViews)
    // Promotions are on in 7 % of the weeks; price levels scatter by about 0.9 around the wanted one.
    let promotion = 1 + 0.07 * (traits.promotionFactor - 1)
    let aversion = exp(0.5 * 0.81 * traits.priceAversion * traits.priceAversion)
    let perSession =
      views * Double(customer.propensity) * promotion * aversion * ordersPerView
    return Double(customer.sessionsPerDay) * perSession / (1 + 0.35 * perSession)
  }

  /// Writes a row and returns the position after it.
  ///
  /// A dropout at or after `endSecond` is not one that the log could show: both cells stay blank.
  static func write(
    _ customer: Customer,
    index: UInt32,
    endSecond: Int,
    using writer: inout RowWriter,
    to bytes: inout MutableSpan<UInt8>,
    at start: Int
  ) -> Int {
    let number = UInt64(UserIdentity.number(ofCustomer: index))
    var position = RowWriter.writeInteger(number, to: &bytes, at: start)
    comma(&bytes, &position)
    let typeName = typeNames[Int(customer.type.rawValue)]
    position = RowWriter.copy(typeName.span, to: &bytes, at: position)
    comma(&bytes, &position)
    let main =
      TasteProfile.allCases.max { customer.tasteShare($0) < customer.tasteShare($1) } ?? .tech
    let tasteName = tasteNames[main.rawValue]
    position = RowWriter.copy(tasteName.span, to: &bytes, at: position)
    for taste in TasteProfile.allCases {
      number6(customer.tasteShare(taste), &bytes, &position)
    }
    number6(Double(customer.priceLevel), &bytes, &position)
    comma(&bytes, &position)
    position = writer.writeTime(customer.arrival, to: &bytes, at: position)
    comma(&bytes, &position)
    let hasLeft = Int(customer.dropout) < endSecond
    if hasLeft { position = writer.writeTime(customer.dropout, to: &bytes, at: position) }
    comma(&bytes, &position)
    if hasLeft {
      let cause = customer.isDroppedByOrder ? orderCause : lifetimeCause
      position = RowWriter.copy(cause.span, to: &bytes, at: position)
    }
    number6(Double(customer.sessionsPerDay), &bytes, &position)
    number6(1 + Double(customer.furtherViews), &bytes, &position)
    number6(Double(customer.propensity), &bytes, &position)
    number6(ordersPerDay(customer), &bytes, &position)
    number6(Double(customer.dropoutPerOrder), &bytes, &position)
    bytes[position] = UInt8(ascii: "\n")
    return position + 1
  }

  private static func comma(_ bytes: inout MutableSpan<UInt8>, _ position: inout Int) {
    bytes[position] = UInt8(ascii: ",")
    position += 1
  }

  /// Writes a comma and a number with six decimals.
  private static func number6(
    _ value: Double,
    _ bytes: inout MutableSpan<UInt8>,
    _ position: inout Int
  ) {
    comma(&bytes, &position)
    let scaled = (value.magnitude * 1_000_000).rounded()
    if value < 0, scaled > 0 {
      bytes[position] = UInt8(ascii: "-")
      position += 1
    }
    position = RowWriter.writeDecimal(UInt64(scaled), places: 6, to: &bytes, at: position)
  }
}
