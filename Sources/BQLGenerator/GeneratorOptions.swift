/// Says how large a generated shop log is, which days it covers, and from which seed it grows.
package struct GeneratorOptions: Sendable {
  /// How many customers have at least one event in the log.
  package var users: Int
  /// The first day of the log, in days since 1970-01-01.
  package var fromDay: Int
  /// The day after the last one, in days since 1970-01-01.
  package var toDay: Int
  /// The seed; equal options give equal bytes.
  package var seed: UInt64
  /// Over how many days from ``fromDay`` new customers arrive; `nil` is the whole period.
  ///
  /// With a fixed number, a longer period only continues a shorter one: the log up to a day is then
  /// a prefix of every longer log, so that the future can be generated after a forecast was made.
  package var arrivalDays: Int?

  /// Makes options; the defaults give about 200,000 events over seven months.
  package init(
    users: Int = 10_000,
    fromDay: Int = 18_170,
    toDay: Int = 18_383,
    seed: UInt64 = 1,
    arrivalDays: Int? = nil
  ) {
    self.users = users
    self.fromDay = fromDay
    self.toDay = toDay
    self.seed = seed
    self.arrivalDays = arrivalDays
  }

  /// The number of users that a log can have at most.
  package static let maximumUsers = 50_000_000
  /// The number of days that a log can cover at most; seconds since its start fit 32 bits.
  package static let maximumDays = 20_000
  /// The days whose years have four digits: 0001-01-01 to 9999-12-31.
  package static let validDays = -719_162...2_932_896

  /// The number of days covered.
  var days: Int { toDay - fromDay }

  /// Checks that a log can be made.
  ///
  /// - Throws: The first ``GeneratorError`` found.
  package func validate() throws(GeneratorError) {
    guard users > 0 else { throw .tooFewUsers(users) }
    guard users <= Self.maximumUsers else { throw .tooManyUsers(users) }
    for day in [fromDay, toDay] where !Self.validDays.contains(day) { throw .dayOutOfRange(day) }
    guard toDay > fromDay else { throw .emptyPeriod(fromDay: fromDay, toDay: toDay) }
    guard days <= Self.maximumDays else { throw .periodTooLong(days: days) }
    if let arrivalDays, !(1...days).contains(arrivalDays) {
      throw .arrivalDaysOutOfRange(arrivalDays, periodDays: days)
    }
  }
}
