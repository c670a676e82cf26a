//! Loading a document: everything is looked at before the first instruction runs.

use std::rc::Rc;

use crate::int::Int;
use crate::json::{self, Json};
use crate::ops::{BINARY, COMPARE, UNARY};
use crate::value::Value;

pub type Name = Rc<str>;

/// An instruction.
#[derive(Debug)]
pub enum Op {
    LoadConst(Value),
    PopTop,
    Copy(usize),
    Swap(usize),
    LoadLocal(Name),
    StoreLocal(Name),
    DeleteLocal(Name),
    LoadGlobal(Name),
    StoreGlobal(Name),
    DeleteGlobal(Name),
    LoadCell(Name),
    StoreCell(Name),
    PushCell(Name),
    Unary(&'static str),
    /// The operator, and whether it is in place.
    Binary(&'static str, bool),
    Compare(&'static str),
    Jump(usize),
    PopJumpIf(bool, usize),
    GetIter,
    ForIter(usize),
    BuildList(usize),
    BuildTuple(usize),
    BuildMap(usize),
    BuildConstKeyMap(usize),
    BuildSlice(usize),
    BuildString(usize),
    /// Whether as repr does it.
    Format(bool),
    ListAppend(usize),
    ListExtend(usize),
    MapAdd(usize),
    BinarySubscr,
    StoreSubscr,
    DeleteSubscr,
    UnpackSequence(usize),
    UnpackEx(usize, usize),
    LoadAttr(Name),
    MakeFunction {
        defaults: bool,
        closure: bool,
    },
    Call(usize),
    CallKw(usize),
    ReturnValue,
    Raise(usize),
    Reraise,
    PushExcInfo,
    PopExcept,
    CheckExcMatch,
}

/// A code object.
#[derive(Debug)]
pub struct Code {
    pub name: String,
    pub parameters: Vec<Name>,
    pub cells: Vec<Name>,
    pub free: Vec<Name>,
    pub ops: Vec<Op>,
    /// From, to, target, depth.
    pub handlers: Vec<[usize; 4]>,
}

/// Reads and checks a document.
pub fn load(text: &str) -> Result<Vec<Code>, String> {
    let document = json::parse(text).ok_or("the input is no JSON")?;
    let parts = document
        .get("codes")
        .and_then(Json::list)
        .ok_or("there are no codes")?;
    if parts.is_empty() {
        return Err("there is no code".to_owned());
    }
    parts.iter().map(|part| code(part, parts.len())).collect()
}

fn code(part: &Json, codes: usize) -> Result<Code, String> {
    let list = |key: &str| {
        part.get(key)
            .and_then(Json::list)
            .ok_or(format!("no {key} in a code"))
    };
    let names = |key: &str| -> Result<Vec<Name>, String> {
        let names = list(key)?.iter().map(|name| name.text().map(Name::from));
        names
            .collect::<Option<_>>()
            .ok_or(format!("{key} are names"))
    };
    let name = part
        .get("name")
        .and_then(Json::text)
        .ok_or("a code without a name")?;
    let instructions = list("instructions")?;
    let mut code = Code {
        name: name.to_owned(),
        parameters: names("parameters")?,
        cells: names("cells")?,
        free: names("free")?,
        ops: Vec::new(),
        handlers: Vec::new(),
    };
    for (at, one) in instructions.iter().enumerate() {
        let op = op(one, &code, instructions.len(), codes);
        code.ops
            .push(op.ok_or_else(|| format!("{name}, {at}: no such instruction: {one:.200?}"))?);
    }
    for handler in list("handlers")? {
        let parts: Option<Vec<usize>> = handler
            .list()
            .and_then(|parts| parts.iter().map(Json::count).collect());
        match parts.and_then(|parts| <[usize; 4]>::try_from(parts).ok()) {
            Some(handler) if handler[2] < code.ops.len() => code.handlers.push(handler),
            _ => return Err(format!("{name}: {handler:.200?} is no handler")),
        }
    }
    verify(&code)?;
    Ok(code)
}

/// None if it makes no sense.
fn op(one: &Json, code: &Code, len: usize, codes: usize) -> Option<Op> {
    let (called, args) = one.list()?.split_first()?;
    let text = |at: usize| args.get(at)?.text();
    let name = |at: usize| text(at).map(Name::from);
    let count = |at: usize| args.get(at)?.count();
    let place = |at: usize| count(at).filter(|n| *n > 0);
    let target = |at: usize| count(at).filter(|target| *target < len);
    let cell =
        |at: usize| name(at).filter(|name| code.cells.contains(name) || code.free.contains(name));
    let of = |known: &'static [&'static str], word: &str| {
        known.iter().find(|own| **own == word).copied()
    };
    let op = match called.text()? {
        "LOAD_CONST" => Op::LoadConst(constant(args.first()?, codes)?),
        "POP_TOP" => Op::PopTop,
        "COPY" => Op::Copy(place(0)?),
        "SWAP" => Op::Swap(place(0)?),
        "LOAD_LOCAL" => Op::LoadLocal(name(0)?),
        "STORE_LOCAL" => Op::StoreLocal(name(0)?),
        "DELETE_LOCAL" => Op::DeleteLocal(name(0)?),
        "LOAD_GLOBAL" => Op::LoadGlobal(name(0)?),
        "STORE_GLOBAL" => Op::StoreGlobal(name(0)?),
        "DELETE_GLOBAL" => Op::DeleteGlobal(name(0)?),
        "LOAD_CELL" => Op::LoadCell(cell(0)?),
        "STORE_CELL" => Op::StoreCell(cell(0)?),
        "PUSH_CELL" => Op::PushCell(cell(0)?),
        "UNARY_OP" => Op::Unary(of(UNARY, text(0)?)?),
        "BINARY_OP" => match text(0)?.strip_suffix('=') {
            Some(word) => Op::Binary(of(BINARY, word)?, true),
            None => Op::Binary(of(BINARY, text(0)?)?, false),
        },
        "COMPARE_OP" => Op::Compare(of(COMPARE, text(0)?)?),
        "JUMP" => Op::Jump(target(0)?),
        "POP_JUMP_IF_TRUE" => Op::PopJumpIf(true, target(0)?),
        "POP_JUMP_IF_FALSE" => Op::PopJumpIf(false, target(0)?),
        "GET_ITER" => Op::GetIter,
        "FOR_ITER" => Op::ForIter(target(0)?),
        "BUILD_LIST" => Op::BuildList(count(0)?),
        "BUILD_TUPLE" => Op::BuildTuple(count(0)?),
        "BUILD_MAP" => Op::BuildMap(count(0)?),
        "BUILD_CONST_KEY_MAP" => Op::BuildConstKeyMap(count(0)?),
        "BUILD_SLICE" => Op::BuildSlice(count(0).filter(|n| [2, 3].contains(n))?),
        "BUILD_STRING" => Op::BuildString(count(0)?),
        "FORMAT" => Op::Format(of(&["str", "repr"], text(0)?)? == "repr"),
        "LIST_APPEND" => Op::ListAppend(place(0)?),
        "LIST_EXTEND" => Op::ListExtend(place(0)?),
        "MAP_ADD" => Op::MapAdd(place(0)?),
        "BINARY_SUBSCR" => Op::BinarySubscr,
        "STORE_SUBSCR" => Op::StoreSubscr,
        "DELETE_SUBSCR" => Op::DeleteSubscr,
        "UNPACK_SEQUENCE" => Op::UnpackSequence(count(0)?),
        "UNPACK_EX" => Op::UnpackEx(count(0)?, count(1)?),
        "LOAD_ATTR" => Op::LoadAttr(name(0)?),
        "MAKE_FUNCTION" => {
            let words: Option<Vec<&str>> = args.first()?.list()?.iter().map(Json::text).collect();
            let words = words?;
            Op::MakeFunction {
                defaults: words.contains(&"defaults"),
                closure: words.contains(&"closure"),
            }
        }
        "CALL" => Op::Call(count(0)?),
        "CALL_KW" => Op::CallKw(count(0)?),
        "RETURN_VALUE" => Op::ReturnValue,
        "RAISE" => Op::Raise(count(0).filter(|n| *n < 2)?),
        "RERAISE" => Op::Reraise,
        "PUSH_EXC_INFO" => Op::PushExcInfo,
        "POP_EXCEPT" => Op::PopExcept,
        "CHECK_EXC_MATCH" => Op::CheckExcMatch,
        _ => return None,
    };
    Some(op)
}

fn constant(value: &Json, codes: usize) -> Option<Value> {
    if let Some(digits) = value.get("int") {
        return Int::parse(digits.text()?).map(Value::from);
    }
    if let Some(parts) = value.get("tuple") {
        let parts = parts.list()?.iter().map(|part| constant(part, codes));
        return parts.collect::<Option<Vec<Value>>>().map(Value::from);
    }
    if let Some(index) = value.get("code") {
        return index
            .count()
            .filter(|index| *index < codes)
            .map(Value::Code);
    }
    match value {
        Json::Null => Some(Value::None),
        Json::Bool(value) => Some(Value::Bool(*value)),
        Json::Text(text) => Some(Value::from(text.as_str())),
        _ => None,
    }
}

impl Op {
    /// How many values it needs on the stack, and how many there are then in their place.
    fn effect(&self) -> (usize, usize) {
        match *self {
            Op::LoadConst(_) | Op::LoadLocal(_) | Op::LoadGlobal(_) => (0, 1),
            Op::LoadCell(_) | Op::PushCell(_) => (0, 1),
            Op::DeleteLocal(_) | Op::DeleteGlobal(_) | Op::Jump(_) => (0, 0),
            Op::PopTop | Op::StoreLocal(_) | Op::StoreGlobal(_) | Op::StoreCell(_) => (1, 0),
            Op::PopJumpIf(..) | Op::ReturnValue | Op::Reraise | Op::PopExcept => (1, 0),
            Op::Unary(_) | Op::GetIter | Op::Format(_) | Op::LoadAttr(_) => (1, 1),
            Op::Binary(..) | Op::Compare(_) | Op::BinarySubscr => (2, 1),
            Op::ForIter(_) | Op::PushExcInfo => (1, 2),
            Op::CheckExcMatch => (2, 2),
            Op::StoreSubscr => (3, 0),
            Op::DeleteSubscr => (2, 0),
            Op::Copy(n) => (n, n.saturating_add(1)),
            Op::Swap(n) => (n, n),
            Op::BuildList(n) | Op::BuildTuple(n) | Op::BuildSlice(n) | Op::BuildString(n) => (n, 1),
            Op::BuildMap(n) => (n.saturating_mul(2), 1),
            Op::BuildConstKeyMap(n) | Op::Call(n) => (n.saturating_add(1), 1),
            Op::CallKw(n) => (n.saturating_add(2), 1),
            Op::ListAppend(n) | Op::ListExtend(n) => (n.saturating_add(1), n),
            Op::MapAdd(n) => (n.saturating_add(2), n),
            Op::UnpackSequence(n) => (1, n),
            Op::UnpackEx(before, after) => (1, before.saturating_add(after).saturating_add(1)),
            Op::MakeFunction { defaults, closure } => {
                (1 + usize::from(defaults) + usize::from(closure), 1)
            }
            Op::Raise(n) => (n, 0),
        }
    }
}

/// Follows the code along all ways, with the depth of the stack: none takes what is not there.
fn verify(code: &Code) -> Result<(), String> {
    let mut depths = vec![None; code.ops.len()];
    let mut todo = vec![(0, 0)];
    while let Some((at, depth)) = todo.pop() {
        let place = |what: &str| Err(format!("{}, {at}: {what}", code.name));
        let Some(op) = code.ops.get(at) else {
            return place("it goes on behind the last instruction");
        };
        match depths[at] {
            Some(known) if known == depth => continue,
            Some(_) => return place("it is reached with stacks of several depths"),
            None => depths[at] = Some(depth),
        }
        let (needs, leaves) = op.effect();
        if depth < needs {
            return place(&format!(
                "{op:.80?} needs {needs} values, and there are {depth}"
            ));
        }
        let handler = code
            .handlers
            .iter()
            .find(|[from, to, ..]| (*from..*to).contains(&at));
        if let Some([_, _, target, kept]) = handler {
            if *kept > depth {
                return place("the handler keeps more than there is");
            }
            todo.push((*target, kept + 1));
        }
        let after = (depth - needs).saturating_add(leaves);
        match op {
            Op::ReturnValue | Op::Raise(_) | Op::Reraise => continue,
            Op::Jump(target) => {
                todo.push((*target, after));
                continue;
            }
            Op::PopJumpIf(_, target) => todo.push((*target, after)),
            Op::ForIter(target) => todo.push((*target, depth - 1)),
            _ => {}
        }
        todo.push((at + 1, after));
    }
    Ok(())
}
