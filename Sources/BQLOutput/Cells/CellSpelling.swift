import BQLColumnar

/// Says how one format spells a cell; the defaults are those of CSV.
protocol CellSpelling {
  func append(null type: DataType, to out: inout [UInt8])
  func append(text utf8: Span<UInt8>, to out: inout [UInt8])
  func append(float: Double, to out: inout [UInt8])
  func append(timestamp microseconds: Int64, in zone: TimeZone, to out: inout [UInt8])
  func append(date days: Int64, to out: inout [UInt8])
  func append(interval microseconds: Int64, to out: inout [UInt8])
}

extension CellSpelling {
  func append(null type: DataType, to out: inout [UInt8]) {}

  func append(float: Double, to out: inout [UInt8]) {
    ValueText.append(float: float, to: &out)
  }

  func append(timestamp microseconds: Int64, in zone: TimeZone, to out: inout [UInt8]) {
    ValueText.append(timestamp: microseconds, in: zone, to: &out)
  }

  func append(date days: Int64, to out: inout [UInt8]) {
    ValueText.append(date: days, to: &out)
  }

  func append(interval microseconds: Int64, to out: inout [UInt8]) {
    ValueText.append(interval: microseconds, style: .seconds, to: &out)
  }
}
