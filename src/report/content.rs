//! What a report says, before it is HTML, text or PDF.

/// What a report says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// What it is.
    pub title: String,
    /// Of which time, or of whom and which time.
    pub period: String,
    /// The whole of it in a sentence or two.
    pub summary: Vec<Line>,
    /// The rest.
    pub sections: Vec<Section>,
    /// What is small and at the end: where the figures come from, and what they leave out.
    pub notes: Vec<String>,
}

/// A part of a report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// What is in it.
    pub parts: Vec<Part>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Sentences, each a paragraph.
    Words(Vec<Line>),
    /// Points of a list.
    List(Vec<Line>),
    /// Numbers with their names.
    Facts(Vec<Fact>),
    /// Rows and columns.
    Table(Table),
    /// A chart.
    Chart(Chart),
}

/// A sentence, and how it is meant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// It.
    pub text: String,
    /// Good news or bad.
    pub tone: Tone,
}

/// How something is meant.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Tone {
    /// Neither.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// To be minded.
    Warn,
    /// Somebody should do something.
    Bad,
}

/// A number and its name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Fact {
    /// `Summe`
    pub name: String,
    /// `1.234 kWh`
    pub value: String,
    /// What is to be known beside it; empty for nothing.
    pub note: String,
    /// Good or bad.
    pub tone: Tone,
}

/// Rows and columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Names of the columns, the first one for words, the others for numbers.
    pub header: Vec<String>,
    /// The rows, each as long as the header.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Cell {
    /// What stands in it.
    pub text: String,
    /// What stands below that, smaller; empty for nothing.
    pub note: String,
    /// Good or bad.
    pub tone: Tone,
}

/// A chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// A document of `chart`.
    pub svg: String,
    /// What it shows, for those who do not see it: with the figures.
    pub words: String,
}

impl Content {
    /// Its charts, in order.
    pub fn charts(&self) -> impl Iterator<Item = &Chart> {
        let parts = self.sections.iter().flat_map(|section| &section.parts);
        parts.filter_map(|part| match part {
            Part::Chart(chart) => Some(chart),
            Part::Words(_) | Part::List(_) | Part::Facts(_) | Part::Table(_) => None,
        })
    }

    /// The subject of its mail.
    pub fn subject(&self) -> String {
        format!("{} · {}", self.title, self.period)
    }
}

impl Line {
    /// A sentence that is neither good nor bad.
    pub fn plain(text: String) -> Self {
        Self {
            text,
            tone: Tone::Plain,
        }
    }

    /// A sentence that is meant so.
    pub fn toned(text: String, tone: Tone) -> Self {
        Self { text, tone }
    }
}

impl Cell {
    /// A cell with these words.
    pub fn of(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// The same, with something below.
    #[must_use]
    pub fn noted(self, note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..self
        }
    }

    /// The same, meant so.
    #[must_use]
    pub fn toned(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }
}
