import BQLColumnar
import BQLStorage

/// Lends the partitions of a log to be written: those of one in memory, or each made when its turn
/// comes, so that the whole need not fit into memory.
struct LogSource: Sendable {
  let name: String
  let schema: Schema
  let roles: RoleBinding
  let partitionCount: Int
  /// How many digits the money of each column needs at most; 0 for what is no money.
  let digits: [Int]
  let partition: @Sendable (Int) throws(StoreError) -> Partition

  /// Lends a log in memory.
  init(_ log: EventLog, threads: Int) {
    name = log.name
    schema = log.schema
    roles = log.roles
    partitionCount = log.partitions.count
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
    digits = Self.digits(of: logs, merge.schema, threads: threads)
    partition = { (index) throws(StoreError) in
      do throws(MergeError) {
        return finish(index, try merge.partition(index))
      } catch {
        throw .unfit(log: name, error)
      }
    }
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
        columns[$0].type == .decimal ? ArrowColumn.digits(columns[$0]) : 0
      }
      return digits.max() ?? 0
    }
  }
}
