//! The starts, drawn.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use serde_json::Value;

const WIDTH: u32 = 900;
const BAR: i32 = 22;
const GAP: i32 = 10;
const PANEL_HEAD: i32 = 44;
const LEFT: i32 = 190;
const RIGHT: i32 = 90;

const START: RGBColor = RGBColor(0x4a, 0x7f, 0xb5);
const ANSWER: RGBColor = RGBColor(0xe0, 0x8a, 0x3c);
const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);

/// Draws a bar for each contender in each circumstance: until it is ready, and until it has
/// answered.
pub fn draw(cold: &Value, path: &Path) -> Result<()> {
    let panels: Vec<_> = [
        ("plain", "plain HTTP to the database"),
        ("tls", "over TLS"),
        (
            "share",
            "over TLS, with the processor's share of a 256 MB function",
        ),
    ]
    .into_iter()
    .filter_map(|(how, title)| Some((title, cold[how].as_object()?)))
    .collect();
    let rows: usize = panels.iter().map(|(_, rows)| rows.len()).sum();
    let height =
        70 + i32::try_from(panels.len())? * (PANEL_HEAD + GAP) + i32::try_from(rows)? * (BAR + GAP);
    let root = SVGBackend::new(path, (WIDTH, u32::try_from(height)?)).into_drawing_area();
    root.fill(&WHITE).map_err(drawing)?;
    let write = |words: &str, at: (i32, i32), size: i32, side: HPos| {
        let style = ("sans-serif", size).into_font().color(&INK);
        let style = style.pos(Pos::new(side, VPos::Center));
        root.draw(&Text::new(words.to_owned(), at, style))
            .map_err(drawing)
    };
    let paint = |from: (i32, i32), to: (i32, i32), colour: RGBColor| {
        root.draw(&Rectangle::new([from, to], colour.filled()))
            .map_err(drawing)
    };

    write(
        "From process start to first answer, ms",
        (16, 24),
        20,
        HPos::Left,
    )?;
    for (at, colour, words) in [
        (460, START, "until it is ready for a request"),
        (710, ANSWER, "until it has answered"),
    ] {
        paint((at, 18), (at + 12, 30), colour)?;
        write(words, (at + 18, 24), 16, HPos::Left)?;
    }
    let mut top = 44;
    for (title, contenders) in panels {
        write(title, (16, top + PANEL_HEAD / 2), 19, HPos::Left)?;
        top += PANEL_HEAD;
        let figure = |row: &Value, name: &str| row[name].as_f64().unwrap_or_default();
        let longest = contenders
            .values()
            .map(|row| figure(row, "answeredMs"))
            .fold(1.0, f64::max);
        let scale = f64::from(i32::try_from(WIDTH)? - LEFT - RIGHT) / longest;
        for (name, row) in contenders {
            let (ready, answered) = (figure(row, "readyMs"), figure(row, "answeredMs"));
            let along = |value: f64| LEFT + (value * scale).round() as i32;
            let middle = top + BAR / 2;
            write(name, (LEFT - 10, middle), 17, HPos::Right)?;
            paint((LEFT, top), (along(ready), top + BAR), START)?;
            paint((along(ready), top), (along(answered), top + BAR), ANSWER)?;
            write(
                &format!("{answered}"),
                (along(answered) + 8, middle),
                17,
                HPos::Left,
            )?;
            top += BAR + GAP;
        }
        top += GAP;
    }
    root.present().map_err(drawing)
}

fn drawing(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("the chart: {error}")
}
