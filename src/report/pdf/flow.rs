//! Content set on pages: from top to bottom, with a new page where there is no room.

use pdf_writer::{Content as Drawn, Name, Str};

use crate::chart::png::{Theme, tree};
use crate::report::content::{Chart, Content, Fact, Line, Part, Tone};
use crate::report::pdf::Unprintable;
use crate::report::pdf::drawing::{Opacities, draw};
use crate::report::pdf::font::Font;

/// What was set.
pub(super) struct Set {
    pub(super) pages: Vec<Vec<u8>>,
    pub(super) fonts: Fonts,
    pub(super) opacities: Opacities,
}

/// A hand that sets pages.
pub(super) struct Flow {
    pages: Vec<Drawn>,
    /// How far down the page it is, in points from its lower edge.
    pub(super) y: f32,
    pub(super) fonts: Fonts,
    opacities: Opacities,
}

/// The fonts of a document.
pub(super) struct Fonts {
    pub(super) regular: Font,
    pub(super) bold: Font,
}

impl Fonts {
    fn of(&self, look: Type) -> &Font {
        match look.weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    pub(super) fn width(&self, words: &str, look: Type) -> f32 {
        self.of(look).width(words, look.size)
    }
}

/// How thick letters are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

impl Weight {
    /// The name of its font in a page.
    pub(super) const fn name(self) -> Name<'static> {
        match self {
            Self::Regular => Name(b"R"),
            Self::Bold => Name(b"B"),
        }
    }
}

/// How words look.
#[derive(Clone, Copy)]
pub(super) struct Type {
    weight: Weight,
    pub(super) size: f32,
    colour: [f32; 3],
}

impl Flow {
    pub(super) fn new() -> Result<Self, Unprintable> {
        Ok(Self {
            pages: vec![Drawn::new()],
            y: HEIGHT - MARGIN,
            fonts: Fonts {
                regular: Font::new(dejavu::sans::regular(), "DejaVuSans")?,
                bold: Font::new(dejavu::sans::bold(), "DejaVuSans-Bold")?,
            },
            opacities: Opacities::new(),
        })
    }

    pub(super) fn set(&mut self, content: &Content) -> Result<(), Unprintable> {
        self.paragraph(&content.title, TITLE);
        self.paragraph(&content.period, QUIET);
        self.y -= 4.0;
        self.rule(1.5, GREEN);
        self.y -= 8.0;
        for line in &content.summary {
            self.paragraph(&line.text, LEAD.toned(line.tone));
        }
        for section in &content.sections {
            self.y -= 8.0;
            let first = section.parts.first().map_or(0.0, |part| match part {
                Part::Chart(_) => CHART_ROOM,
                Part::Words(_) | Part::List(_) | Part::Facts(_) | Part::Table(_) => 40.0,
            });
            // A heading alone at the end of a page is of no use.
            self.need(HEADING.size * LEADING + first);
            self.paragraph(&section.heading, HEADING);
            self.y -= 2.0;
            for part in &section.parts {
                self.part(part)?;
            }
        }
        self.y -= 4.0;
        self.need(24.0);
        self.rule(0.5, GREY);
        self.y -= 4.0;
        for note in &content.notes {
            self.paragraph(note, NOTE);
        }
        Ok(())
    }

    /// The pages, each with its number.
    pub(super) fn finish(mut self) -> Set {
        let count = self.pages.len();
        for at in 0..count {
            let number = format!("mscons-gateway · {} / {count}", at + 1);
            let x = WIDTH - MARGIN - self.fonts.width(&number, NOTE);
            self.words_on(at, &number, (x, 26.0), NOTE);
        }
        Set {
            pages: self
                .pages
                .into_iter()
                .map(|page| page.finish().to_vec())
                .collect(),
            fonts: self.fonts,
            opacities: self.opacities,
        }
    }

    fn part(&mut self, part: &Part) -> Result<(), Unprintable> {
        match part {
            Part::Words(lines) => {
                for Line { text, tone } in lines {
                    self.paragraph(text, BODY.toned(*tone));
                }
            }
            Part::List(lines) => {
                for Line { text, tone } in lines {
                    self.point(text, BODY.toned(*tone));
                }
            }
            Part::Facts(facts) => {
                for row in facts.chunks(FACTS_A_ROW) {
                    self.facts(row);
                }
            }
            Part::Table(table) => self.table(table),
            Part::Chart(chart) => self.chart(chart)?,
        }
        self.y -= 4.0;
        Ok(())
    }

    /// Begins a new page if there is no room for so much.
    pub(super) fn need(&mut self, height: f32) -> bool {
        let is_short = self.y - height < FOOT && self.y < HEIGHT - MARGIN;
        if is_short {
            self.pages.push(Drawn::new());
            self.y = HEIGHT - MARGIN;
        }
        is_short
    }

    fn words_on(&mut self, page: usize, words: &str, (x, y): (f32, f32), look: Type) {
        let bytes = match look.weight {
            Weight::Regular => self.fonts.regular.encode(words),
            Weight::Bold => self.fonts.bold.encode(words),
        };
        let [red, green, blue] = look.colour;
        if let Some(page) = self.pages.get_mut(page) {
            page.begin_text()
                .set_font(look.weight.name(), look.size)
                .set_fill_rgb(red, green, blue)
                .next_line(x, y)
                .show(Str(&bytes))
                .end_text();
        }
    }

    pub(super) fn words(&mut self, words: &str, place: (f32, f32), look: Type) {
        self.words_on(self.pages.len().saturating_sub(1), words, place, look);
    }

    fn paragraph(&mut self, words: &str, look: Type) {
        self.block(words, (MARGIN, WIDTH - 2.0 * MARGIN), look);
        self.y -= look.size * 0.25;
    }

    fn point(&mut self, words: &str, look: Type) {
        self.need(look.size * LEADING);
        self.words("•", (MARGIN + 2.0, self.y - look.size), look);
        self.block(words, (MARGIN + 14.0, WIDTH - 2.0 * MARGIN - 14.0), look);
        self.y -= look.size * 0.15;
    }

    fn block(&mut self, words: &str, (x, width): (f32, f32), look: Type) {
        for line in self.wrap(words, width, look) {
            self.need(look.size * LEADING);
            self.words(&line, (x, self.y - look.size), look);
            self.y -= look.size * LEADING;
        }
    }

    /// Words in lines of a width; what is longer than a line is broken anywhere.
    pub(super) fn wrap(&self, words: &str, width: f32, look: Type) -> Vec<String> {
        let fits = |line: &str| self.fonts.width(line, look) <= width;
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            let longer = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if fits(&longer) {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for letter in word.chars() {
                line.push(letter);
                if !fits(&line) && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, letter.to_string()));
                }
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }

    pub(super) fn rule(&mut self, thick: f32, [red, green, blue]: [f32; 3]) {
        let y = self.y;
        if let Some(page) = self.pages.last_mut() {
            page.set_stroke_rgb(red, green, blue)
                .set_line_width(thick)
                .move_to(MARGIN, y)
                .line_to(WIDTH - MARGIN, y)
                .stroke();
        }
        self.y -= thick;
    }

    fn chart(&mut self, chart: &Chart) -> Result<(), Unprintable> {
        let tree =
            tree(&chart.svg, Theme::Light).map_err(|error| Unprintable(error.to_string()))?;
        let scale = (WIDTH - 2.0 * MARGIN) / tree.size().width().max(1.0);
        let height = tree.size().height() * scale;
        self.need(height);
        let place = (MARGIN, self.y);
        if let Some(page) = self.pages.last_mut() {
            draw(page, &mut self.opacities, &tree, place, scale);
        }
        self.y -= height + 4.0;
        Ok(())
    }

    /// Facts side by side.
    fn facts(&mut self, facts: &[Fact]) {
        let width = (WIDTH - 2.0 * MARGIN) / 3.0;
        let lines = |flow: &Self, fact: &Fact| {
            let note = flow.wrap(&fact.note, width - 10.0, SMALL);
            let mut lines = vec![(fact.name.clone(), SMALL)];
            lines.push((fact.value.clone(), FIGURE.toned(fact.tone)));
            lines.extend(note.into_iter().map(|line| (line, SMALL)));
            lines
        };
        let columns: Vec<_> = facts.iter().map(|fact| lines(self, fact)).collect();
        let height = |lines: &[(String, Type)]| -> f32 {
            lines.iter().map(|(_, look)| look.size * LEADING).sum()
        };
        let tallest = columns
            .iter()
            .map(|lines| height(lines))
            .fold(0.0, f32::max);
        self.need(tallest);
        let mut x = MARGIN;
        for column in columns {
            let mut y = self.y;
            for (line, look) in column {
                self.words(&line, (x, y - look.size), look);
                y -= look.size * LEADING;
            }
            x += width;
        }
        self.y -= tallest + 4.0;
    }
}

impl Type {
    pub(super) const fn toned(self, tone: Tone) -> Self {
        let colour = match tone {
            Tone::Plain => self.colour,
            Tone::Good => GREEN,
            Tone::Warn => [0.66, 0.35, 0.02],
            Tone::Bad => [0.78, 0.18, 0.2],
        };
        Self { colour, ..self }
    }
}

const fn look(weight: Weight, size: f32, colour: [f32; 3]) -> Type {
    Type {
        weight,
        size,
        colour,
    }
}

/// A4 (ISO 216), in points.
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;

pub(super) const MARGIN: f32 = 48.0;
/// Below it stands the number of the page.
const FOOT: f32 = 38.0;
pub(super) const LEADING: f32 = 1.35;
const INK: [f32; 3] = [0.11, 0.15, 0.13];
const GREEN: [f32; 3] = [0.04, 0.45, 0.33];
pub(super) const GREY: [f32; 3] = [0.4, 0.45, 0.42];
pub(super) const FAINT: [f32; 3] = [0.8, 0.83, 0.81];
const TITLE: Type = look(Weight::Bold, 19.0, INK);
const HEADING: Type = look(Weight::Bold, 12.0, INK);
const LEAD: Type = look(Weight::Regular, 11.0, INK);
const BODY: Type = look(Weight::Regular, 9.5, INK);
const QUIET: Type = look(Weight::Regular, 10.5, GREY);
const FIGURE: Type = look(Weight::Bold, 12.0, INK);
pub(super) const STRONG: Type = look(Weight::Bold, 8.0, INK);
pub(super) const CELL: Type = look(Weight::Regular, 8.0, INK);
pub(super) const SMALL: Type = look(Weight::Regular, 7.0, GREY);
const NOTE: Type = look(Weight::Regular, 7.0, GREY);
const FACTS_A_ROW: usize = 3;
/// A heading stands on the page of the chart below it.
const CHART_ROOM: f32 = 230.0;
