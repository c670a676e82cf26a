//! Operators, subscripts, builtins and methods.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::int::Int;
use crate::value::{Dict, Error, Iter, Kind, Part, Value, place};

/// What an operation comes to: a value, or the exception that it raises.
pub type Outcome<T> = Result<T, Rc<Error>>;

pub fn error<T>(kind: &str, message: impl Into<String>) -> Outcome<T> {
    let kind = Kind::named(kind).expect("it is in the table");
    let args = vec![Value::from(message.into())];
    Err(Rc::new(Error { kind, args }))
}

pub const BINARY: &[&str] = &["+", "-", "*", "//", "%", "**", "<<", ">>", "&", "|", "^"];
pub const COMPARE: &[&str] = &[
    "<", "<=", "==", "!=", ">", ">=", "is", "is not", "in", "not in",
];
pub const UNARY: &[&str] = &["-", "~", "not"];

/// `left how right`, or, if `in_place`, `left how= right`.
pub fn binary(how: &str, in_place: bool, left: &Value, right: &Value) -> Outcome<Value> {
    if let (Value::Bool(a), Value::Bool(b)) = (left, right) {
        match how {
            "&" => return Ok(Value::Bool(a & b)),
            "|" => return Ok(Value::Bool(a | b)),
            "^" => return Ok(Value::Bool(a ^ b)),
            _ => {}
        }
    }
    if let (Some(a), Some(b)) = (left.int(), right.int()) {
        return numbers(how, &a, &b).map(Value::from);
    }
    match (how, left, right) {
        // The list itself changes, whoever else has it.
        ("+", Value::List(list), _) if in_place => {
            let more = collected(right)?;
            list.borrow_mut().extend(more);
            Ok(left.clone())
        }
        ("*", Value::List(list), _) if in_place && right.int().is_some() => {
            let times = times(right)?;
            let new = repeated(&list.borrow(), times);
            *list.borrow_mut() = new;
            Ok(left.clone())
        }
        ("+", Value::Str(a), Value::Str(b)) => Ok(Value::from(format!("{a}{b}"))),
        ("+", Value::Tuple(a), Value::Tuple(b)) => Ok(Value::from([&a[..], &b[..]].concat())),
        ("+", Value::List(a), Value::List(b)) => {
            Ok(Value::list([&a.borrow()[..], &b.borrow()[..]].concat()))
        }
        ("*", _, _) if left.int().is_some() && right.int().is_none() => {
            binary(how, false, right, left)
        }
        ("*", Value::Str(text), _) => Ok(Value::from(text.repeat(times(right)?))),
        ("*", Value::Tuple(parts), _) => Ok(Value::from(repeated(parts, times(right)?))),
        ("*", Value::List(list), _) => Ok(Value::list(repeated(&list.borrow(), times(right)?))),
        _ => {
            let (left, right) = (left.type_name(), right.type_name());
            error(
                "TypeError",
                format!("unsupported operand types for {how}: {left} and {right}"),
            )
        }
    }
}

fn times(value: &Value) -> Outcome<usize> {
    match value.int() {
        Some(n) => Ok(n.to_i64().unwrap_or(0).max(0) as usize),
        None => error("TypeError", "a sequence is repeated by an integer only"),
    }
}

fn repeated(parts: &[Value], times: usize) -> Vec<Value> {
    vec![parts; times].concat()
}

fn numbers(how: &str, a: &Int, b: &Int) -> Outcome<Int> {
    let small = || match b.to_i64().and_then(|n| u32::try_from(n).ok()) {
        Some(n) => Ok(n),
        None => error("ValueError", format!("{how} by {b}")),
    };
    Ok(match how {
        "+" => a.add(b),
        "-" => a.sub(b),
        "*" => a.mul(b),
        "//" | "%" => match a.div_mod(b) {
            Some((quotient, _)) if how == "//" => quotient,
            Some((_, rest)) => rest,
            None => return error("ZeroDivisionError", "division by zero"),
        },
        "**" => a.pow(small()?),
        "<<" => a.shl(small()?),
        ">>" => a.shr(small()?),
        "&" => a.bitwise(b, |a, b| a & b),
        "|" => a.bitwise(b, |a, b| a | b),
        _ => a.bitwise(b, |a, b| a ^ b),
    })
}

pub fn unary(how: &str, value: &Value) -> Outcome<Value> {
    match (how, value.int()) {
        ("not", _) => Ok(Value::Bool(!value.is_true())),
        ("-", Some(n)) => Ok(Value::from(n.neg())),
        ("~", Some(n)) => Ok(Value::from(n.neg().sub(&Int::from(1)))),
        _ => error(
            "TypeError",
            format!("bad operand type for {how}: {}", value.type_name()),
        ),
    }
}

pub fn compare(how: &str, left: &Value, right: &Value) -> Outcome<Value> {
    let order = || match left.order(right) {
        Some(order) => Ok(order),
        None => {
            let (left, right) = (left.type_name(), right.type_name());
            error("TypeError", format!("{how} between {left} and {right}"))
        }
    };
    Ok(Value::Bool(match how {
        "==" => left.equals(right),
        "!=" => !left.equals(right),
        "is" => left.is(right),
        "is not" => !left.is(right),
        "in" => contains(right, left)?,
        "not in" => !contains(right, left)?,
        "<" => order()? == Ordering::Less,
        "<=" => order()? != Ordering::Greater,
        ">" => order()? == Ordering::Greater,
        _ => order()? != Ordering::Less,
    }))
}

fn contains(container: &Value, value: &Value) -> Outcome<bool> {
    match (container, value) {
        (Value::Str(text), Value::Str(part)) => Ok(text.contains(&**part)),
        (Value::Str(_), _) => error("TypeError", "only a string can be in a string"),
        (Value::Dict(dict), _) => Ok(place(&dict.borrow(), hashable(value)?).is_some()),
        _ => Ok(iterator(container)?.any(|one| one.equals(value))),
    }
}

pub fn iterator(value: &Value) -> Outcome<Iter> {
    match value.iter() {
        Some(iter) => Ok(iter),
        None => error(
            "TypeError",
            format!("{} is not iterable", value.type_name()),
        ),
    }
}

/// All that comes out of it.
pub fn collected(value: &Value) -> Outcome<Vec<Value>> {
    match value {
        Value::Iter(iter) => Ok(iter.borrow_mut().by_ref().collect()),
        // A list that is extended by itself is not to grow for ever.
        _ => iterator(value).map(|iter| iter.collect()),
    }
}

fn hashable(key: &Value) -> Outcome<&Value> {
    match key.is_hashable() {
        true => Ok(key),
        false => error("TypeError", format!("unhashable type: {}", key.type_name())),
    }
}

pub fn insert(dict: &Dict, key: Value, value: Value) -> Outcome<()> {
    let mut dict = dict.borrow_mut();
    match place(&dict, hashable(&key)?) {
        Some(at) => dict[at].1 = value,
        None => dict.push((key, value)),
    }
    Ok(())
}

/// The place that an index means; negative ones count from the end.
fn index(index: &Value, len: usize) -> Outcome<usize> {
    let Some(n) = index.int() else {
        return error("TypeError", format!("{} is no index", index.type_name()));
    };
    let place = n.to_i64().map(|n| if n < 0 { n + len as i64 } else { n });
    match place.and_then(|at| usize::try_from(at).ok()) {
        Some(at) if at < len => Ok(at),
        _ => error("IndexError", "index out of range"),
    }
}

/// The places that a slice means, in its order, and where it begins.
fn places(slice: &[Value; 3], len: usize) -> Outcome<(usize, Vec<usize>)> {
    let number = |value: &Value| match (value, value.int()) {
        (Value::None, _) => Ok(None),
        (_, Some(n)) => {
            let far = if n.is_negative() {
                i64::MIN / 4
            } else {
                i64::MAX / 4
            };
            Ok(Some(
                n.to_i64().unwrap_or(far).clamp(i64::MIN / 4, i64::MAX / 4),
            ))
        }
        _ => error("TypeError", "slice indices are integers or None"),
    };
    let [first, end, step] = slice;
    let step = number(step)?.unwrap_or(1);
    if step == 0 {
        return error("ValueError", "slice step cannot be zero");
    }
    let len = len as i64;
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let bound = |given: Option<i64>, default: i64| match given {
        Some(n) => (if n < 0 { n + len } else { n }).clamp(low, high),
        None => default,
    };
    let first = bound(number(first)?, if step > 0 { low } else { high });
    let end = bound(number(end)?, if step > 0 { high } else { low });
    let mut found = Vec::new();
    let mut at = first;
    while (step > 0 && at < end) || (step < 0 && at > end) {
        found.push(at as usize);
        at += step;
    }
    Ok((first.max(0) as usize, found))
}

pub fn subscript(of: &Value, by: &Value) -> Outcome<Value> {
    if let Value::Slice(slice) = by {
        let picked = |parts: &[Value]| -> Outcome<Vec<Value>> {
            let (_, places) = places(slice, parts.len())?;
            Ok(places.into_iter().map(|at| parts[at].clone()).collect())
        };
        return match of {
            Value::List(list) => picked(&list.borrow()).map(Value::list),
            Value::Tuple(parts) => picked(parts).map(Value::from),
            Value::Str(text) => {
                let chars: Vec<char> = text.chars().collect();
                let (_, places) = places(slice, chars.len())?;
                Ok(Value::from(
                    places.into_iter().map(|at| chars[at]).collect::<String>(),
                ))
            }
            _ => error("TypeError", format!("{} has no slices", of.type_name())),
        };
    }
    match of {
        Value::List(list) => Ok(list.borrow()[index(by, list.borrow().len())?].clone()),
        Value::Tuple(parts) => Ok(parts[index(by, parts.len())?].clone()),
        Value::Str(text) => {
            let chars: Vec<char> = text.chars().collect();
            Ok(Value::from(chars[index(by, chars.len())?].to_string()))
        }
        Value::Dict(dict) => match place(&dict.borrow(), hashable(by)?) {
            Some(at) => Ok(dict.borrow()[at].1.clone()),
            None => missing(by),
        },
        _ => error("TypeError", format!("{} has no subscripts", of.type_name())),
    }
}

fn missing<T>(key: &Value) -> Outcome<T> {
    let kind = Kind::named("KeyError").expect("it is in the table");
    Err(Rc::new(Error {
        kind,
        args: vec![key.clone()],
    }))
}

pub fn store(of: &Value, by: Value, value: Value) -> Outcome<()> {
    match (of, &by) {
        (Value::List(list), Value::Slice(slice)) => {
            let new = collected(&value)?;
            let mut list = list.borrow_mut();
            let (first, places) = places(slice, list.len())?;
            if matches!(slice[2], Value::None) {
                list.splice(first..first + places.len(), new);
            } else if places.len() == new.len() {
                places
                    .into_iter()
                    .zip(new)
                    .for_each(|(at, value)| list[at] = value);
            } else {
                return error("ValueError", "a slice with a step keeps its length");
            }
        }
        (Value::List(list), _) => {
            let at = index(&by, list.borrow().len())?;
            list.borrow_mut()[at] = value;
        }
        (Value::Dict(dict), _) => insert(dict, by, value)?,
        _ => return error("TypeError", format!("{} does not change", of.type_name())),
    }
    Ok(())
}

pub fn delete(of: &Value, by: &Value) -> Outcome<()> {
    match of {
        Value::List(list) => {
            let at = index(by, list.borrow().len())?;
            list.borrow_mut().remove(at);
        }
        Value::Dict(dict) => {
            let Some(at) = place(&dict.borrow(), hashable(by)?) else {
                return missing(by);
            };
            dict.borrow_mut().remove(at);
        }
        _ => return error("TypeError", format!("{} does not change", of.type_name())),
    }
    Ok(())
}

pub fn attribute(of: Value, name: &str) -> Outcome<Value> {
    let known: &[&'static str] = match of {
        Value::List(_) => &["append", "pop", "insert"],
        Value::Dict(_) => &["get", "keys", "values", "items"],
        Value::Str(_) => &["join"],
        _ => &[],
    };
    match known.iter().find(|own| **own == name) {
        Some(own) => Ok(Value::Method(Rc::new(of), own)),
        None => error(
            "AttributeError",
            format!("{} has no {name}", of.type_name()),
        ),
    }
}

pub const BUILTINS: &[&str] = &[
    "print", "len", "range", "str", "repr", "abs", "min", "max", "sum", "sorted", "list", "tuple",
];

/// Calls a builtin other than print.
pub fn builtin(name: &str, args: &[Value]) -> Outcome<Value> {
    match (name, args) {
        ("len", [value]) => {
            let len = match value {
                Value::Str(text) => text.chars().count(),
                Value::List(list) => list.borrow().len(),
                Value::Tuple(parts) => parts.len(),
                Value::Dict(dict) | Value::View(dict, _) => dict.borrow().len(),
                Value::Range(..) => iterator(value)?.count(),
                _ => return error("TypeError", format!("{} has no length", value.type_name())),
            };
            Ok(Value::from(len as i64))
        }
        ("range", [end]) => range(&Value::from(0), end, &Value::from(1)),
        ("range", [first, end]) => range(first, end, &Value::from(1)),
        ("range", [first, end, step]) => range(first, end, step),
        ("str", []) => Ok(Value::from("")),
        ("str", [value]) => Ok(Value::from(value.text())),
        ("repr", [value]) => Ok(Value::from(value.repr())),
        ("abs", [value]) => match value.int() {
            Some(n) => Ok(Value::from(n.abs())),
            None => error("TypeError", format!("no abs of {}", value.type_name())),
        },
        ("min", [one]) => extreme(collected(one)?, Ordering::Less),
        ("max", [one]) => extreme(collected(one)?, Ordering::Greater),
        ("min", [_, _, ..]) => extreme(args.to_vec(), Ordering::Less),
        ("max", [_, _, ..]) => extreme(args.to_vec(), Ordering::Greater),
        ("sum", [of]) => collected(of)?
            .iter()
            .try_fold(Value::from(0), |sum, one| binary("+", false, &sum, one)),
        ("sorted", [of]) => sorted(collected(of)?).map(Value::list),
        ("list", []) => Ok(Value::list(Vec::new())),
        ("list", [of]) => collected(of).map(Value::list),
        ("tuple", []) => Ok(Value::from(Vec::new())),
        ("tuple", [of]) => collected(of).map(Value::from),
        _ => error(
            "TypeError",
            format!("{name} does not take {} arguments", args.len()),
        ),
    }
}

fn range(first: &Value, end: &Value, step: &Value) -> Outcome<Value> {
    let number = |value: &Value| match value.int() {
        Some(n) => Ok(n
            .to_i64()
            .unwrap_or(if n.is_negative() { i64::MIN } else { i64::MAX })),
        None => error("TypeError", format!("{} is no integer", value.type_name())),
    };
    match number(step)? {
        0 => error("ValueError", "the step of a range is not zero"),
        step => Ok(Value::Range(number(first)?, number(end)?, step)),
    }
}

fn ordered(left: &Value, right: &Value) -> Outcome<Ordering> {
    match left.order(right) {
        Some(order) => Ok(order),
        None => error("TypeError", "values that have no order"),
    }
}

fn extreme(values: Vec<Value>, wanted: Ordering) -> Outcome<Value> {
    let mut values = values.into_iter();
    let Some(mut best) = values.next() else {
        return error("ValueError", "no values to choose from");
    };
    for value in values {
        if ordered(&value, &best)? == wanted {
            best = value;
        }
    }
    Ok(best)
}

/// Merges, as `sort_by` has no way to stop at an error.
fn sorted(mut values: Vec<Value>) -> Outcome<Vec<Value>> {
    if values.len() < 2 {
        return Ok(values);
    }
    let right = sorted(values.split_off(values.len() / 2))?;
    let left = sorted(values)?;
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    let mut all = Vec::new();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let from = if ordered(b, a)? == Ordering::Less {
            &mut right
        } else {
            &mut left
        };
        all.extend(from.next());
    }
    all.extend(left);
    all.extend(right);
    Ok(all)
}

pub fn method(of: &Value, name: &str, args: &[Value]) -> Outcome<Value> {
    match (of, name, args) {
        (Value::List(list), "append", [value]) => {
            list.borrow_mut().push(value.clone());
            Ok(Value::None)
        }
        (Value::List(list), "insert", [at, value]) => {
            let mut list = list.borrow_mut();
            let ends = Rc::new([at.clone(), Value::None, Value::None]);
            let (first, _) = places(&ends, list.len())?;
            list.insert(first, value.clone());
            Ok(Value::None)
        }
        (Value::List(list), "pop", [] | [_]) => {
            let last = Value::from(-1);
            let at = index(args.first().unwrap_or(&last), list.borrow().len())?;
            Ok(list.borrow_mut().remove(at))
        }
        (Value::Dict(dict), "get", [key] | [key, _]) => {
            let dict = dict.borrow();
            let found = place(&dict, hashable(key)?).map(|at| dict[at].1.clone());
            Ok(found
                .or_else(|| args.get(1).cloned())
                .unwrap_or(Value::None))
        }
        (Value::Dict(dict), "keys", []) => Ok(Value::View(Rc::clone(dict), Part::Keys)),
        (Value::Dict(dict), "values", []) => Ok(Value::View(Rc::clone(dict), Part::Values)),
        (Value::Dict(dict), "items", []) => Ok(Value::View(Rc::clone(dict), Part::Items)),
        (Value::Str(between), "join", [of]) => {
            let mut texts = Vec::new();
            for part in collected(of)? {
                match part {
                    Value::Str(text) => texts.push(text),
                    other => return error("TypeError", format!("join of {}", other.type_name())),
                }
            }
            Ok(Value::from(texts.join(&**between)))
        }
        _ => error(
            "TypeError",
            format!("{name} does not take {} arguments", args.len()),
        ),
    }
}
