// swift-tools-version: 6.2
import PackageDescription

// `BQL_STRICT=1` (set in `.ci/run`) turns warnings into errors; without it a newer
// toolchain's new warnings do not break a newcomer's build.
let isStrict = Context.environment["BQL_STRICT"] == "1"

let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
  ] + (isStrict ? [.treatAllWarnings(as: .error)] : [])

/// One stage of the pipeline; `docs/development.md` lists them in order.
func stage(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(
  _ name: String,
  _ dependencies: [Target.Dependency],
  excluding: [String] = []
) -> Target {
  .testTarget(
    name: name,
    dependencies: dependencies,
    exclude: excluding,
    swiftSettings: settings
  )
}

/// Links the program so that it needs no Swift on the machine it runs on.
///
/// The argument parser uses FoundationEssentials, whose own parts the linker must be told; `lld`
/// links faster than the default linker and does not warn about functions never called here.
let staticLinking = [
  "-static-stdlib", "-use-ld=lld", "-l_FoundationCollections", "-l_FoundationCShims",
]

/// `BQL_LIBFUZZER=1` adds what only links with `-sanitize=fuzzer`; `docs/development.md` says how.
let libFuzzer: [Target] =
  Context.environment["BQL_LIBFUZZER"] != "1"
  ? []
  : [
    .target(name: "CLibFuzzer", path: "Tests/CLibFuzzer"),
    .executableTarget(
      name: "LibFuzzer",
      dependencies: ["CLibFuzzer", "Fuzz"],
      path: "Tests/LibFuzzer",
      swiftSettings: settings,
      linkerSettings: [.unsafeFlags(["-use-ld=lld"])]
    ),
  ]

let package = Package(
  name: "bql",
  products: [
    .library(name: "BehaviorQuery", targets: ["BehaviorQuery"]),
    .executable(name: "bql", targets: ["bql"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(
      name: "CLibEditSystem",
      path: "Sources/CLibEditSystem",
      pkgConfig: "libedit",
      providers: [.apt(["libedit-dev"])]
    ),
    .target(name: "CLibEdit", dependencies: ["CLibEditSystem"]),

    stage("BQLJSON"),
    stage("BQLSyntax", ["BQLJSON"]),
    .target(name: "CPrefetch"),
    .target(name: "CAllocator"),
    .target(name: "CMappedFiles"),
    .target(name: "CProcessors"),
    stage("BQLColumnar", ["CMappedFiles", "CProcessors"]),
    stage("BQLModels", ["BQLJSON", "BQLColumnar", "CPrefetch"]),
    stage("BQLFunctions", ["BQLColumnar"]),
    .target(name: "CDelimiterScan"),
    stage("BQLArrow", ["BQLColumnar"]),
    stage("BQLStorage", ["BQLColumnar", "BQLArrow", "CDelimiterScan"]),
    stage("BQLStore", ["BQLJSON", "BQLColumnar", "BQLArrow", "BQLStorage"]),
    stage("BQLPlanning", ["BQLSyntax", "BQLColumnar", "BQLFunctions", "BQLModels", "BQLStorage"]),
    stage(
      "BQLExecution",
      [
        "BQLSyntax", "BQLJSON", "BQLColumnar", "BQLFunctions", "BQLModels", "BQLStorage",
        "BQLPlanning", "CPrefetch",
      ]
    ),
    stage("BQLOutput", ["BQLJSON", "BQLColumnar", "BQLArrow"]),
    stage("BQLGenerator", ["BQLColumnar"]),
    stage(
      "BehaviorQuery",
      [
        "BQLJSON", "BQLSyntax", "BQLColumnar", "BQLFunctions", "BQLModels", "BQLStorage",
        "BQLStore", "BQLPlanning", "BQLExecution", "BQLOutput",
      ]
    ),
    .executableTarget(
      name: "bql",
      dependencies: [
        "BehaviorQuery", "BQLSyntax", "BQLJSON", "BQLColumnar", "BQLFunctions", "BQLStorage",
        "BQLOutput", "BQLGenerator", "CAllocator", "CLibEdit", "CMappedFiles",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings,
      linkerSettings: [.unsafeFlags(staticLinking, .when(platforms: [.linux]))]
    ),

    // Trains and explains models of plain tables, for comparisons with other libraries.
    .executableTarget(
      name: "ModelRunner",
      dependencies: ["BQLModels"],
      path: "Benchmarks/models",
      swiftSettings: settings
    ),
    // Feeds mutated inputs to the parts that read what others wrote.
    .target(
      name: "Fuzz",
      dependencies: [
        "BQLTestSupport", "BQLArrow", "BQLColumnar", "BQLStorage", "BQLStore", "BQLSyntax",
      ],
      path: "Tests/Fuzz",
      exclude: ["Corpus"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "FuzzRunner",
      dependencies: ["Fuzz"],
      path: "Tests/FuzzRunner",
      swiftSettings: settings
    ),
    .target(
      name: "BQLTestSupport",
      path: "Tests/BQLTestSupport",
      swiftSettings: settings
    ),
    tests("BQLOutputTests", ["BQLTestSupport", "BQLColumnar", "BQLOutput"]),
    tests("EndToEndTests", ["BQLTestSupport"]),
    tests("BQLGeneratorTests", ["BQLGenerator"]),
    tests(
      "ScriptTests",
      ["BehaviorQuery", "BQLColumnar", "BQLSyntax", "BQLOutput"],
      excluding: ["Scripts", "Data"]
    ),
    tests(
      "BehaviorQueryTests",
      [
        "BQLTestSupport", "BehaviorQuery", "BQLColumnar", "BQLFunctions", "BQLModels",
        "BQLPlanning", "BQLSyntax",
      ]
    ),
    tests("DocumentationTests", ["BehaviorQuery", "BQLFunctions", "BQLSyntax"]),
    tests("BQLArrowTests", ["BQLTestSupport", "BQLArrow", "BQLColumnar"]),
    tests(
      "BQLStorageTests",
      ["BQLTestSupport", "BQLArrow", "BQLColumnar", "BQLStorage", "CDelimiterScan"]
    ),
    tests(
      "BQLStoreTests",
      ["BQLTestSupport", "BQLStore", "BQLStorage", "BQLArrow", "BQLColumnar"]
    ),
    tests("BQLJSONTests", ["BQLTestSupport", "BQLJSON"]),
    tests("BQLSyntaxTests", ["BQLTestSupport", "BQLSyntax", "BQLJSON"]),
    tests(
      "BQLExecutionTests",
      [
        "BQLTestSupport", "BQLExecution", "BQLPlanning", "BQLStorage", "BQLFunctions", "BQLSyntax",
        "BQLColumnar",
      ]
    ),
    tests("BehaviorTests", ["BQLTestSupport", "BehaviorQuery", "BQLColumnar", "BQLSyntax"]),
    tests("TidyTests", []),
    tests("FuzzTests", ["Fuzz"]),
    tests("BQLColumnarTests", ["BQLTestSupport", "BQLColumnar"]),
    tests("BQLModelsTests", ["BQLTestSupport", "BQLJSON", "BQLModels", "BQLColumnar"]),
    tests("BQLFunctionsTests", ["BQLTestSupport", "BQLFunctions", "BQLColumnar"]),
  ] + libFuzzer,
  swiftLanguageModes: [.v6]
)
