//! Lines of text as they lie on a card, or on a picture of an order: which way is up, which are side by side.

use ocr::Line;

/// Where a card's upright lies in a picture: places are told along and across it, from one of its lines.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    line: Line,
}

/// Lines side by side, from the left.
pub(crate) struct Row {
    pub(crate) lines: Vec<Line>,
}

impl Frame {
    /// The line that it goes by.
    pub(crate) fn own(&self) -> Line {
        self.line
    }

    /// Along this line.
    pub(crate) fn of(line: Line) -> Self {
        Self { line }
    }

    /// How far to the right and how far below the middle of the frame's line a place is, in pixels.
    pub(crate) fn seen(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let (dx, dy) = (x - self.line.middle.0, y - self.line.middle.1);
        let (u, v) = self.line.along;
        (dx * u + dy * v, dy * u - dx * v)
    }

    /// Do these lines lie above the frame's own, taken together?
    pub(crate) fn is_below(&self, lines: &[Line]) -> bool {
        lines.iter().map(|line| self.seen(line.middle).1 * line.length).sum::<f32>() < 0.0
    }

    /// The same card standing on its head.
    pub(crate) fn turned(self) -> Self {
        Self { line: self.line.turned() }
    }

    /// The line as it is read in this frame.
    pub(crate) fn upright(&self, line: Line) -> Line {
        let same = line.along.0 * self.line.along.0 + line.along.1 * self.line.along.1;
        if same < 0.0 { line.turned() } else { line }
    }

    /// The lines in rows from above.
    pub(crate) fn rows(&self, lines: impl IntoIterator<Item = Line>) -> Vec<Row> {
        let mut lines: Vec<Line> = lines.into_iter().map(|line| self.upright(line)).collect();
        lines.sort_by(|a, b| b.length.total_cmp(&a.length));
        let mut rows: Vec<Row> = Vec::new();
        for line in lines {
            // The longest of a row says best which way it runs.
            let near = rows.iter_mut().find(|row| {
                let longest = &row.lines[0];
                let (along, across) = Self::of(*longest).seen(line.middle);
                let overlap = (longest.length + line.length) / 2.0 - along.abs();
                across.abs() < 0.55 * longest.height.min(line.height) && overlap < 0.5 * line.length
            });
            match near {
                Some(row) => row.lines.push(line),
                None => rows.push(Row { lines: vec![line] }),
            }
        }
        rows.sort_by(|a, b| self.seen(a.lines[0].middle).1.total_cmp(&self.seen(b.lines[0].middle).1));
        for row in &mut rows {
            row.lines.sort_by(|a, b| self.seen(a.middle).0.total_cmp(&self.seen(b.middle).0));
        }
        rows
    }
}

impl Row {
    /// The longest line of the row.
    pub(crate) fn longest(&self) -> Line {
        let longest = self.lines.iter().max_by(|a, b| a.length.total_cmp(&b.length));
        *longest.unwrap_or(&self.lines[0])
    }

    /// One line from the row's left end to its right end, and a little on.
    pub(crate) fn whole(&self, further: f32) -> Line {
        let (first, last) = (&self.lines[0], &self.lines[self.lines.len() - 1]);
        let height = self.lines.iter().map(|line| line.height).fold(0.0, f32::max);
        let start = first.place(-first.length / 2.0, 0.0);
        let end = last.place(last.length / 2.0, 0.0);
        let whole = Line::between(start, end, height);
        Line::between(start, whole.place(whole.length / 2.0 + further, 0.0), height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(x: f32, y: f32, length: f32) -> Line {
        Line::between((x, y), (x + length, y), 40.0)
    }

    #[test]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths of a few hundred pixels")]
    fn lines_side_by_side_are_a_row_whichever_way_the_picture_lies() {
        let card = [line(0.0, 0.0, 100.0), line(160.0, 4.0, 80.0), line(0.0, 80.0, 300.0), line(0.0, 300.0, 500.0)];
        for turned in [false, true] {
            let frame = Frame::of(if turned { card[3].turned() } else { card[3] });
            assert_eq!(frame.is_below(&card), !turned);
            let upright = if turned { frame.turned() } else { frame };
            let rows = upright.rows(card);
            let lengths: Vec<Vec<u32>> =
                rows.iter().map(|row| row.lines.iter().map(|line| line.length.round() as u32).collect()).collect();
            assert_eq!(lengths, [vec![100, 80], vec![300], vec![500]]);
            let whole = rows[0].whole(10.0);
            assert!((whole.length - 250.0).abs() < 1.0, "{whole:?}");
        }
    }
}
