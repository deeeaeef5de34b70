package import BQLColumnar

/// Converts columns between types, as `CAST(x AS t)`, `x::t` and implicit casts do.
package enum Cast {
  /// What stands after `::`; the names PostgreSQL analysts type are understood.
  package static func type(named name: String) -> DataType? {
    switch name.lowercased() {
    case "bool", "boolean": .bool
    case "int", "integer", "bigint", "int8", "int64", "int4", "smallint": .int
    case "float", "double", "real", "float8", "float64": .float
    case "decimal", "numeric", "money": .decimal
    case "text", "varchar", "string", "char": .text
    case "timestamp", "timestamptz", "datetime": .timestamp
    case "date": .date
    case "interval": .interval
    default: nil
    }
  }

  /// Says at which cost an argument of type `source` may stand where `target` is wanted.
  ///
  /// nil where only an explicit cast converts. The binder sums costs to choose an overload.
  package static func implicitCost(from source: DataType, to target: DataType) -> Int? {
    switch (source, target) {
    case _ where source == target: 0
    case (.int, .decimal): 1
    case (.int, .float), (.decimal, .float): 2
    case (.date, .timestamp): 1
    default: nil
    }
  }
}
