import BQLArrow
import BQLColumnar
import BQLStorage

extension Buffer {
  /// Returns what `transform` makes of each number.
  func map<Result>(_ transform: (Element) -> Result) -> [Result] {
    withSpan { numbers in
      [Result](capacity: numbers.count) { output in
        for index in numbers.indices { output.append(transform(numbers[index])) }
      }
    }
  }

  func flatMap<Result>(_ transform: (Element) -> [Result]) -> [Result] {
    withSpan { numbers in numbers.indices.flatMap { transform(numbers[$0]) } }
  }

  /// Returns number *i* as often as user *i* has rows.
  fileprivate func repeated(_ offsets: Buffer<Int32>) -> Buffer<Element> {
    withSpan { values in
      offsets.withSpan { offsets in
        Buffer(
          [Element](capacity: Int(offsets[offsets.count - 1])) { output in
            for user in values.indices {
              for _ in offsets[user]..<offsets[user + 1] { output.append(values[user]) }
            }
          }
        )
      }
    }
  }
}

extension StoredColumn {
  /// The column with one value a row, where it has one a user.
  var repeatingUsers: StoredColumn {
    guard case .perUser(let values, let offsets) = storage else { return self }
    let storage: Storage =
      switch values.storage {
      case .int8(let buffer): .int8(buffer.repeated(offsets))
      case .int16(let buffer): .int16(buffer.repeated(offsets))
      case .int32(let buffer): .int32(buffer.repeated(offsets))
      case .int64(let buffer): .int64(buffer.repeated(offsets))
      case .float(let buffer): .float(buffer.repeated(offsets))
      case .bool(let buffer): .bool(buffer.repeated(offsets))
      case .codes8(let buffer, let texts): .codes8(buffer.repeated(offsets), texts)
      case .codes16(let buffer, let texts): .codes16(buffer.repeated(offsets), texts)
      case .codes32(let buffer, let texts): .codes32(buffer.repeated(offsets), texts)
      case .perUser: preconditionFailure("values of users are stored one a user")
      }
    var bits: Bitmap?
    if let validity = values.validity {
      var repeated = Bitmap(repeating: false, count: count)
      offsets.withSpan { offsets in
        for user in 0..<values.count where validity[user] {
          for row in offsets[user]..<offsets[user + 1] { repeated[Int(row)] = true }
        }
      }
      bits = repeated
    }
    return StoredColumn(
      type: type,
      storage: storage,
      scale: values.scale,
      validity: bits,
      count: count
    )
  }

  /// Whole numbers as they are stored, and the bits of one.
  var integers: (bits: Int, array: ArrowArray) {
    guard scale == 1 else { return (64, ArrowArray(wide(scale), validity: validity)) }
    return switch storage {
    case .int8(let buffer): (8, ArrowArray(buffer, validity: validity))
    case .int16(let buffer): (16, ArrowArray(buffer, validity: validity))
    case .int32(let buffer): (32, ArrowArray(buffer, validity: validity))
    case .int64(let buffer): (64, ArrowArray(buffer, validity: validity))
    case .float, .bool, .codes8, .codes16, .codes32, .perUser:
      preconditionFailure("a column of whole numbers")
    }
  }

  /// Whole numbers in 64 bits, each `factor` times what is stored.
  func wide(_ factor: Int64) -> Buffer<Int64> {
    switch storage {
    case .int8(let buffer): Buffer(buffer.map { Int64($0) &* factor })
    case .int16(let buffer): Buffer(buffer.map { Int64($0) &* factor })
    case .int32(let buffer): Buffer(buffer.map { Int64($0) &* factor })
    case .int64(let buffer): factor == 1 ? buffer : Buffer(buffer.map { $0 &* factor })
    case .float, .bool, .codes8, .codes16, .codes32, .perUser:
      preconditionFailure("a column of whole numbers")
    }
  }

  /// Truth values, a bit each.
  var bits: [UInt64] {
    guard case .bool(let bytes) = storage else { preconditionFailure("a column of truth values") }
    var words = [UInt64](repeating: 0, count: (count + 63) >> 6)
    bytes.withSpan { bytes in
      for row in bytes.indices where bytes[row] != 0 {
        words[row >> 6] |= 1 &<< UInt64(row & 63)
      }
    }
    return words
  }

  /// Codes of texts as they are stored.
  var codes: (bits: Int, isSigned: Bool, array: ArrowArray) {
    switch storage {
    case .codes8(let buffer, _): (8, false, ArrowArray(buffer, validity: validity))
    case .codes16(let buffer, _): (16, false, ArrowArray(buffer, validity: validity))
    case .codes32(let buffer, _): (32, true, ArrowArray(buffer, validity: validity))
    case .int8, .int16, .int32, .int64, .float, .bool, .perUser:
      preconditionFailure("a column of texts")
    }
  }
}
