extension Formatter {
  static func print(_ features: FeaturesStatement) -> String {
    var parts = ["FEATURES"]
    if let using = features.using { parts.append("USING " + print(using)) }
    if let asOf = features.asOf { parts.append("AS OF " + print(asOf)) }
    if let snapshots = features.snapshots { parts.append("SNAPSHOTS \(snapshots.value)") }
    if let horizon = features.horizon { parts.append("HORIZON " + print(horizon.value)) }
    if let margin = features.margin { parts.append("MARGIN " + print(margin)) }
    if let offer = features.offer { parts.append("OFFER " + print(offer)) }
    if let keep = features.keep { parts.append("KEEP " + print(keep)) }
    if let accept = features.accept { parts.append("ACCEPT " + print(accept)) }
    if let count = features.minimumPurchases { parts.append("MINIMUM \(count.value) PURCHASES") }
    if let gaps = features.gaps { parts.append(gaps.value.rawValue) }
    return (parts + leadingClauses(features.behavior)).joined(separator: " ")
  }

  static func print(_ chance: OfferChance) -> String {
    switch chance {
    case .share(let share): print(share)
    case .beta(let a, let b): "BETA (\(print(a)), \(print(b)))"
    }
  }
}
