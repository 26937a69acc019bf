//! The tree that columns are put together along.

use ::parquet::basic::{ConvertedType, LogicalType, Repetition};
use ::parquet::schema::types::Type;

/// A node of a row's tree. Levels are those of Dremel: of a value's definition and repetition.
#[derive(Debug)]
pub(super) enum Node {
    /// The values of a column.
    Leaf(usize),
    /// Null where the definition level of column `leaf` is below `present`.
    Optional { present: i16, leaf: usize, child: Box<Node> },
    /// An object.
    Group(Vec<(String, Node)>),
    /// A list: empty where the definition level of `leaf` is below `present`, and going on while
    /// its repetition level is `level` or higher.
    List { present: i16, level: i16, leaf: usize, element: Box<Node> },
    /// A map, repeated as a list is.
    Map { present: i16, level: i16, leaf: usize, key: Box<Node>, value: Box<Node> },
}

impl Node {
    /// The tree of whole rows.
    pub(super) fn root(schema: &Type) -> Node {
        let mut builder = Builder { next: 0 };
        let fields = schema.get_fields().iter().map(|field| builder.field(field, 0, 0));
        Node::Group(fields.collect())
    }

    /// The columns under the node.
    pub(super) fn leaves(&self, visit: &mut impl FnMut(usize)) {
        match self {
            Node::Leaf(leaf) => visit(*leaf),
            Node::Optional { child, .. } => child.leaves(visit),
            Node::Group(fields) => fields.iter().for_each(|(_, field)| field.leaves(visit)),
            Node::List { element, .. } => element.leaves(visit),
            Node::Map { key, value, .. } => {
                key.leaves(visit);
                value.leaves(visit);
            }
        }
    }
}

struct Builder {
    /// The next column: columns are the leaves in order.
    next: usize,
}

impl Builder {
    fn field(&mut self, field: &Type, definition: i16, repetition: i16) -> (String, Node) {
        (field.name().to_owned(), self.node(field, definition, repetition))
    }

    /// The node of a field under the levels of its parent.
    fn node(&mut self, field: &Type, definition: i16, repetition: i16) -> Node {
        let leaf = self.next;
        match field.get_basic_info().repetition() {
            Repetition::REQUIRED => self.content(field, definition, repetition),
            Repetition::OPTIONAL => {
                let present = definition + 1;
                let child = Box::new(self.content(field, present, repetition));
                Node::Optional { present, leaf, child }
            }
            // Repeated without being called a list: a list all the same.
            Repetition::REPEATED => {
                let (present, level) = (definition + 1, repetition + 1);
                let element = Box::new(self.content(field, present, level));
                Node::List { present, level, leaf, element }
            }
        }
    }

    /// The node of a field whose own repetition is dealt with.
    fn content(&mut self, field: &Type, definition: i16, repetition: i16) -> Node {
        let leaf = self.next;
        if field.is_primitive() {
            self.next += 1;
            return Node::Leaf(leaf);
        }
        let (present, level) = (definition + 1, repetition + 1);
        match (field.get_fields(), Annotation::of(field)) {
            ([repeated], Annotation::List) if is_repeated(repeated) => {
                let element = Box::new(match element(repeated) {
                    Some(element) => self.node(element, present, level),
                    None => self.content(repeated, present, level),
                });
                Node::List { present, level, leaf, element }
            }
            ([entry], Annotation::Map) if is_repeated(entry) && entry.is_group() => {
                match entry.get_fields() {
                    [key, value] => {
                        let key = Box::new(self.node(key, present, level));
                        let value = Box::new(self.node(value, present, level));
                        Node::Map { present, level, leaf, key, value }
                    }
                    // A map without values is the list of its keys.
                    [key] => {
                        let element = Box::new(self.node(key, present, level));
                        Node::List { present, level, leaf, element }
                    }
                    _ => self.group(field, definition, repetition),
                }
            }
            _ => self.group(field, definition, repetition),
        }
    }

    fn group(&mut self, field: &Type, definition: i16, repetition: i16) -> Node {
        let fields = field.get_fields().iter();
        Node::Group(fields.map(|field| self.field(field, definition, repetition)).collect())
    }
}

#[derive(Clone, Copy)]
enum Annotation {
    List,
    Map,
    None,
}

impl Annotation {
    fn of(field: &Type) -> Self {
        let info = field.get_basic_info();
        match (info.logical_type_ref(), info.converted_type()) {
            (Some(LogicalType::List), _) | (None, ConvertedType::LIST) => Annotation::List,
            (Some(LogicalType::Map), _)
            | (None, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE) => Annotation::Map,
            _ => Annotation::None,
        }
    }
}

fn is_repeated(field: &Type) -> bool {
    field.get_basic_info().repetition() == Repetition::REPEATED
}

/// The element of a list within its repeated field, or `None` where the repeated field is the
/// element itself. These are the backward-compatibility rules of Parquet's `LogicalTypes.md`.
fn element(repeated: &Type) -> Option<&Type> {
    if repeated.is_primitive() {
        return None;
    }
    match repeated.get_fields() {
        [only] if is_repeated(only) => None,
        [_] if repeated.name() == "array" || repeated.name().ends_with("_tuple") => None,
        [only] => Some(only),
        _ => None,
    }
}
