//! Templates and expressions of task files: minijinja with nothing to reach.
//!
//! No file, no network, no other template; an undefined name is an error; a fuel limit bounds the
//! time and memory of each rendering. Two filters are added:
//!
//! - `pad_punctuation`: T5's `_pad_punctuation`, which its SQuAD tasks use: a space on both sides
//!   of every ASCII punctuation mark, runs of white space made one space. Letters and marks beyond
//!   ASCII stay as they are.
//! - `round_half_even`: to the nearest whole number, ties to the even one, as TensorFlow's `round`
//!   in T5's STS-B task.

use ext5_core::config::nearest;
use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Expression, UndefinedBehavior};
use std::collections::HashSet;
use std::sync::LazyLock;

/// Fuel of one rendering: some million steps, or 64 MB of text. A long document takes a hundredth.
const FUEL: u64 = 1_000_000;

/// The reason that a row is malformed when it has used up the fuel, after the key.
pub(crate) const OUT_OF_FUEL: &str = "takes too long; it may loop over too much";

/// Expressions borrow the environment they were compiled in, so all share one that lives for ever.
static EXPRESSIONS: LazyLock<Environment<'static>> = LazyLock::new(environment);

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    // Errors name what is undefined only with this; by default it follows the build profile.
    environment.set_debug(true);
    environment.add_filter("pad_punctuation", |text: &str| pad_punctuation(text));
    environment.add_filter("round_half_even", f64::round_ties_even);
    environment
}

/// An environment in which anything goes, to try a template before there is a row.
fn lenient() -> Environment<'static> {
    let mut environment = environment();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment
}

/// Keeps of a trial only what no row could mend: a filter, test or function that does not exist.
fn unknown_names<T>(trial: Result<T, Error>) -> Result<(), Error> {
    match trial {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction
            ) =>
        {
            Err(error)
        }
        _ => Ok(()),
    }
}

/// Text with columns in it.
#[derive(Clone, Debug)]
pub(crate) struct TextTemplate {
    /// Holds the one template, under its key in the task file.
    environment: Environment<'static>,
    key: &'static str,
}

impl TextTemplate {
    pub(crate) fn new(key: &'static str, source: &str) -> Result<Self, Error> {
        let mut environment = environment();
        environment.add_template_owned(key, source.to_owned())?;
        unknown_names(lenient().render_named_str(key, source, ()))?;
        Ok(TextTemplate { environment, key })
    }

    /// The text for the columns in `context`, without white space at its ends.
    ///
    /// # Errors
    /// When it cannot be rendered or is empty: a reason that names the key.
    pub(crate) fn render(&self, context: &Value) -> Result<String, String> {
        let explain = |error: &Error, names| explain(self.key, error, names, context);
        let template = self.environment.get_template(self.key);
        let template = template.map_err(|error| explain(&error, HashSet::new()))?;
        let text = template
            .render(context)
            .map_err(|error| explain(&error, template.undeclared_variables(false)))?;
        match text.trim() {
            "" => Err(format!("{}: empty", self.key)),
            trimmed => Ok(trimmed.to_owned()),
        }
    }
}

/// One value computed from columns.
#[derive(Debug)]
pub(crate) struct RowExpression {
    expression: Expression<'static, 'static>,
    key: &'static str,
}

impl RowExpression {
    pub(crate) fn new(key: &'static str, source: &str) -> Result<Self, Error> {
        let expression = EXPRESSIONS.compile_expression_owned(source.to_owned())?;
        unknown_names(lenient().compile_expression(source)?.eval(()))?;
        Ok(RowExpression { expression, key })
    }

    /// The value for the columns in `context`; an undefined value is no error yet.
    ///
    /// # Errors
    /// When it cannot be computed: a reason that names the key.
    pub(crate) fn value(&self, context: &Value) -> Result<Value, String> {
        self.expression.eval(context).map_err(|error| {
            explain(self.key, &error, self.expression.undeclared_variables(false), context)
        })
    }

    /// As [`value`](Self::value), where an undefined value is an error too.
    pub(crate) fn defined(&self, context: &Value) -> Result<Value, String> {
        let value = self.value(context)?;
        if value.is_undefined() {
            let error = Error::from(ErrorKind::UndefinedError);
            let names = self.expression.undeclared_variables(false);
            return Err(explain(self.key, &error, names, context));
        }
        Ok(value)
    }

    /// The texts of a list, or of a single value; each without white space at its ends.
    ///
    /// # Errors
    /// When there is none, or one is empty.
    pub(crate) fn texts(&self, context: &Value) -> Result<Vec<String>, String> {
        let value = self.defined(context)?;
        let found = items(&value).unwrap_or_else(|| vec![value]);
        if found.is_empty() {
            return Err(format!("{}: an empty list", self.key));
        }
        found.iter().map(|item| self.text_of(item)).collect()
    }

    /// The value as text without white space at its ends.
    ///
    /// # Errors
    /// When the value is no text or number, or is empty.
    pub(crate) fn text(&self, context: &Value) -> Result<String, String> {
        self.text_of(&self.defined(context)?)
    }

    /// The key in the task file.
    pub(crate) fn key(&self) -> &'static str {
        self.key
    }

    fn text_of(&self, value: &Value) -> Result<String, String> {
        plain_text(value)
            .ok_or_else(|| format!("{}: expected text, found {}", self.key, shown(value)))
    }
}

/// A string, number or boolean as text, without white space at its ends; `None` when it is
/// something else or empty.
pub(crate) fn plain_text(value: &Value) -> Option<String> {
    let text = match value.as_str() {
        Some(text) => text.trim().to_owned(),
        None if value.is_number() || value.kind() == ValueKind::Bool => value.to_string(),
        None => String::new(),
    };
    (!text.is_empty()).then_some(text)
}

/// The items of a list; `None` when the value is none. A table is no list.
pub(crate) fn items(value: &Value) -> Option<Vec<Value>> {
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => Some(value.try_iter().ok()?.collect()),
        _ => None,
    }
}

/// A value in a message: short.
pub(crate) fn shown(value: &Value) -> String {
    let text = format!("{value:?}");
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The reason for a failed rendering. An unknown column is named, with the nearest one.
fn explain(key: &str, error: &Error, names: HashSet<String>, context: &Value) -> String {
    if error.kind() == ErrorKind::OutOfFuel {
        return format!("{key}: {OUT_OF_FUEL}");
    }
    let known = |name: &str| {
        !context.get_attr(name).is_ok_and(|value| value.is_undefined())
            || EXPRESSIONS.globals().any(|(global, _)| global == name)
    };
    let mut missing: Vec<_> = names.into_iter().filter(|name| !known(name)).collect();
    missing.sort();
    match missing.first() {
        Some(name) if error.kind() == ErrorKind::UndefinedError => {
            let mut columns: Vec<String> = match context.try_iter() {
                Ok(names) => names.map(|name| name.to_string()).collect(),
                Err(_) => Vec::new(),
            };
            columns.retain(|name| name != "row");
            columns.sort();
            let advice = match nearest(name, columns.iter().map(String::as_str)) {
                Some(column) => format!("did you mean `{column}`?"),
                None => format!("there are {}", columns.join(", ")),
            };
            format!("{key}: no column `{name}`; {advice}")
        }
        _ => format!("{key}: {error}"),
    }
}

fn pad_punctuation(text: &str) -> String {
    let mut padded = String::with_capacity(text.len() * 5 / 4);
    for character in text.chars() {
        let white = matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0C');
        let mark = character.is_ascii_punctuation();
        if (mark || white) && !padded.ends_with(' ') {
            padded.push(' ');
        }
        if !white {
            padded.push(character);
        }
        if mark {
            padded.push(' ');
        }
    }
    padded
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;

    fn render(source: &str, context: &Value) -> Result<String, String> {
        TextTemplate::new("template.inputs", source).unwrap().render(context)
    }

    #[test]
    fn unknown_columns_are_named() {
        let row = context! { sentence => "Hi", answers => context! { text => ["a"] } };
        let error = render("cola: {{ sentense }}", &row).unwrap_err();
        assert_eq!(error, "template.inputs: no column `sentense`; did you mean `sentence`?");
        let error = render("{{ zzz }}", &row).unwrap_err();
        assert_eq!(error, "template.inputs: no column `zzz`; there are answers, sentence");
        let error = render("{{ answers.txt }}", &row).unwrap_err();
        assert!(error.contains("answers.txt"), "{error}");
        let error = RowExpression::new("template.group", "grup").unwrap().text(&row).unwrap_err();
        assert!(error.starts_with("template.group: no column `grup`"), "{error}");
    }

    #[test]
    fn nothing_can_be_reached_and_fuel_ends() {
        let row = context! { n => 1 };
        for source in ["{% include 'x' %}", "{% import 'x' as y %}", "{{ open('x') }}"] {
            let template = TextTemplate::new("template.inputs", source);
            assert!(template.is_err() || template.unwrap().render(&row).is_err(), "{source}");
        }
        let loops = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        assert!(render(loops, &row).unwrap_err().contains("takes too long"));
        assert_eq!(render("{{ '<b>' }}", &row).unwrap(), "<b>");
        assert_eq!(render(" {{ '' }} ", &row).unwrap_err(), "template.inputs: empty");
    }

    /// A name that is not there cannot be told from one that is refused: these files are there.
    #[test]
    fn files_that_exist_cannot_be_reached() {
        // Loaders pass over hidden folders, which the usual temporary ones are.
        let folder = tempfile::Builder::new().prefix("secret").tempdir().unwrap();
        let file = folder.path().join("secret.txt");
        std::fs::write(&file, "secret").unwrap();
        let absolute = file.to_str().unwrap();
        for name in [absolute, absolute.trim_start_matches('/'), "Cargo.toml", "src/lib.rs"] {
            for tag in ["include", "extends", "import"] {
                let rest = if tag == "import" { " as x" } else { "" };
                let source = format!("a {{% {tag} '{name}'{rest} %}}");
                let template = TextTemplate::new("template.inputs", &source);
                let text = template.map(|template| template.render(&context! { n => 1 }));
                assert!(!matches!(text, Ok(Ok(_))), "{source}: {text:?}");
            }
        }
    }

    /// Whoever adds a function, a filter or a test adds it here, and says why it reaches nothing.
    #[test]
    fn nothing_is_added_but_two_filters() {
        let words = |environment: &Environment| -> HashSet<String> {
            let all = format!("{environment:?}");
            let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            all.split(|c| !name(c)).map(str::to_owned).collect()
        };
        let (ours, plain) = (words(&environment()), words(&Environment::new()));
        let mut added: Vec<_> = ours.difference(&plain).collect();
        added.sort();
        assert_eq!(added, ["pad_punctuation", "round_half_even"]);
        let environment = environment();
        let mut globals: Vec<_> = environment.globals().map(|(name, _)| name).collect();
        globals.sort_unstable();
        assert_eq!(globals, ["debug", "dict", "namespace", "range"]);
    }

    #[test]
    fn expressions_have_fuel_too() {
        let row = context! { n => 1 };
        let expression =
            RowExpression::new("source.filter", "(range(9999)|list * 500)|list|length");
        let error = expression.unwrap().value(&row).unwrap_err();
        assert!(error.contains("source.filter: takes too long"), "{error}");
    }

    /// By hand: a space on both sides of ASCII punctuation, then runs of white space made one.
    #[test]
    fn filters_do_as_t5_does() {
        assert_eq!(pad_punctuation("U.S.  can't\n(a_b)"), "U . S . can ' t ( a _ b ) ");
        assert_eq!(pad_punctuation("caf\u{e9}s"), "caf\u{e9}s");
        let row = context! { a => 2.5, b => 3.5, c => 2.4 };
        let source = "{{ a|round_half_even }} {{ b|round_half_even }} {{ c|round_half_even }}";
        assert_eq!(render(source, &row).unwrap(), "2.0 4.0 2.0");
        let score = "{{ '%.1f'|format((a * 5)|round_half_even / 5) }}";
        assert_eq!(render(score, &row).unwrap(), "2.4");
    }

    #[test]
    fn texts_are_texts() {
        let row = context! { a => (" x ", 2), b => "y", c => Vec::<String>::new(), d => [""] };
        let texts = |source| RowExpression::new("template.references", source).unwrap().texts(&row);
        assert_eq!(texts("a").unwrap(), ["x", "2"]);
        assert_eq!(texts("b").unwrap(), ["y"]);
        assert_eq!(texts("c").unwrap_err(), "template.references: an empty list");
        assert_eq!(texts("d").unwrap_err(), "template.references: expected text, found ''");
        assert!(texts("row").unwrap_err().contains("no column `row`"));
    }
}
