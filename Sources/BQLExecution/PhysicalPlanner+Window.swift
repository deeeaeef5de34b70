import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLSyntax

extension PhysicalPlanner {
  /// Builds the operator of a window; expressions that several keys or calls name are computed once.
  func window(_ plan: WindowPlan, _ depth: Int) throws(ExecutionError) -> any Operator {
    var inputs = WindowInputs(schema: plan.input.schema, planner: self)
    var partition: [Int] = []
    for key in plan.window.partition { partition.append(try inputs.place(of: key)) }
    var order: [CompiledWindow.Key] = []
    for key in plan.window.order {
      // A key that is one value for all rows orders nothing.
      if key.expression.literal != nil { continue }
      order.append(
        CompiledWindow.Key(
          input: try inputs.place(of: key.expression),
          isDescending: key.isDescending,
          nullsFirst: key.nullsFirst
        )
      )
    }
    var calls: [WindowCall] = []
    for (_, call) in plan.window.calls {
      let frame = plan.window.order.isEmpty ? call.frame.withoutOrder : call.frame
      calls.append(try compile(call, frame, &inputs))
    }
    return WindowOperator(
      input: try self.plan(plan.input, depth: depth + 1),
      inputWidth: plan.input.schema.count,
      window: CompiledWindow(
        inputs: inputs.compiled,
        partition: partition,
        order: order,
        calls: calls
      )
    )
  }

  private func compile(
    _ call: BoundWindowCall,
    _ frame: WindowFrame,
    _ inputs: inout WindowInputs
  ) throws(ExecutionError) -> WindowCall {
    var value: Int?
    var ignoresNulls = false
    let function: WindowCall.Function
    switch call.function {
    case .ranking(.tile):
      function = .tile(try inputs.distance(call.arguments.first))
    case .ranking(let kind): function = .ranking(kind)
    case .row(let kind, let ignores):
      guard let first = call.arguments.first else {
        throw .internal("a window function of a value has none")
      }
      value = try inputs.place(of: first)
      ignoresNulls = ignores
      let second = call.arguments.dropFirst().first
      switch kind {
      case .lag, .lead:
        var otherwise: Int?
        if call.arguments.count > 2, call.arguments[2].literal != .null {
          otherwise = try inputs.place(of: call.arguments[2])
        }
        let distance = try second.map { second throws(ExecutionError) in
          try inputs.distance(second)
        }
        function = .offset(distance ?? .constant(1), isLead: kind == .lead, otherwise: otherwise)
      case .firstValue: function = .first
      case .lastValue: function = .last
      case .nthValue: function = .nth(try inputs.distance(second))
      case .rowNumber, .rank, .denseRank, .percentRank, .cumulativeDistribution, .tile:
        throw .internal("a ranking reads a value")
      }
    case .aggregate(let aggregate):
      let filter = try aggregate.filter.map { filter throws(ExecutionError) in
        try inputs.place(of: filter)
      }
      var arguments: [Int] = []
      for argument in aggregate.arguments {
        arguments.append(try inputs.place(of: argument, filter: filter))
      }
      function = .aggregate(
        WindowCall.Aggregate(
          overload: aggregate.overload,
          constants: aggregate.constants,
          arguments: arguments,
          filter: filter
        )
      )
    }
    return WindowCall(
      function: function,
      value: value,
      ignoresNulls: ignoresNulls,
      frame: frame,
      type: call.type,
      range: call.range
    )
  }
}

/// Collects the expressions that a window computes for each row.
private struct WindowInputs {
  let schema: Schema
  let planner: PhysicalPlanner
  private var expressions: [(expression: BoundExpression, filter: Int?)] = []
  private(set) var compiled: [CompiledWindow.Input] = []

  init(schema: Schema, planner: PhysicalPlanner) {
    self.schema = schema
    self.planner = planner
  }

  /// Returns the place of an expression; equal ones share one.
  mutating func place(
    of expression: BoundExpression,
    filter: Int? = nil
  ) throws(ExecutionError) -> Int {
    // A column is read as it is: a filter saves nothing.
    var filter = filter
    if case .column = expression.kind { filter = nil }
    let known = expressions.firstIndex { $0.expression == expression && $0.filter == filter }
    if let known { return known }
    let input = CompiledWindow.Input(
      expression: try planner.compile(expression, schema),
      filter: filter
    )
    expressions.append((expression, filter))
    compiled.append(input)
    return compiled.count - 1
  }

  mutating func distance(
    _ expression: BoundExpression?
  ) throws(ExecutionError) -> WindowCall.Distance {
    guard let expression else { throw .internal("a window function lacks an argument") }
    switch expression.folded.literal {
    case .int(let number): return .constant(number)
    case .null: return .null
    default: return .input(try place(of: expression))
    }
  }
}
