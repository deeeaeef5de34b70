import BQLColumnar
import BQLStorage

/// Lends the partitions of a log to be written: those of one in memory, or each made when its turn
/// comes, so that the whole need not fit into memory.
struct LogSource: Sendable {
  let name: String
  let schema: Schema
  let roles: RoleBinding
  let partitionCount: Int
  /// The dictionary that a column has in all partitions; nil where each has its own, for numbers, and
  /// for what names users.
  let dictionaries: [CodeDictionary?]
  /// How many digits the money of each column needs at most; 0 for what is no money.
  let digits: [Int]
  let partition: @Sendable (Int) throws(StoreError) -> Partition

  /// Lends a log in memory.
  init(_ log: EventLog, threads: Int) {
    name = log.name
    schema = log.schema
    roles = log.roles
    partitionCount = log.partitions.count
    dictionaries = Self.dictionaries(roles, log.schema) { log.sharedDictionary(ofColumn: $0) }
    digits = Self.digits(of: [log], log.schema, threads: threads)
    partition = { (index) throws(StoreError) in log.partitions[index] }
  }

  /// Lends what logs make together; `finish` has a last say in each partition.
  init(
    _ merge: LogMerge,
    of logs: [EventLog],
    named name: String,
    threads: Int,
    finish: @escaping @Sendable (Int, LogMerge.Made) -> Partition = { $1.partition }
  ) {
    self.name = name
    schema = merge.schema
    roles = merge.roles
    partitionCount = merge.partitionCount
    dictionaries = Self.dictionaries(roles, schema) { merge.sharedDictionary(ofColumn: $0) }
    digits = Self.digits(of: logs, merge.schema, threads: threads)
    partition = { (index) throws(StoreError) in
      do throws(MergeError) {
        return finish(index, try merge.partition(index))
      } catch {
        throw .unfit(log: name, error)
      }
    }
  }

  /// What the codes of EVENT stand for, in their order; nothing where the log has none.
  var eventNames: [String] {
    roles[.event].flatMap { dictionaries[$0]?.texts.texts } ?? []
  }

  private static func dictionaries(
    _ roles: RoleBinding,
    _ schema: Schema,
    _ shared: (Int) -> CodeDictionary?
  ) -> [CodeDictionary?] {
    schema.fields.indices.map { $0 == roles[.user] ? nil : shared($0) }
  }

  private static func digits(of logs: [EventLog], _ schema: Schema, threads: Int) -> [Int] {
    schema.fields.map { field in
      guard field.type == .decimal else { return 0 }
      let columns = logs.flatMap { log in
        log.schema.index(named: field.name).map { place in
          log.partitions.map { $0.columns[place] }
        } ?? []
      }
      let digits = ParallelWork.map(count: columns.count, threads: threads) {
        switch columns[$0].type {
        case .decimal: ArrowColumn.digits(columns[$0])
        // Whole numbers that become money have four bytes at most.
        case .int: ArrowColumn.digits64
        default: 0
        }
      }
      return digits.max() ?? 0
    }
  }
}
