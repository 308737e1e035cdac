//! Drawing: lines and areas over time, as SVG whose colours the page's stylesheet can change.
//!
//! The colours drawn are those of the light scheme. For the dark one `report.css` names each of them
//! and gives its counterpart, so they must be the same in both files; a test compares them.

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

/// Drawn at twice the size at which it is shown: plotters rounds to whole pixels.
const SIZE: (u32, u32) = (2_240, 560);
/// Height of the letters, in the same pixels. plotters draws them at 1/1.24 of this.
const LETTERS: u32 = 32;

/// A colour of the light scheme.
pub(super) type Colour = RGBColor;

/// What is good.
pub(super) const PINE: Colour = RGBColor(0x1c, 0x65, 0x46);
/// What matters most.
pub(super) const ACCENT: Colour = RGBColor(0x2b, 0x35, 0x80);
/// The same, less loudly.
pub(super) const ACCENT_2: Colour = RGBColor(0x7d, 0x88, 0xcf);
/// What deserves a look.
pub(super) const AMBER: Colour = RGBColor(0xc9, 0x86, 0x1a);
/// What is wrong.
pub(super) const VERMILION: Colour = RGBColor(0xc2, 0x3b, 0x22);
/// What stands behind.
pub(super) const QUIET: Colour = RGBColor(0xb4, 0xb8, 0xc4);
/// The same, further away.
pub(super) const PALE: Colour = RGBColor(0xd6, 0xd9, 0xe6);
/// What came too early.
pub(super) const SAND: Colour = RGBColor(0xdb, 0xcd, 0xa8);
/// Letters of the axes.
pub(super) const LETTER: Colour = RGBColor(0x56, 0x5a, 0x68);
/// Lines of the grid.
pub(super) const HAIRLINE: Colour = RGBColor(0xdd, 0xde, 0xe2);

/// All of them, for the stylesheet's test.
#[cfg(test)]
pub(super) const COLOURS: [Colour; 10] =
    [PINE, ACCENT, ACCENT_2, AMBER, VERMILION, QUIET, PALE, SAND, LETTER, HAIRLINE];

/// As CSS and SVG write it.
pub(super) fn hex(colour: Colour) -> String {
    let RGBColor(red, green, blue) = colour;
    format!("#{red:02X}{green:02X}{blue:02X}")
}

/// One series over seconds.
pub(super) struct Series {
    /// Second and value.
    pub(super) points: Vec<(f64, f64)>,
    /// The colour of the series.
    pub(super) colour: Colour,
    /// How it is drawn.
    pub(super) stroke: Stroke,
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stroke {
    /// It is a line.
    Line,
    /// A thin line.
    Thin,
    /// Filled down to zero.
    Area,
}

/// What all pictures of a test share.
pub(super) struct Frame {
    /// The time's axis ends here.
    pub(super) seconds: f64,
    /// A moment to point out, and what happened then.
    pub(super) mark: Option<(f64, &'static str)>,
    /// The word for a second.
    pub(super) second: &'static str,
}

/// The values' axis.
pub(super) struct Axis {
    /// The largest value.
    pub(super) top: f64,
    /// For a logarithmic one: the smallest value, above zero.
    pub(super) log_from: Option<f64>,
    /// How a value is written.
    pub(super) label: fn(f64) -> String,
}

/// Draws series over time, the first one at the back.
pub(super) fn draw(frame: &Frame, axis: &Axis, series: &[Series]) -> Result<String, String> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut builder = ChartBuilder::on(&root);
        builder.margin_top(16).margin_right(24).margin_bottom(4).x_label_area_size(56).y_label_area_size(150);
        match axis.log_from {
            Some(from) => on(&mut builder, frame, (from..axis.top).log_scale(), axis, series),
            None => on(&mut builder, frame, 0.0..axis.top, axis, series),
        }
        .and_then(|()| root.present().map_err(|error| error.to_string()))?;
    }
    Ok(scalable(&svg))
}

fn on<'a, 'c, Y>(
    builder: &mut ChartBuilder<'a, '_, SVGBackend<'c>>,
    frame: &Frame,
    values: Y,
    axis: &Axis,
    series: &[Series],
) -> Result<(), String>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64> + Ranged<ValueType = f64>,
{
    let mut chart = builder.build_cartesian_2d(0.0..frame.seconds, values).map_err(|error| error.to_string())?;
    let letters = ("sans-serif", LETTERS).into_font().color(&LETTER);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(HAIRLINE.stroke_width(2))
        .light_line_style(TRANSPARENT)
        .axis_style(HAIRLINE.stroke_width(2))
        .set_all_tick_mark_size(8)
        .label_style(letters)
        .x_labels(12)
        .y_labels(5)
        .x_label_formatter(&|second| format!("{second:.0} {}", frame.second))
        .y_label_formatter(&|value| (axis.label)(*value))
        .draw()
        .map_err(|error| error.to_string())?;
    for line in series {
        let points = line.points.iter().copied();
        let drawn = match line.stroke {
            Stroke::Line => chart.draw_series(LineSeries::new(points, line.colour.stroke_width(5))),
            Stroke::Thin => chart.draw_series(LineSeries::new(points, line.colour.stroke_width(3))),
            Stroke::Area => chart.draw_series(AreaSeries::new(points, 0.0, line.colour.filled())),
        };
        drawn.map_err(|error| error.to_string())?;
    }
    if let Some((at, words)) = frame.mark {
        let letters = ("sans-serif", LETTERS).into_font().color(&LETTER);
        let line =
            PathElement::new(vec![(at, axis.log_from.unwrap_or_default()), (at, axis.top)], LETTER.stroke_width(2));
        let text = EmptyElement::at((at, axis.top)) + Text::new(words, (12, 4), letters);
        chart.draw_series([line]).map_err(|error| error.to_string())?;
        chart.draw_series([text]).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Takes the fixed size away: the page decides how wide it is.
fn scalable(svg: &str) -> String {
    let (width, height) = SIZE;
    svg.replacen(&format!("width=\"{width}\" height=\"{height}\" "), "role=\"img\" ", 1)
}
