//! The figure of task sizes in ascending order with the cap, as the ExT5 paper draws it.
//!
//! Bars stand on a logarithmic axis and are coloured by family; what lies above the cap, and so
//! does not count towards a rate, is pale. The figure is an SVG and nothing else: whoever wants
//! pixels renders it.

mod layout;
mod palette;
mod text;

use ext5_core::number::count;
use layout::Layout;
use palette::Palette;
use std::collections::BTreeMap;
use std::fmt::Write;
use text::{escape, spoken};

const INK: &str = "#1f2933";
const SOFT: &str = "#66737f";
const GRID: &str = "#e6eaee";
const CAP: &str = "#b4232c";
/// The first that there is; the last is always there.
const FONT: &str = "Ubuntu, 'Helvetica Neue', Arial, sans-serif";

/// What the figure shows of a task.
#[derive(Clone, Copy, Debug)]
pub struct TaskSize<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its family.
    pub family: &'a str,
    /// Its examples.
    pub examples: u64,
    /// The cap on them, where there is one.
    pub cap: Option<f64>,
}

/// The figure of tasks, as the text of an SVG file; nothing when there are none.
pub fn task_sizes(sizes: &[TaskSize<'_>]) -> Option<String> {
    let mut tasks: Vec<(&TaskSize<'_>, &str)> =
        sizes.iter().map(|entry| (entry, entry.family)).collect();
    tasks.sort_by(|(a, _), (b, _)| (a.examples, a.name).cmp(&(b.examples, b.name)));
    let sizes: Vec<u64> = tasks.iter().map(|(entry, _)| entry.examples).collect();
    let names: Vec<&str> = tasks.iter().map(|(entry, _)| entry.name).collect();
    let cap = tasks.iter().find_map(|(entry, _)| entry.cap);
    let families = families(&tasks);
    let legend: Vec<String> =
        families.iter().map(|(family, tasks)| format!("{} {tasks}", spoken(family))).collect();
    let layout = Layout::new(&names, &sizes, cap, &legend)?;
    let palette = Palette::new(families.iter().map(|(family, _)| *family));

    let mut svg = String::new();
    draw_frame(&mut svg, &layout, &subtitle(&sizes, cap));
    draw_legend(&mut svg, &layout, &palette, &families);
    draw_axis(&mut svg, &layout);
    for (index, (entry, family)) in tasks.iter().enumerate() {
        draw_bar(&mut svg, &layout, index, entry, palette.of(family));
    }
    draw_cap(&mut svg, &layout, cap);
    svg.push_str("</svg>\n");
    Some(svg)
}

/// Families with their numbers of tasks, the largest first.
fn families<'a>(tasks: &[(&TaskSize<'_>, &'a str)]) -> Vec<(&'a str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, family) in tasks {
        *counts.entry(family).or_default() += 1;
    }
    let mut families: Vec<_> = counts.into_iter().collect();
    families.sort_by_key(|&(family, tasks)| (std::cmp::Reverse(tasks), family));
    families
}

fn subtitle(sizes: &[u64], cap: Option<f64>) -> String {
    let examples: u64 = sizes.iter().sum();
    let tasks = match sizes.len() {
        1 => "1 task".to_owned(),
        tasks => format!("{} tasks", count(tasks as u64)),
    };
    let text = format!("{tasks}, {} examples", count(examples));
    let Some(cap) = cap else { return text };
    match sizes.iter().filter(|&&size| size as f64 > cap).count() {
        0 => format!("{text}, none above the cap of {}", count(cap as u64)),
        above => format!("{text}, {above} above the cap of {}", count(cap as u64)),
    }
}

/// Opens the file; the background, the title and the line under it.
fn draw_frame(svg: &mut String, layout: &Layout, subtitle: &str) {
    let (width, height) = (layout.width, layout.height);
    let x = layout.margin;
    // Writing to a string cannot fail.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"{FONT}\">\n\
         <title>Task sizes in ascending order</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"{x:.1}\" y=\"42\" font-size=\"22\" fill=\"{INK}\">Task sizes in ascending order</text>\n\
         <text x=\"{x:.1}\" y=\"65\" font-size=\"13\" fill=\"{SOFT}\">{subtitle}</text>\n",
    );
}

fn draw_legend(
    svg: &mut String,
    layout: &Layout,
    palette: &Palette<'_>,
    families: &[(&str, usize)],
) {
    for (&(x, y), (family, tasks)) in layout.legend.iter().zip(families) {
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"11\" height=\"11\" rx=\"2.5\" fill=\"{}\"/>\
             <text x=\"{:.1}\" y=\"{y:.1}\" font-size=\"12.5\" fill=\"{INK}\">{} \
             <tspan fill=\"{SOFT}\">{tasks}</tspan></text>",
            y - 9.8,
            palette.of(family),
            x + 17.0,
            escape(&spoken(family)),
        );
    }
}

/// Grid lines at the powers of ten, with their numbers.
fn draw_axis(svg: &mut String, layout: &Layout) {
    let (left, right) = (layout.left, layout.left + layout.plot);
    for value in layout.decades() {
        let y = layout.y(value);
        let _ = writeln!(
            svg,
            "<path d=\"M{left:.1} {y:.1}H{right:.1}\" stroke=\"{GRID}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" font-size=\"11.5\" fill=\"{SOFT}\" text-anchor=\"end\">{}</text>",
            left - 10.0,
            y + 4.0,
            count(value as u64),
        );
    }
    let (x, y) = (left - layout.tick_room - 18.0, layout.top + layout.tall / 2.0);
    let _ = writeln!(
        svg,
        "<text transform=\"translate({x:.1} {y:.1}) rotate(-90)\" font-size=\"12\" fill=\"{SOFT}\" \
         text-anchor=\"middle\">examples</text>\
         <path d=\"M{left:.1} {:.1}H{right:.1}\" stroke=\"{SOFT}\"/>",
        layout.bottom(),
    );
}

/// A task's bar, its name under it and, where there is room, its size above it.
fn draw_bar(svg: &mut String, layout: &Layout, index: usize, entry: &TaskSize<'_>, colour: &str) {
    let (centre, bottom) = (layout.centre(index), layout.bottom());
    let size = entry.examples as f64;
    let counted = entry.cap.map_or(size, |cap| cap.min(size));
    let (x, width) = (centre - layout.bar / 2.0, layout.bar);
    let _ = write!(svg, "<g><title>{}: {}</title>", escape(entry.name), count(entry.examples));
    for (value, opacity) in [(size, 0.35), (counted, 1.0)] {
        if opacity < 1.0 && counted >= size {
            continue;
        }
        let top = layout.y(value);
        let _ = write!(
            svg,
            "<rect x=\"{x:.2}\" y=\"{top:.2}\" width=\"{width:.2}\" height=\"{:.2}\" \
             fill=\"{colour}\" fill-opacity=\"{opacity}\"/>",
            bottom - top,
        );
    }
    if layout.shows_sizes() {
        let y = layout.y(size) - 6.0;
        let _ = write!(
            svg,
            "<text x=\"{centre:.1}\" y=\"{y:.1}\" font-size=\"11\" fill=\"{INK}\" \
             text-anchor=\"middle\">{}</text>",
            count(entry.examples),
        );
    }
    let (turn, font) = (layout.turn, layout.label);
    // The middle of the letters, not their foot, is under the middle of the bar.
    let shift = font * 0.34;
    let _ = writeln!(
        svg,
        "<text transform=\"translate({:.2} {:.2}) rotate(-{turn})\" font-size=\"{font:.1}\" \
         fill=\"{INK}\" text-anchor=\"end\">{}</text></g>",
        centre + shift,
        bottom + 10.0,
        escape(entry.name),
    );
}

fn draw_cap(svg: &mut String, layout: &Layout, cap: Option<f64>) {
    let Some(cap) = cap.filter(|&cap| layout.shows(cap)) else { return };
    let (left, right, y) = (layout.left, layout.left + layout.plot, layout.y(cap));
    // Small tasks stand on the left, so there is room for the words.
    let _ = writeln!(
        svg,
        "<path d=\"M{left:.1} {y:.1}H{right:.1}\" stroke=\"{CAP}\" stroke-width=\"1.5\" \
         stroke-dasharray=\"6 4\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\" font-size=\"12.5\" fill=\"{CAP}\">cap {}</text>",
        left + 6.0,
        y - 7.0,
        count(cap as u64),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry<'a>(name: &'a str, family: &'a str, examples: u64) -> TaskSize<'a> {
        TaskSize { name, family, examples, cap: Some(1000.0) }
    }

    #[test]
    fn tasks_stand_in_ascending_order() {
        let svg = task_sizes(&[entry("large", "nli", 20_000), entry("small", "a<b", 30)]).unwrap();
        assert!(svg.find(">small<").unwrap() < svg.find(">large<").unwrap());
        assert!(svg.contains("2 tasks, 20,030 examples, 1 above the cap of 1,000"));
        assert!(svg.contains("a&lt;b") && svg.contains("cap 1,000"));
        // The part above the cap is drawn of its own.
        assert_eq!(svg.matches("fill-opacity=\"0.35\"").count(), 1);
    }

    #[test]
    fn without_tasks_there_is_no_figure() {
        assert_eq!(task_sizes(&[]), None);
    }
}
