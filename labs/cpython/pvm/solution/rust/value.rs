//! Values, and what can be asked of each: is it true, how is it printed, is it equal.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

use crate::int::Int;

pub type List = Rc<RefCell<Vec<Value>>>;
pub type Dict = Rc<RefCell<Vec<(Value, Value)>>>;
pub type Cell = Rc<RefCell<Option<Value>>>;

#[derive(Clone, Debug)]
pub enum Value {
    None,
    Bool(bool),
    Int(Rc<Int>),
    Str(Rc<str>),
    Tuple(Rc<[Value]>),
    List(List),
    /// In the order of insertion. Programs have small ones: a search is good enough.
    Dict(Dict),
    /// What `d.keys()` and its relatives make.
    View(Dict, Part),
    Range(i64, i64, i64),
    Slice(Rc<[Value; 3]>),
    Code(usize),
    Function(Rc<Function>),
    Builtin(&'static str),
    Method(Rc<Value>, &'static str),
    Kind(Kind),
    Error(Rc<Error>),
    Iter(Rc<RefCell<Iter>>),
    Cell(Cell),
}

#[derive(Clone, Copy, Debug)]
pub enum Part {
    Keys,
    Values,
    Items,
}

#[derive(Debug)]
pub struct Function {
    pub code: usize,
    pub closure: Rc<[Value]>,
    pub defaults: Rc<[Value]>,
}

/// An exception.
#[derive(Debug)]
pub struct Error {
    pub kind: Kind,
    pub args: Vec<Value>,
}

/// A type of exceptions, by its place in [`KINDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind(usize);

/// Each with its parent, which stands before it.
const KINDS: &[(&str, &str)] = &[
    ("Exception", ""),
    ("ArithmeticError", "Exception"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("LookupError", "Exception"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("ValueError", "Exception"),
    ("TypeError", "Exception"),
    ("AttributeError", "Exception"),
    ("AssertionError", "Exception"),
    ("RuntimeError", "Exception"),
    ("RecursionError", "RuntimeError"),
];

impl Kind {
    pub fn named(name: &str) -> Option<Self> {
        KINDS.iter().position(|(own, _)| *own == name).map(Self)
    }

    pub fn name(self) -> &'static str {
        KINDS[self.0].0
    }

    pub fn is_a(self, other: Self) -> bool {
        self == other || Self::named(KINDS[self.0].1).is_some_and(|parent| parent.is_a(other))
    }
}

impl Error {
    /// What `str` makes of it.
    pub fn message(&self) -> String {
        match self.args.as_slice() {
            [] => String::new(),
            [one] if self.kind.name() == "KeyError" => one.repr(),
            [one] => one.text(),
            several => Value::Tuple(several.into()).repr(),
        }
    }
}

/// An iterator, with how far it is.
#[derive(Debug)]
pub enum Iter {
    /// Looks at the list each time: it may have grown.
    List(List, usize),
    Tuple(Rc<[Value]>, usize),
    Str(Vec<char>, usize),
    Dict(Dict, Part, usize),
    /// Next, end, step.
    Range(i64, i64, i64),
}

impl Iterator for Iter {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        let at = match self {
            Iter::Range(next, end, step) => {
                let is_left = if *step > 0 { next < end } else { next > end };
                let value = is_left.then(|| Value::from(*next));
                *next = next.saturating_add(*step);
                return value;
            }
            Iter::List(_, at) | Iter::Tuple(_, at) | Iter::Str(_, at) | Iter::Dict(_, _, at) => at,
        };
        *at += 1;
        let at = *at - 1;
        match self {
            Iter::List(list, _) => list.borrow().get(at).cloned(),
            Iter::Tuple(parts, _) => parts.get(at).cloned(),
            Iter::Str(chars, _) => chars.get(at).map(|c| Value::from(c.to_string().as_str())),
            Iter::Dict(dict, part, _) => dict.borrow().get(at).map(|(key, value)| match part {
                Part::Keys => key.clone(),
                Part::Values => value.clone(),
                Part::Items => Value::from(vec![key.clone(), value.clone()]),
            }),
            Iter::Range(..) => None,
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int(Rc::new(value.into()))
    }
}

impl From<Int> for Value {
    fn from(value: Int) -> Self {
        Value::Int(Rc::new(value))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Str(text.into())
    }
}

/// A tuple.
impl From<Vec<Value>> for Value {
    fn from(parts: Vec<Value>) -> Self {
        Value::Tuple(parts.into())
    }
}

impl Value {
    pub fn list(parts: Vec<Value>) -> Self {
        Value::List(Rc::new(RefCell::new(parts)))
    }

    pub fn is_true(&self) -> bool {
        match self {
            Value::None => false,
            Value::Bool(value) => *value,
            Value::Int(value) => !value.is_zero(),
            Value::Str(text) => !text.is_empty(),
            Value::Tuple(parts) => !parts.is_empty(),
            Value::List(list) => !list.borrow().is_empty(),
            Value::Dict(dict) | Value::View(dict, _) => !dict.borrow().is_empty(),
            Value::Range(..) => self.iter().is_some_and(|mut iter| iter.next().is_some()),
            _ => true,
        }
    }

    /// The number that it is: a bool is one.
    pub fn int(&self) -> Option<Rc<Int>> {
        match self {
            Value::Int(value) => Some(Rc::clone(value)),
            Value::Bool(value) => Some(Rc::new(i64::from(*value).into())),
            _ => None,
        }
    }

    pub fn iter(&self) -> Option<Iter> {
        Some(match self {
            Value::List(list) => Iter::List(Rc::clone(list), 0),
            Value::Tuple(parts) => Iter::Tuple(Rc::clone(parts), 0),
            Value::Str(text) => Iter::Str(text.chars().collect(), 0),
            Value::Dict(dict) => Iter::Dict(Rc::clone(dict), Part::Keys, 0),
            Value::View(dict, part) => Iter::Dict(Rc::clone(dict), *part, 0),
            Value::Range(first, end, step) => Iter::Range(*first, *end, *step),
            _ => return None,
        })
    }

    pub fn type_name(&self) -> &'static str {
        match self {
            Value::None => "NoneType",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Str(_) => "str",
            Value::Tuple(_) => "tuple",
            Value::List(_) => "list",
            Value::Dict(_) => "dict",
            Value::Range(..) => "range",
            Value::Slice(_) => "slice",
            Value::Kind(_) => "type",
            Value::Error(error) => error.kind.name(),
            Value::Function(_) | Value::Builtin(_) | Value::Method(..) => "function",
            Value::View(..) | Value::Iter(_) | Value::Code(_) | Value::Cell(_) => "object",
        }
    }

    /// What `str` makes of it.
    pub fn text(&self) -> String {
        match self {
            Value::Str(text) => text.to_string(),
            Value::Error(error) => error.message(),
            _ => self.repr(),
        }
    }

    pub fn repr(&self) -> String {
        let joined = |parts: &[Value]| {
            let parts: Vec<String> = parts.iter().map(Value::repr).collect();
            parts.join(", ")
        };
        match self {
            Value::None => "None".to_owned(),
            Value::Bool(true) => "True".to_owned(),
            Value::Bool(false) => "False".to_owned(),
            Value::Int(value) => value.to_string(),
            Value::Str(text) => format!("'{text}'"),
            Value::Tuple(parts) if parts.len() == 1 => format!("({},)", parts[0].repr()),
            Value::Tuple(parts) => format!("({})", joined(parts)),
            Value::List(list) => format!("[{}]", joined(&list.borrow())),
            Value::Dict(dict) => {
                let pair =
                    |(key, value): &(Value, Value)| format!("{}: {}", key.repr(), value.repr());
                let pairs: Vec<String> = dict.borrow().iter().map(pair).collect();
                format!("{{{}}}", pairs.join(", "))
            }
            Value::Builtin(name) | Value::Method(_, name) => format!("<function {name}>"),
            _ => format!("<{}>", self.type_name()),
        }
    }

    pub fn is_hashable(&self) -> bool {
        match self {
            Value::List(_) | Value::Dict(_) | Value::View(..) => false,
            Value::Tuple(parts) => parts.iter().all(Value::is_hashable),
            _ => true,
        }
    }

    pub fn equals(&self, other: &Self) -> bool {
        if let (Some(left), Some(right)) = (self.int(), other.int()) {
            return left == right;
        }
        let all = |left: &[Value], right: &[Value]| {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| a.equals(b))
        };
        match (self, other) {
            (Value::Str(left), Value::Str(right)) => left == right,
            (Value::Tuple(left), Value::Tuple(right)) => all(left, right),
            (Value::List(left), Value::List(right)) => all(&left.borrow(), &right.borrow()),
            (Value::Dict(left), Value::Dict(right)) => {
                let (left, right) = (left.borrow(), right.borrow());
                let is_there = |(key, value): &(Value, Value)| {
                    place(&right, key).is_some_and(|at| right[at].1.equals(value))
                };
                left.len() == right.len() && left.iter().all(is_there)
            }
            _ => self.is(other),
        }
    }

    /// The same object.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::None, Value::None) => true,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Int(left), Value::Int(right)) => left == right,
            (Value::Str(left), Value::Str(right)) => left == right,
            (Value::Tuple(left), Value::Tuple(right)) => Rc::ptr_eq(left, right),
            (Value::List(left), Value::List(right)) => Rc::ptr_eq(left, right),
            (Value::Dict(left), Value::Dict(right)) => Rc::ptr_eq(left, right),
            (Value::Function(left), Value::Function(right)) => Rc::ptr_eq(left, right),
            (Value::Error(left), Value::Error(right)) => Rc::ptr_eq(left, right),
            (Value::Builtin(left), Value::Builtin(right)) => left == right,
            (Value::Kind(left), Value::Kind(right)) => left == right,
            _ => false,
        }
    }

    /// None where Python has no order.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        if let (Some(left), Some(right)) = (self.int(), other.int()) {
            return Some(left.cmp(&right));
        }
        match (self, other) {
            (Value::Str(left), Value::Str(right)) => Some(left.cmp(right)),
            (Value::Tuple(left), Value::Tuple(right)) => in_order(left, right),
            (Value::List(left), Value::List(right)) => in_order(&left.borrow(), &right.borrow()),
            _ => None,
        }
    }
}

/// The first pair that differs decides; only there must be an order.
fn in_order(left: &[Value], right: &[Value]) -> Option<Ordering> {
    match left.iter().zip(right).find(|(a, b)| !a.equals(b)) {
        Some((a, b)) => a.order(b),
        None => Some(left.len().cmp(&right.len())),
    }
}

/// Where a dict has a key.
pub fn place(dict: &[(Value, Value)], key: &Value) -> Option<usize> {
    dict.iter().position(|(own, _)| own.equals(key))
}
