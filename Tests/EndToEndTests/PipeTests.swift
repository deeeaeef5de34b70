import Glibc
import Testing

/// Scripts, pipes, files and exit codes.
@Suite struct PipeTests {
  @Test func aPipeGetsDataAlone() throws {
    let shop = try SmallShop()
    let run = try Program.run([
      shop.log, "-c", "SELECT event_type, price FROM events WHERE user_id = 1",
    ])
    #expect(run.output == "event_type,price\nview,10.50\ncart,10.50\npurchase,10.50\n")
    #expect(run.errors.contains("6 rows"), "the report goes to standard error")
    #expect(!run.errors.contains("\u{1B}"))
    #expect(run.status == 0)
  }

  @Test func funnelAsCSV() throws {
    let shop = try SmallShop()
    let run = try Program.run([
      shop.log, "--quiet", "-c",
      "SELECT step, users, median_time FROM (FUNNEL view, cart, purchase)",
    ])
    #expect(run.output == "step,users,median_time\nview,3,\ncart,2,20\npurchase,1,50\n")
    #expect(run.errors == "")
  }

  @Test func statementsComeFromStandardInput() throws {
    let run = try Program.run([], input: "SELECT 1 AS n; SELECT 2 AS n;")
    #expect(run.output == "n\n1\n\nn\n2\n")
    #expect(run.status == 0)
  }

  @Test func dataComeFromStandardInput() throws {
    for arguments in [
      ["-", "-c", "SELECT count(*) AS n FROM events", "--quiet"],
      ["-c", "LOAD '-'; SELECT count(*) AS n FROM events", "--quiet"],
    ] {
      let run = try Program.run(arguments, input: SmallShop.csv)
      #expect(run.output == "n\n6\n", "\(run.errors)")
    }
  }

  @Test func aPipeCanBeLoadedAgain() throws {
    let run = try Program.run(
      ["-c", "LOAD '-'; LOAD '-' AS TABLE t; SELECT count(*) AS n FROM t", "--quiet"],
      input: SmallShop.csv
    )
    #expect(run.output == "n\n6\n", "\(run.errors)")
    #expect(run.status == 0)
  }

  @Test func formats() throws {
    let question = "SELECT 1 AS n, 'a' AS t; SELECT 2 AS n, 'b' AS t"
    for (format, expected) in [
      ("csv", "n,t\n1,a\n\nn,t\n2,b\n"), ("tsv", "n\tt\n1\ta\n\nn\tt\n2\tb\n"),
      ("json", "[\n{\"n\":1,\"t\":\"a\"}\n]\n[\n{\"n\":2,\"t\":\"b\"}\n]\n"),
      ("ndjson", "{\"n\":1,\"t\":\"a\"}\n{\"n\":2,\"t\":\"b\"}\n"),
      ("table", " n │ t\n───┼───\n 1 │ a\n\n n │ t\n───┼───\n 2 │ b\n"),
    ] {
      #expect(try Program.run(["-c", question, "--format", format]).output == expected)
    }
  }

  @Test func aClosedPipeEndsQuietly() throws {
    let shop = try SmallShop()
    shop.write("views.csv", SmallShop.views(20_000))
    let process = try SpawnedProcess(
      BuiltProgram.path,
      [shop.path("views.csv"), "--quiet", "-c", "SELECT * FROM events"]
    )
    process.closeInput()
    #expect(process.readOutput(10).hasPrefix("event_time"))
    process.closeOutput()
    let run = try process.finish()
    #expect(run.status == 0)
    #expect(run.errors == "")
  }

  @Test func aFullDeviceIsAnError() throws {
    let run = try Program.run(["-c", "SELECT 1 INTO '/dev/full'"])
    #expect(run.status != 0)
    let shell = try SpawnedProcess(
      "/bin/sh",
      ["-c", "'\(BuiltProgram.path)' -c 'SELECT 1' > /dev/full"]
    )
    shell.closeInput()
    let full = try shell.finish()
    #expect(full.status == 3)
    #expect(full.errors.hasPrefix("error[B0307]: no space is left"), "\(full.errors)")
  }

  @Test func exitCodes() throws {
    let shop = try SmallShop()
    for (statement, status, code) in [
      ("SELECT nothing FROM events", Int32(1), "B0202"),
      ("SELECT 1 FROM nowhere", 1, "B0201"),
      ("ASSERT 1 = 2", 1, "B0404"),
      ("SELEC 1", 2, "B0101"),
      ("LOAD 'missing.csv'", 3, "B0301"),
    ] {
      let run = try Program.run([shop.log, "--quiet", "-c", statement])
      #expect(run.status == status, "\(statement)")
      #expect(run.errors.hasPrefix("error[\(code)]: "), "\(run.errors)")
      #expect(run.output == "")
    }
    #expect(try Program.run(["-f", shop.path("missing.bq")]).status == 3)
    #expect(try Program.run([shop.path("missing.csv"), "-c", "SELECT 1"]).status == 3)
  }

  @Test func aScriptStopsAtItsFirstError() throws {
    let run = try Program.run(["-c", "SELECT 1 AS n; SELECT x; SELECT 2 AS n"])
    #expect(run.output == "n\n1\n")
    #expect(run.status == 1)
  }

  @Test func nothingRunsWhereAScriptHasAMistake() throws {
    let shop = try SmallShop()
    shop.write("bad.bq", "SELECT 1;\nSELEC 2;\nSELECT FROM;\n")
    let run = try Program.run(["-c", "SELECT 1", shop.path("bad.bq")])
    #expect(run.output == "")
    #expect(run.status == 2)
    #expect(run.errors.contains("bad.bq:2:1"), "\(run.errors)")
    #expect(run.errors.contains("bad.bq:3:"), "\(run.errors)")
  }

  @Test func errorsAsJSONLines() throws {
    let run = try Program.run(["--errors", "json", "-c", "SELEC 1; SELEC 2"])
    #expect(run.status == 2)
    #expect(run.errorLines.count == 2)
    for line in run.errorLines {
      #expect(line.hasPrefix("{\"code\":\"B0101\"") && line.hasSuffix("}"), "\(line)")
    }
  }

  @Test func unknownEventsOfferTheNearest() throws {
    let shop = try SmallShop()
    let run = try Program.run([shop.log, "--quiet", "-c", "FUNNEL view, purchse"])
    #expect(run.status == 1)
    #expect(run.errors.contains("did you mean 'purchase'?"), "\(run.errors)")
  }

  @Test func metaDescribesEachResult() throws {
    let run = try Program.run(["--meta", "json", "-c", "SELECT 1 AS n, 'a' AS t"])
    let expected =
      #"{"columns":[{"name":"n","type":"int"},{"name":"t","type":"text"}],"rows":1,"notes":["#
    #expect(run.errors.hasPrefix(expected), "\(run.errors)")
    #expect(run.output == "n,t\n1,a\n")
  }

  @Test func scriptsAreExecutable() throws {
    let shop = try SmallShop()
    shop.write(
      "weekly.bq",
      "#!\(BuiltProgram.path)\nSELECT count(*) AS n FROM events;\n",
      mode: 0o700
    )
    let process = try SpawnedProcess(shop.path("weekly.bq"), [shop.log, "--quiet"])
    process.closeInput()
    let run = try process.finish()
    #expect(run.output == "n\n6\n", "\(run.errors)")
  }

  @Test func resultsGoIntoFiles() throws {
    let shop = try SmallShop()
    let run = try Program.run(["-c", "SELECT 1 AS n INTO 'out.csv'"], folder: shop.folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "")
    #expect(shop.read("out.csv") == "n\n1\n")
    let missing = try Program.run(["-c", "SELECT 1 AS n INTO 'none/out.csv'"], folder: shop.folder)
    #expect(missing.status == 3)
    #expect(missing.errors.hasPrefix("error[B0307]: "), "\(missing.errors)")
  }

  /// An Arrow stream goes from one process to the next; a log comes through whole.
  @Test func arrowGoesThroughPipes() throws {
    let shop = try SmallShop()
    let bql = "'\(BuiltProgram.path)' --quiet"
    let process = try SpawnedProcess(
      "/bin/sh",
      [
        "-c",
        "\(bql) '\(shop.log)' --format arrow -c 'SELECT * FROM events' | \(bql) - "
          + "-c 'SELECT count(*) AS n FROM events; SELECT count(*) AS n FROM events'",
      ]
    )
    process.closeInput()
    let run = try process.finish()
    #expect(run.output == "n\n6\n\nn\n6\n", "\(run.errors)")
    let into =
      "SELECT 1 AS n INTO 'n.arrow'; FROM 'n.arrow'; SELECT 2 AS n INTO 'n.arrows'; FROM 'n.arrows'"
    let files = try Program.run(["--quiet", "-c", into], folder: shop.folder)
    #expect(files.output == "n\n1\n\nn\n2\n", "\(files.errors)")
  }

  @Test func helpIsData() throws {
    let run = try Program.run(["-c", "HELP"])
    #expect(run.output.contains("FUNNEL"))
    #expect(run.errors == "")
  }

  @Test func controlCEndsAScript() throws {
    let process = try SpawnedProcess(BuiltProgram.path, ["-", "-c", "SELECT 1", "--quiet"])
    process.send(SmallShop.header)
    usleep(300_000)
    process.send(signal: SIGINT)
    usleep(300_000)
    process.closeInput()
    let run = try process.finish()
    #expect(run.status == 130)
    #expect(run.output == "")
    #expect(run.errors == "interrupted\n")
  }

  @Test func binaryScriptsAreRefused() throws {
    let shop = try SmallShop()
    shop.write("binary.bq", "SELECT 1\u{0};")
    let run = try Program.run([shop.path("binary.bq")])
    #expect(run.status == 2)
    #expect(run.errors.contains("is no script"), "\(run.errors)")
  }
}
