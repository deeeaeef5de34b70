/// Holds a sum of rounded first and second derivatives in one word, so that one addition adds both.
///
/// The upper 32 bits are the signed gradient, the lower 32 the hessian, which is never negative nor
/// as large as 2³¹. Sums of whole numbers are exact in any order: the same bits at any thread
/// count, and a parent less one child is the other.
struct PackedGradient: Hashable, Sendable {
  var bits: UInt64

  init(bits: UInt64) { self.bits = bits }

  var gradient: Double {
    @inline(__always) get { Double(Int32(truncatingIfNeeded: Int64(bitPattern: bits) >> 32)) }
  }

  var hessian: Int {
    @inline(__always) get { Int(truncatingIfNeeded: bits & 0xFFFF_FFFF) }
  }
}

/// Says what one unit of rounded gradients and hessians stands for.
struct GradientScale: Hashable, Sendable {
  /// Units a one.
  let gradient: Double
  let hessian: Double

  /// Chooses units so that no sum over `rows` rows leaves 31 bits.
  init(largestGradient: Double, largestHessian: Double, rows: Int, isConstantHessian: Bool) {
    let levels = Double(min(1 << 20, (Int(Int32.max) / max(rows, 1)) - 1))
    gradient = largestGradient > 0 ? levels / largestGradient : 1
    let hessianLevels = isConstantHessian ? 1 : levels
    hessian = largestHessian > 0 ? hessianLevels / largestHessian : 1
  }

  /// What the gain of a split in units is multiplied by.
  var gain: Double { hessian / (gradient * gradient) }
  /// What a leaf's answer in units is multiplied by.
  var output: Double { hessian / gradient }

  /// Rounds a row's derivatives, up or down at random so that the mean is kept.
  ///
  /// The draw depends on row and key alone.
  @inline(__always)
  func packed(_ gradient: Double, _ hessian: Double, row: Int32, key: UInt64) -> UInt64 {
    var z = (key &+ UInt64(UInt32(bitPattern: row))) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 31)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 29
    let first = Double(UInt32(truncatingIfNeeded: z)) * 0x1p-32 - 0.5
    let second = Double(UInt32(truncatingIfNeeded: z >> 32)) * 0x1p-32 - 0.5
    // Adding 1.5 · 2⁵² leaves the nearest whole number in the low bits.
    let g = (gradient * self.gradient + first + 0x1.8p52).bitPattern
    let h = (hessian * self.hessian + second + 0x1.8p52).bitPattern
    return g << 32 &+ (h & 0xFFFF_FFFF)
  }
}
