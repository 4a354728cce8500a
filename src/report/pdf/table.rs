//! Tables on pages: columns as wide as what stands in them, the header again on each page.

use crate::report::content::{Cell, Table};
use crate::report::pdf::flow::{
    CELL, FAINT, Flow, GREY, LEADING, MARGIN, SMALL, STRONG, Type, WIDTH,
};

impl Flow {
    pub(super) fn table(&mut self, table: &Table) {
        let widths = self.widths(table);
        let header: Vec<Cell> = table.header.iter().map(Cell::of).collect();
        self.row(&header, &widths, STRONG);
        self.rule(0.7, GREY);
        for row in &table.rows {
            let height = self.height(row, &widths, CELL);
            if self.need(height + 3.0) {
                self.row(&header, &widths, STRONG);
                self.rule(0.7, GREY);
            }
            self.row(row, &widths, CELL);
            self.rule(0.3, FAINT);
        }
    }

    /// As wide as what stands in them, the first column with what is left.
    fn widths(&self, table: &Table) -> Vec<f32> {
        let whole = WIDTH - 2.0 * MARGIN;
        let longest = |at: usize| {
            let cells = table.rows.iter().filter_map(|row| row.get(at));
            let of_cells = cells.map(|cell| {
                let note = self.fonts.width(&cell.note, SMALL);
                let text = self.fonts.width(&cell.text, CELL);
                text.max(note.min(MOST_NOTE))
            });
            let words = table.header.get(at).map_or("", String::as_str).split(' ');
            let of_header = words.map(|word| self.fonts.width(word, STRONG));
            of_cells.chain(of_header).fold(LEAST_COLUMN, f32::max) + GUTTER
        };
        let mut widths: Vec<f32> = (0..table.header.len()).map(longest).collect();
        let others: f32 = widths.iter().skip(1).sum();
        let room = whole - LEAST_FIRST;
        if others > room {
            let squeezed = room / others;
            widths
                .iter_mut()
                .skip(1)
                .for_each(|width| *width *= squeezed);
        }
        let others: f32 = widths.iter().skip(1).sum();
        if let Some(first) = widths.first_mut() {
            *first = whole - others;
        }
        widths
    }

    fn cell_lines(&self, cell: &Cell, width: f32, look: Type) -> Vec<(String, Type)> {
        let text = self.wrap(&cell.text, width - GUTTER, look);
        let note = self.wrap(&cell.note, width - GUTTER, SMALL);
        let text = text.into_iter().map(|line| (line, look.toned(cell.tone)));
        text.chain(note.into_iter().map(|line| (line, SMALL)))
            .collect()
    }

    fn height(&self, row: &[Cell], widths: &[f32], look: Type) -> f32 {
        let heights = row.iter().zip(widths).map(|(cell, width)| -> f32 {
            let lines = self.cell_lines(cell, *width, look);
            lines.iter().map(|(_, look)| look.size * LEADING).sum()
        });
        heights.fold(0.0, f32::max) + 4.0
    }

    fn row(&mut self, row: &[Cell], widths: &[f32], look: Type) {
        let height = self.height(row, widths, look);
        self.need(height);
        let mut x = MARGIN;
        for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
            let mut y = self.y - 2.0;
            for (line, look) in self.cell_lines(cell, *width, look) {
                let length = self.fonts.width(&line, look);
                let left = if at == 0 { x } else { x + width - length };
                self.words(&line, (left, y - look.size), look);
                y -= look.size * LEADING;
            }
            x += width;
        }
        self.y -= height;
    }
}

/// A longer note is broken.
const MOST_NOTE: f32 = 80.0;
const LEAST_COLUMN: f32 = 34.0;
const LEAST_FIRST: f32 = 110.0;
const GUTTER: f32 = 8.0;
