import BQLColumnar
import BQLStorage

/// Matches a funnel over the rows of an event log, morsel by morsel.
///
/// Morsels are independent: threads take them in any order, each into an accumulator of its own,
/// and the accumulators are combined in morsel order, so that the result has the same bits at any
/// thread count and any cut into morsels (sums of Double VALUEs may differ in the last bits
/// between cuts). A funnel with a ``FunnelSpecification/rankingPass`` runs twice:
///
/// ```swift
/// var ranking: FunnelGroupRanking?
/// if let pass = specification.rankingPass {
///   ranking = …FunnelAccumulator of FunnelKernel(pass) over all morsels….ranking(top: n)
///   // every input of the second pass: input.groups = input.groups?.mapped(by: ranking.map)
/// }
/// let result = …FunnelAccumulator of FunnelKernel(specification)….finish(ranking: ranking)
/// ```
package struct FunnelKernel: Sendable {
  package let specification: FunnelSpecification
  /// Whether to answer by the general scan alone; tests hold the fast path to it.
  package var avoidsFastPath = false

  package init(_ specification: FunnelSpecification) {
    self.specification = specification
  }

  /// Adds the chains of a morsel to `accumulator`.
  package func update(_ accumulator: inout FunnelAccumulator, with input: FunnelInput) {
    scan(input, into: &accumulator)
  }

  /// Returns the chains of a morsel: user by user, unit by unit, the unit's own chain of each
  /// window, then, under ATTRIBUTE EACH, those of each group in the order of its first step-1 row.
  package func chains(of input: FunnelInput) -> [FunnelChain] {
    var list = FunnelChainList()
    scan(input, into: &list)
    return list.chains
  }

  private func scan(_ input: FunnelInput, into sink: inout some FunnelChainSink) {
    precondition(
      input.filter.map { $0.count == input.morsel.rows.count } ?? true,
      "a filter has a byte for each row of its morsel"
    )
    switch input.steps {
    case .codes8(let codes, let masks):
      codes.withSpan { scan($0, base: 0, table: masks, input, into: &sink) }
    case .codes16(let codes, let masks):
      codes.withSpan { scan($0, base: 0, table: masks, input, into: &sink) }
    case .rows(let masks):
      precondition(masks.count == input.morsel.rows.count, "one mask for each row of a morsel")
      scan(masks.span, base: input.morsel.rows.lowerBound, table: nil, input, into: &sink)
    }
  }

  /// Whether the scan of the everyday funnel answers for `input`.
  package func takesFastPath(_ input: FunnelInput) -> Bool {
    guard !avoidsFastPath, case .codes8(_, let masks) = input.steps else { return false }
    return FunnelScan(specification, input, codeBase: 0, table: masks).quietCode != nil
  }

  private func scanSingleSteps(
    _ scan: inout FunnelScan,
    _ quiet: UInt8,
    _ codes: Span<UInt8>,
    _ input: FunnelInput,
    into sink: inout some FunnelChainSink
  ) {
    input.userOffsets.withSpan { offsets in
      switch input.times {
      case .int32(let times, _):
        times.withSpan { scan.runSingleSteps(quiet: quiet, codes, $0, offsets, into: &sink) }
      case .int64(let times, _):
        times.withSpan { scan.runSingleSteps(quiet: quiet, codes, $0, offsets, into: &sink) }
      }
    }
  }

  private func scan<Code: FixedWidthInteger & Sendable>(
    _ codes: Span<Code>,
    base: Int,
    table: [UInt32]?,
    _ input: FunnelInput,
    into sink: inout some FunnelChainSink
  ) {
    var scan = FunnelScan(specification, input, codeBase: base, table: table)
    if !avoidsFastPath, Code.self == UInt8.self, case .codes8(let codes, _) = input.steps,
      let quiet = scan.quietCode
    {
      codes.withSpan { scanSingleSteps(&scan, quiet, $0, input, into: &sink) }
      return
    }
    switch input.times {
    case .int32(let times, _):
      times.withSpan { times in
        input.userOffsets.withSpan { scan.run(codes, times, $0, into: &sink) }
      }
    case .int64(let times, _):
      times.withSpan { times in
        input.userOffsets.withSpan { scan.run(codes, times, $0, into: &sink) }
      }
    }
  }
}
