/// Names what happens in an event.
enum EventKind: UInt8 {
  case view
  case cart
  case removal
  case purchase
}

/// Holds an event until it is written; 24 bytes.
struct ShopEvent {
  /// Seconds since the start of the log.
  let second: Int32
  /// The customer's index.
  let customer: UInt32
  /// The number of the session among the customer's, from 0.
  let session: UInt32
  /// The product's index.
  let product: UInt32
  let cents: UInt32
  let kind: EventKind
}
