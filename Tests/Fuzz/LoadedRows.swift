import BQLColumnar
import BQLStorage

/// Names what LOAD makes of a file.
protocol LoadedRows {
  /// Draws how the file is asked for.
  static func kind(_ random: inout FuzzRandom) -> LoadRequest.Kind
  init(loading plan: LoadPlan) throws(LoadError)
  var report: LoadReport { get }
  func isSame(as twin: Self) -> Bool
}

/// Holds an event log.
struct LoadedLog: LoadedRows {
  private let log: EventLog
  var report: LoadReport { log.report }

  static func kind(_ random: inout FuzzRandom) -> LoadRequest.Kind {
    .log(
      roles: random.below(4) == 0 ? [(.user, "column1"), (.time, "column2")] : [],
      eventAliases: random.below(4) == 0 ? [("addtocart", "cart"), ("view", "cart")] : []
    )
  }

  init(loading plan: LoadPlan) throws(LoadError) { log = try plan.loadLog() }

  func isSame(as twin: LoadedLog) -> Bool { log.hasSameRows(as: twin.log, threads: 1) }
}

/// Holds a plain table.
struct LoadedTable: LoadedRows {
  private let table: Relation
  let report: LoadReport

  static func kind(_ random: inout FuzzRandom) -> LoadRequest.Kind { .table(key: nil) }

  init(loading plan: LoadPlan) throws(LoadError) {
    (table, report) = try plan.loadTable()
  }

  func isSame(as twin: LoadedTable) -> Bool { table.hasSameCells(as: twin.table) }
}

extension Relation {
  /// Whether another relation has the same columns and cells, NaN included, however its rows are cut
  /// into chunks.
  func hasSameCells(as other: Relation) -> Bool {
    guard schema == other.schema, rowCount == other.rowCount else { return false }
    return schema.fields.indices.allSatisfy { index in
      cells(of: index).elementsEqual(other.cells(of: index)) { cell, twin in
        if case .float(let float) = cell, case .float(let other) = twin {
          return float.bitPattern == other.bitPattern
        }
        return cell == twin
      }
    }
  }

  private func cells(of index: Int) -> some Sequence<Value> {
    chunks.lazy.flatMap { chunk in (0..<chunk.count).lazy.map { chunk.columns[index][$0] } }
  }
}
