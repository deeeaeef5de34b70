package import BQLColumnar

extension ScalarFunction.Overload {
  /// Returns the overload with a kernel that, in another zone than UTC, is shown what the wall clock
  /// shows; a timestamp that it returns is one of the wall clock too.
  func onWallClock() -> Self {
    let kernel = kernel
    return withZone { zone in
      { arguments, count throws(FunctionError) in
        let result = try kernel(arguments.map { $0.local(in: zone) }, count)
        return try result.instants(in: zone)
      }
    }
  }

  /// Returns the overload with a kernel for other zones than UTC.
  func withZone(_ zoned: @escaping @Sendable (TimeZone) -> ScalarFunction.Kernel) -> Self {
    Self(parameters, isVariadic: isVariadic, to: result, zoned: zoned, kernel: kernel)
  }
}

extension Column {
  /// Returns a column of timestamps with what the wall clock shows at each; any other as it is.
  package func local(in zone: TimeZone) -> Column {
    guard type == .timestamp, !zone.isUTC else { return self }
    return Column(.timestamp, ints: zone.locals(ints), validity: validity)
  }

  /// Returns a column of wall-clock times as instants; any other as it is.
  ///
  /// - Throws: ``FunctionError/overflow(_:)`` for an instant outside the years 0001…9999.
  package func instants(in zone: TimeZone) throws(FunctionError) -> Column {
    guard type == .timestamp, !zone.isUTC else { return self }
    let instants = zone.instants(ofLocals: ints)
    var isInside = true
    for instant in instants where !TimeLimits.timestamps.contains(instant) { isInside = false }
    if !isInside {
      for (row, instant) in instants.enumerated()
      where validity.isSet(row) && !TimeLimits.timestamps.contains(instant) {
        throw .overflow("a time in \(zone.name)")
      }
    }
    return Column(.timestamp, ints: instants, validity: validity)
  }
}
