import Testing

/// The words after `bql`: what they mean, and what is said about wrong ones.
@Suite struct CommandLineTests {
  @Test func versionAndHelp() throws {
    let version = try Program.run(["--version"])
    #expect(version.status == 0)
    #expect(version.output.hasPrefix("bql "))
    #expect(version.errors == "")
    for option in ["--help", "-h"] {
      let help = try Program.run([option])
      #expect(help.status == 0)
      for word in ["-c", "-f", "-p", "--format", "--errors", "--meta", "--threads", "--quiet"] {
        #expect(help.output.contains(word), "\(word)")
      }
      #expect(help.errors == "")
    }
  }

  @Test(arguments: [
    (["--fromat", "csv"], "B0902", "did you mean '--format'?"),
    (["--format", "xml"], "B0902", "formats: table, csv, tsv, json, ndjson, md, html"),
    (["--format", "parquet"], "B0900", "not implemented yet: the format 'parquet'"),
    (["--memory", "much"], "B0902", "--memory is an amount such as 512MB or 2GB, not 'much'"),
    (["--memory", "0GB"], "B0902", "not '0GB'"),
    (["shop.bqs", "other.bqs"], "B0902", "one store at a time"),
    (["--threads", "0"], "B0902", "from 1 to 1024"),
    (["--threads", "many"], "B0902", "'many'"),
    (["-p", "brand"], "B0902", "name=value"),
    (["--errors", "xml"], "B0902", "text or json"),
    (["--meta", "csv"], "B0902", "'csv'"),
    (["-c"], "B0902", "-c"),
    (["-"], "B0902", "standard input"),
    (["-", "-", "-c", "SELECT 1"], "B0902", "once"),
  ])
  func mistakes(arguments: [String], code: String, text: String) throws {
    let run = try Program.run(arguments)
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errors.hasPrefix("error[\(code)]: "), "\(run.errors)")
    #expect(run.errors.contains(text), "\(run.errors)")
  }

  @Test func mistakesPointAtTheWord() throws {
    #expect(
      try Program.run(["a.csv", "--fromat", "csv"]).errors == """
        error[B0902]: unknown option '--fromat'
         --> <command line>:1:11
          |
        1 | bql a.csv --fromat csv
          |           ^^^^^^^^
          = help: did you mean '--format'?

        """
    )
  }

  @Test func mistakesAsJSON() throws {
    for arguments in [
      ["--errors", "json", "--fromat", "csv"], ["--fromat", "csv", "--errors=json"],
    ] {
      let run = try Program.run(arguments)
      #expect(run.status == 2)
      #expect(run.errorLines.count == 1)
      #expect(run.errors.hasPrefix("{\"code\":\"B0902\""), "\(run.errors)")
    }
  }

  @Test func optionsStandInAnyOrder() throws {
    let shop = try SmallShop()
    let question = "SELECT count(*) AS n FROM events"
    for arguments in [
      [shop.log, "-c", question, "--format", "csv", "--quiet"],
      ["--quiet", "--format=csv", "-c", question, shop.log],
      ["-c", question, shop.log, "--quiet", "--format", "csv"],
      ["-c" + question, "--threads", "2", "--quiet", shop.log],
    ] {
      let run = try Program.run(arguments)
      #expect(run.output == "n\n6\n", "\(arguments)")
      #expect(run.status == 0)
    }
  }

  @Test func statementsMayBeginWithAComment() throws {
    let run = try Program.run(["-c", "-- the answer\nSELECT 42 AS n"])
    #expect(run.output == "n\n42\n")
  }

  @Test func scriptsAndStatementsRunInTheOrderGiven() throws {
    let shop = try SmallShop()
    shop.write("two.sql", "SELECT 2 AS n;")
    shop.write("zero.bq", "SELECT 0 AS n;")
    let run = try Program.run(
      [
        "-c", "SELECT 1 AS n", "-f", shop.path("two.sql"), "-c", "SELECT 3 AS n",
        shop.path("zero.bq"),
      ])
    #expect(run.output == "n\n0\n\nn\n1\n\nn\n2\n\nn\n3\n")
    #expect(run.status == 0)
  }

  @Test func parametersAreLiteralsOrTexts() throws {
    let shop = try SmallShop()
    let run = try Program.run([
      shop.log, "--quiet", "-p", "b=apple", "-p", "least=2", "-c",
      "SELECT brand, count(*) AS n FROM events WHERE brand = :b GROUP BY brand "
        + "HAVING count(*) >= :least",
    ])
    #expect(run.output == "brand,n\napple,4\n", "\(run.errors)")
  }

  @Test func severalDataFilesAreOneLog() throws {
    let shop = try SmallShop()
    shop.write("o'brien.csv", SmallShop.views(3))
    let run = try Program.run(
      [shop.log, shop.path("o'brien.csv"), "--quiet", "-c", "SELECT count(*) AS n FROM events"])
    #expect(run.output == "n\n9\n", "\(run.errors)")
  }

  @Test func aFileCalledGenerateIsReachable() throws {
    let shop = try SmallShop()
    shop.write("generate", SmallShop.csv)
    let run = try Program.run(
      ["./generate", "--quiet", "-c", "SELECT count(*) AS n FROM events"],
      folder: shop.folder
    )
    #expect(run.output == "n\n6\n", "\(run.errors)")
  }
}
