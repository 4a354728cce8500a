//! Texts that users write themselves, with fields in them: `{{ location }}`.

use minijinja::{Environment, UndefinedBehavior};

/// A template of a mail: its first line is the subject, the rest the text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Template {
    subject: String,
    text: String,
}

/// Why a template is of no use.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TemplateError {
    /// Something that is no template.
    #[error("line {line}: {what}")]
    Syntax {
        /// From 1.
        line: usize,
        /// What the parser says.
        what: String,
    },
    /// A field that there is not.
    #[error("there is no field `{field}`; did you mean `{nearest}`? There are {known}")]
    UnknownField {
        /// As it was written.
        field: String,
        /// The one that is written most like it.
        nearest: String,
        /// All of them.
        known: String,
    },
    /// There is nothing in it.
    #[error("the first line is the subject, the rest the text; one of them is empty")]
    Empty,
}

impl Template {
    /// Reads a template that may use these fields.
    ///
    /// # Errors
    /// [`TemplateError`].
    pub fn read(source: &str, fields: &[&str]) -> Result<Self, TemplateError> {
        let (subject, text) = source.trim().split_once('\n').unwrap_or_default();
        let (subject, text) = (subject.trim(), text.trim());
        if subject.is_empty() || text.is_empty() {
            return Err(TemplateError::Empty);
        }
        let lines_above = source.find(text).map_or(0, |at| {
            source.get(..at).unwrap_or_default().matches('\n').count()
        });
        check(subject, 0, fields)?;
        check(text, lines_above, fields)?;
        let (subject, text) = (subject.to_owned(), text.to_owned());
        Ok(Self { subject, text })
    }

    /// Subject and text with the fields filled in.
    ///
    /// # Errors
    /// [`TemplateError::Syntax`] for what only shows then, such as a loop over a field.
    pub fn fill(&self, fields: &[(&str, String)]) -> Result<(String, String), TemplateError> {
        let environment = environment();
        let fields: std::collections::BTreeMap<_, _> = fields.iter().cloned().collect();
        let fill = |part: &str| {
            let filled = environment.render_str(part, &fields);
            filled.map_err(|error| syntax(&error, 0))
        };
        Ok((fill(&self.subject)?, fill(&self.text)?))
    }
}

fn check(part: &str, lines_above: usize, fields: &[&str]) -> Result<(), TemplateError> {
    let environment = environment();
    let template = environment.template_from_str(part);
    let template = template.map_err(|error| syntax(&error, lines_above))?;
    let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
    unknown.retain(|name| !fields.contains(&name.as_str()));
    unknown.sort();
    let Some(field) = unknown.into_iter().next() else {
        return Ok(());
    };
    let likeness = |known: &&&str| {
        let likeness = strsim::jaro_winkler(known, &field);
        // Between 0 and 1: whole thousandths order them.
        (likeness * 1_000.0).to_bits()
    };
    let nearest = fields.iter().max_by_key(likeness).copied();
    Err(TemplateError::UnknownField {
        nearest: nearest.unwrap_or_default().to_owned(),
        known: fields.join(", "),
        field,
    })
}

/// A mail is plain text: nothing is escaped. The crate's functions are not built in, so that nothing
/// can loop; a field that is missing is a fault, not a blank.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment
}

fn syntax(error: &minijinja::Error, lines_above: usize) -> TemplateError {
    TemplateError::Syntax {
        line: lines_above + error.line().unwrap_or(1),
        what: error
            .detail()
            .map_or_else(|| error.kind().to_string(), str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[&str] = &["location", "period"];

    fn read(source: &str) -> Result<Template, String> {
        Template::read(source, FIELDS).map_err(|error| error.to_string())
    }

    #[test]
    fn the_first_line_is_the_subject_and_fields_are_filled_in_as_they_are() {
        let template = read("\nWerte für {{ location }}\n\nGuten Tag,\n\nes geht um {{period}}.\n");
        let fields = [
            ("location", "<1>".to_owned()),
            ("period", "März".to_owned()),
        ];
        assert_eq!(
            template.unwrap().fill(&fields).unwrap(),
            (
                "Werte für <1>".to_owned(),
                "Guten Tag,\n\nes geht um März.".to_owned()
            )
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_or_its_field() {
        for (source, said) in [
            ("", "the first line is the subject"),
            ("Betreff allein", "the first line is the subject"),
            (
                "Betreff\n\nText {{ locaton }}",
                "there is no field `locaton`; did you mean `location`?",
            ),
            ("Betreff {{ x }}\nText", "There are location, period"),
            ("Betreff\n\nText\n{{ location", "line 4: "),
            ("Betreff\n{% if %}", "line 2: "),
            ("Betreff {{\nText", "line 1: "),
            (
                "Betreff\n{% for i in range(9999) %}x{% endfor %}",
                "no field `range`",
            ),
        ] {
            let error = read(source).unwrap_err();
            assert!(error.contains(said), "{source:?}: {error}");
        }
    }
}
