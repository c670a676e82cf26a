//! Divides as the processor does.

mod json;

use std::collections::HashMap;
use std::io;
use std::rc::Rc;

use json::Json;

/// A value of the program's.
// TODO: lists, dicts, functions. Which of them are shared by all that have them?
#[derive(Clone, Debug, PartialEq)]
enum Value {
    None,
    Bool(bool),
    // TODO: how large can an integer become?
    Int(i64),
    Str(Rc<str>),
    Tuple(Rc<[Value]>),
    Builtin(String),
}

impl Value {
    /// The number that it is: a bool is one.
    fn int(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(*value),
            Value::Bool(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    fn is_true(&self) -> bool {
        match self {
            Value::None => false,
            Value::Str(text) => !text.is_empty(),
            Value::Tuple(parts) => !parts.is_empty(),
            value => value.int() != Some(0),
        }
    }

    fn text(&self) -> String {
        match self {
            Value::Str(text) => text.to_string(),
            _ => self.repr(),
        }
    }

    fn repr(&self) -> String {
        match self {
            Value::None => "None".to_owned(),
            Value::Bool(true) => "True".to_owned(),
            Value::Bool(false) => "False".to_owned(),
            Value::Int(value) => value.to_string(),
            Value::Str(text) => format!("'{text}'"),
            Value::Tuple(parts) => {
                let texts: Vec<String> = parts.iter().map(Value::repr).collect();
                let comma = if parts.len() == 1 { "," } else { "" };
                format!("({}{comma})", texts.join(", "))
            }
            Value::Builtin(name) => format!("<built-in function {name}>"),
        }
    }
}

fn constant(value: &Json) -> Value {
    if let Some(digits) = value.get("int").and_then(Json::text) {
        return Value::Int(digits.parse().expect("an integer"));
    }
    if let Some(parts) = value.get("tuple").and_then(Json::list) {
        return Value::Tuple(parts.iter().map(constant).collect());
    }
    // TODO: {"code": index}
    match value {
        Json::Bool(value) => Value::Bool(*value),
        Json::Text(text) => Value::Str(text.as_str().into()),
        _ => Value::None,
    }
}

// TODO: what if the operands do not fit? Here and below, a program that raises an exception is a
// good program.
fn binary(how: &str, left: &Value, right: &Value) -> Value {
    if let (Some(a), Some(b)) = (left.int(), right.int()) {
        return Value::Int(match how {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "//" => a / b,
            "%" => a % b,
            "**" => a.pow(b as u32),
            "<<" => a << b,
            ">>" => a >> b,
            "&" => a & b,
            "|" => a | b,
            _ => a ^ b,
        });
    }
    match (left, right) {
        (Value::Str(a), Value::Str(b)) => Value::Str(format!("{a}{b}").into()),
        (Value::Str(text), times) | (times, Value::Str(text)) => {
            let times = times.int().unwrap_or(0).max(0) as usize;
            Value::Str(text.repeat(times).into())
        }
        _ => panic!("{how} of {left:?} and {right:?}"),
    }
}

fn compare(how: &str, left: &Value, right: &Value) -> bool {
    let is_equal = match (left.int(), right.int()) {
        (Some(a), Some(b)) => a == b,
        _ => left == right,
    };
    let order = match (left, right) {
        (Value::Str(a), Value::Str(b)) => a.cmp(b),
        _ => left.int().cmp(&right.int()),
    };
    match how {
        "==" => is_equal,
        "!=" => !is_equal,
        "is" => left == right,
        "is not" => left != right,
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        // TODO: in, not in
        _ => panic!("compare by {how}"),
    }
}

fn call(called: &Value, args: &[Value]) -> Value {
    // TODO: functions of the program's own, and the other builtins of the README.
    let Value::Builtin(name) = called else {
        panic!("call of {called:?}");
    };
    let numbers = args.iter().filter_map(Value::int);
    match name.as_str() {
        "print" => {
            let texts: Vec<String> = args.iter().map(Value::text).collect();
            println!("{}", texts.join(" "));
            Value::None
        }
        "len" => Value::Int(args[0].text().len() as i64),
        "str" => Value::Str(args[0].text().into()),
        "repr" => Value::Str(args[0].repr().into()),
        "abs" => Value::Int(args[0].int().expect("a number").abs()),
        "min" => Value::Int(numbers.min().expect("numbers")),
        "max" => Value::Int(numbers.max().expect("numbers")),
        _ => panic!("there is no {name}"),
    }
}

fn subscript(container: &Value, index: &Value) -> Value {
    let index = index.int().expect("an index");
    let place = |len: usize| (if index < 0 { index + len as i64 } else { index }) as usize;
    match container {
        Value::Str(text) => {
            let chars: Vec<char> = text.chars().collect();
            Value::Str(chars[place(chars.len())].to_string().into())
        }
        Value::Tuple(parts) => parts[place(parts.len())].clone(),
        _ => panic!("subscript of {container:?}"),
    }
}

/// Runs a code object; what it returns.
fn run(code: &Json, variables: &mut HashMap<String, Value>) -> Value {
    // TODO: a function has its own variables and its own stack. Who remembers where its caller was?
    let mut stack: Vec<Value> = Vec::new();
    // TODO: what if the stack has not what an instruction takes?
    let instructions = code
        .get("instructions")
        .and_then(Json::list)
        .expect("instructions");
    let mut at = 0;
    loop {
        let instruction = instructions[at].list().expect("an instruction");
        at += 1;
        let word = || instruction[1].text().expect("a name");
        let count = || instruction[1].count().expect("a number");
        let mut pop = || stack.pop().expect("a value");
        let value = match instruction[0].text().expect("the name of an instruction") {
            "LOAD_CONST" => constant(&instruction[1]),
            "POP_TOP" => {
                pop();
                continue;
            }
            "COPY" => stack[stack.len() - count()].clone(),
            "SWAP" => {
                let top = stack.len() - 1;
                stack.swap(top, top + 1 - count());
                continue;
            }
            // TODO: what if there is no such name?
            "LOAD_GLOBAL" => match variables.get(word()) {
                Some(value) => value.clone(),
                None => Value::Builtin(word().to_owned()),
            },
            "STORE_GLOBAL" => {
                variables.insert(word().to_owned(), pop());
                continue;
            }
            "UNARY_OP" => match (word(), pop()) {
                ("not", value) => Value::Bool(!value.is_true()),
                ("-", value) => Value::Int(-value.int().expect("a number")),
                (_, value) => Value::Int(!value.int().expect("a number")),
            },
            "BINARY_OP" => {
                let (right, left) = (pop(), pop());
                // TODO: is a += b the same as a = a + b, for everything that can be added?
                binary(word().trim_end_matches('='), &left, &right)
            }
            "COMPARE_OP" => {
                let (right, left) = (pop(), pop());
                Value::Bool(compare(word(), &left, &right))
            }
            "BUILD_TUPLE" => Value::Tuple(stack.split_off(stack.len() - count()).into()),
            "BINARY_SUBSCR" => {
                let (index, container) = (pop(), pop());
                subscript(&container, &index)
            }
            "FORMAT" if word() == "repr" => Value::Str(pop().repr().into()),
            "FORMAT" => Value::Str(pop().text().into()),
            "BUILD_STRING" => {
                let parts = stack.split_off(stack.len() - count());
                let texts: Vec<String> = parts.iter().map(Value::text).collect();
                Value::Str(texts.concat().into())
            }
            "CALL" => {
                let args = stack.split_off(stack.len() - count());
                let called = stack.pop().expect("what is called");
                call(&called, &args)
            }
            "RETURN_VALUE" => return pop(),
            // TODO: the other instructions. And what if there is none of that name?
            other => panic!("the instruction {other} is not there yet"),
        };
        stack.push(value);
    }
}

fn main() {
    let text = io::read_to_string(io::stdin()).expect("the input is text");
    // TODO: what if this is no program?
    let document = json::parse(&text).expect("a document");
    let codes = document.get("codes").and_then(Json::list).expect("codes");
    run(&codes[0], &mut HashMap::new());
}
