/// Holds how far rows of one mask go: a run, then those that share their instant with rows of other
/// masks.
struct MatchRun {
  /// Rows of one mask, taken in their order.
  var rows: Range<Int>
  /// Rows of one instant, some of which differ; empty where the run ends between instants.
  var instant: Range<Int>

  /// Finds the run at `row`; with `ordersTies` rows of one instant may stand in any order.
  // Inlined, it makes the compiler (6.3.1) crash over the lifetimes of Spans.
  @inline(never)
  init<Mask: FixedWidthInteger, Time: FixedWidthInteger>(
    from row: Int,
    to end: Int,
    _ masks: Span<Mask>,
    _ times: Span<Time>,
    ordersTies: Bool
  ) {
    let mask = masks[row]
    var runEnd = row &+ 1
    while runEnd < end {
      if masks[runEnd] != mask { break }
      runEnd &+= 1
    }
    var instantEnd = runEnd
    if ordersTies {
      if runEnd < end {
        let time = times[runEnd]
        if times[runEnd &- 1] == time {
          while runEnd > row {
            if times[runEnd &- 1] != time { break }
            runEnd &-= 1
          }
          while instantEnd < end {
            if times[instantEnd] != time { break }
            instantEnd &+= 1
          }
        }
      }
    }
    rows = row..<runEnd
    instant = runEnd..<instantEnd
  }
}
