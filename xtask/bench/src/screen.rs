//! Tables on the screen.

use serde_json::Value;

/// A table whose columns are as wide as they must be; the first is text, the others figures.
struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    fn headed(columns: &[&str]) -> Self {
        Self {
            rows: vec![columns.iter().map(|&name| name.to_owned()).collect()],
        }
    }

    fn row(&mut self, name: &str, figures: impl IntoIterator<Item = String>) {
        let mut row = vec![name.to_owned()];
        row.extend(figures);
        self.rows.push(row);
    }

    fn print(&self, title: &str) {
        println!("\n{title}\n");
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..columns).map(width).collect();
        for row in &self.rows {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let width = widths[column];
                if column == 0 {
                    line.push_str(&format!("  {cell:<width$}"));
                } else {
                    line.push_str(&format!("  {cell:>width$}"));
                }
            }
            println!("{}", line.trim_end());
        }
    }
}

/// Shows the figures of a part.
pub fn show(part: &str, report: &Value) {
    match part {
        "cold" => cold(&report["cold"]),
        "warm" => warm(&report["warm"]),
        "endpoints" => endpoints(report),
        "growth" => growth(&report["growth"]["rows"]),
        _ => {}
    }
}

/// Shows what a SKU bears that everybody wants.
pub fn hot_sku(figures: &Value) {
    let mut table = Table::headed(&[
        "buckets",
        "holds/s",
        "p50 ms",
        "p99 ms",
        "conflicts/hold",
        "throttles/hold",
        "busy",
        "failed",
    ]);
    for row in figures["rows"].as_array().into_iter().flatten() {
        let columns = [
            "heldPerSecond",
            "p50Ms",
            "p99Ms",
            "conflictsPerHold",
            "throttlesPerHold",
            "busy",
            "failed",
        ];
        table.row(
            &row["buckets"].to_string(),
            columns.map(|name| text(&row[name])),
        );
    }
    table.print("One SKU, 64 buyers at once, limits of DynamoDB");
}

/// Shows what buying takes.
pub fn checkout(figures: &Value) {
    let mut table = Table::headed(&[
        "request",
        "lines",
        "orders",
        "held",
        "calls",
        "read units",
        "write units",
    ]);
    for row in figures["rows"].as_array().into_iter().flatten() {
        let names = [
            "lines",
            "orders",
            "held",
            "calls",
            "readUnits",
            "writeUnits",
        ];
        let name = row["function"].as_str().unwrap_or_default();
        table.row(name, names.map(|name| text(&row[name])));
    }
    table.print("Buying");
    println!("\n  events of an order: {}", figures["events"]);
}

/// Shows what paying takes.
pub fn paying(figures: &Value) {
    let mut table = Table::headed(&[
        "request",
        "database",
        "read units",
        "write units",
        "processor",
        "other calls",
    ]);
    for row in figures["requests"].as_array().into_iter().flatten() {
        let names = [
            "calls",
            "readUnits",
            "writeUnits",
            "processorCalls",
            "otherCalls",
        ];
        let word = |name: &str| row[name].as_str().unwrap_or_default();
        let name = format!("{}, {}", word("function"), word("case"));
        table.row(&name, names.map(|name| text(&row[name])));
    }
    table.print("Paying");
    cold(&figures["cold"]);
    println!("\n  zips: {}", figures["zips"]);
}

fn cold(cold: &Value) {
    let circumstances = [
        ("plain", "Starts: plain HTTP to the database"),
        ("tls", "Starts: over TLS"),
        (
            "share",
            "Starts: over TLS, with the processor's share of 256 MB",
        ),
    ];
    for (how, title) in circumstances {
        let Some(contenders) = cold[how].as_object() else {
            continue;
        };
        let mut table = Table::headed(&[
            "median",
            "ready ms",
            "answered ms",
            "p90",
            "start CPU ms",
            "CPU ms",
            "peak MB",
            "calls",
            "read units",
        ]);
        for (who, figures) in contenders {
            let names = [
                "readyMs",
                "answeredMs",
                "answeredP90Ms",
                "startCpuMs",
                "cpuMs",
                "peakMb",
                "calls",
                "readUnits",
            ];
            table.row(who, names.map(|name| text(&figures[name])));
        }
        table.print(title);
    }
}

fn warm(warm: &Value) {
    let mut table = Table::headed(&[
        "a request",
        "p50 ms",
        "p99 ms",
        "ours p50",
        "ours p99",
        "database p50",
        "p99",
        "CPU ms",
        "peak MB",
        "calls",
        "read units",
    ]);
    for (who, figures) in warm.as_object().into_iter().flatten() {
        if !figures.is_object() {
            continue;
        }
        let (ours, database) = (&figures["ours"], &figures["database"]);
        table.row(
            who,
            [
                &figures["p50Ms"],
                &figures["p99Ms"],
                &ours["p50Ms"],
                &ours["p99Ms"],
                &database["p50Ms"],
                &database["p99Ms"],
                &figures["cpuMs"],
                &figures["peakMb"],
                &figures["calls"],
                &figures["readUnits"],
            ]
            .map(text),
        );
    }
    table.print("Warm requests");
}

fn endpoints(report: &Value) {
    let mut table = Table::headed(&[
        "function",
        "memory MB",
        "cold ms",
        "warm p50",
        "p99",
        "ours p50",
        "CPU ms",
        "peak MB",
        "calls",
        "read units",
        "write units",
        "other calls",
        "zip MB",
    ]);
    for row in report["endpoints"].as_array().into_iter().flatten() {
        let zip = row["zipBytes"].as_f64().unwrap_or_default() / 1e6;
        let figures = [
            &row["memoryMb"],
            &row["coldMs"],
            &row["warmMs"]["p50"],
            &row["warmMs"]["p99"],
            &row["oursMs"]["p50"],
            &row["cpuMs"],
            &row["peakMb"],
            &row["calls"],
            &row["readUnits"],
            &row["writeUnits"],
            &row["otherCalls"],
        ];
        let figures = figures.map(text).into_iter().chain([format!("{zip:.2}")]);
        table.row(row["function"].as_str().unwrap_or_default(), figures);
    }
    table.print("Every function");
    let sizes = &report["sizes"];
    let megabytes = |name: &str| sizes[name].as_f64().unwrap_or_default() / 1e6;
    println!(
        "\n  zips: median {:.2} MB, nine in ten up to {:.2}, the largest {:.2} ({})",
        megabytes("medianBytes"),
        megabytes("p90Bytes"),
        megabytes("largestBytes"),
        sizes["largest"].as_str().unwrap_or_default(),
    );
}

fn growth(rows: &Value) {
    let mut table = Table::headed(&[
        "request",
        "products",
        "calls",
        "read units",
        "p50 ms",
        "p99 ms",
        "ours p50",
        "CPU ms",
    ]);
    for row in rows.as_array().into_iter().flatten() {
        let word = |name: &str| row[name].as_str().unwrap_or_default();
        let name = format!("{}, {}", word("function"), word("case"));
        let names = [
            "products",
            "calls",
            "readUnits",
            "p50Ms",
            "p99Ms",
            "oursMs",
            "cpuMs",
        ];
        table.row(&name, names.map(|name| text(&row[name])));
    }
    table.print("Growth");
}

/// Shows what was to be reached, and whether it was.
pub fn targets(report: &Value) {
    let mut table = Table::headed(&["target", "measured", "at most", ""]);
    for target in report["targets"].as_array().into_iter().flatten() {
        let verdict = if target["reached"] == true {
            "reached"
        } else {
            "MISSED"
        };
        table.row(
            target["target"].as_str().unwrap_or_default(),
            [
                text(&target["measured"]),
                text(&target["limit"]),
                verdict.to_owned(),
            ],
        );
    }
    table.print("Targets");
}

fn text(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("{}", number.as_f64().unwrap_or_default()),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        _ => String::new(),
    }
}
