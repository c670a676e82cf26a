//! The loop: frames in a vector, so that no recursion of the program's is one of ours.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Write;
use std::rc::Rc;

use crate::code::{Code, Name, Op};
use crate::ops::{self, BUILTINS, Outcome, error};
use crate::value::{Cell, Error, Function, Kind, Value};

/// Frames, as CPython has it.
const LIMIT: usize = 1000;

struct Frame<'a> {
    code: &'a Code,
    at: usize,
    stack: Vec<Value>,
    locals: HashMap<Name, Value>,
    cells: HashMap<Name, Cell>,
}

impl<'a> Frame<'a> {
    fn new(code: &'a Code, closure: &[Value]) -> Self {
        let new = code
            .cells
            .iter()
            .map(|name| (Rc::clone(name), Cell::default()));
        let given = code
            .free
            .iter()
            .zip(closure)
            .filter_map(|(name, value)| match value {
                Value::Cell(cell) => Some((Rc::clone(name), Rc::clone(cell))),
                _ => None,
            });
        Self {
            code,
            at: 0,
            stack: Vec::new(),
            locals: HashMap::new(),
            cells: new.chain(given).collect(),
        }
    }

    /// The loader has made sure that it is there.
    fn pop(&mut self) -> Value {
        self.stack.pop().expect("the code was verified")
    }

    fn take(&mut self, n: usize) -> Vec<Value> {
        self.stack.split_off(self.stack.len() - n)
    }

    fn peek(&mut self, n: usize) -> &Value {
        &self.stack[self.stack.len() - n]
    }
}

pub struct Machine<'a, W> {
    codes: &'a [Code],
    out: W,
    globals: HashMap<Name, Value>,
    frames: Vec<Frame<'a>>,
    handled: Option<Rc<Error>>,
}

impl<'a, W: Write> Machine<'a, W> {
    pub fn new(codes: &'a [Code], out: W) -> Self {
        Self {
            codes,
            out,
            globals: HashMap::new(),
            frames: vec![Frame::new(&codes[0], &[])],
            handled: None,
        }
    }

    /// Runs to the end.
    ///
    /// # Errors
    /// The exception that nobody caught.
    pub fn run(&mut self) -> Outcome<()> {
        while let Some(frame) = self.frames.last_mut() {
            let op = &frame.code.ops[frame.at];
            frame.at += 1;
            if let Err(raised) = self.step(op) {
                self.catch(raised)?;
            }
        }
        Ok(())
    }

    pub fn flush(&mut self) {
        // Whoever does not read what comes out does not miss it.
        let _ = self.out.flush();
    }

    /// Goes on at the handler, in whichever frame there is one.
    fn catch(&mut self, raised: Rc<Error>) -> Outcome<()> {
        while let Some(frame) = self.frames.last_mut() {
            let at = frame.at - 1;
            let mut handlers = frame.code.handlers.iter();
            if let Some([_, _, target, depth]) =
                handlers.find(|[from, to, ..]| (*from..*to).contains(&at))
            {
                frame.stack.truncate(*depth);
                frame.stack.push(Value::Error(raised));
                frame.at = *target;
                return Ok(());
            }
            self.frames.pop();
        }
        Err(raised)
    }

    fn step(&mut self, op: &'a Op) -> Outcome<()> {
        let frame = self
            .frames
            .last_mut()
            .expect("there is a frame while it runs");
        let value = match op {
            Op::LoadConst(value) => value.clone(),
            Op::Copy(n) => frame.peek(*n).clone(),
            Op::LoadLocal(name) => match frame.locals.get(name) {
                Some(value) => value.clone(),
                None => return error("UnboundLocalError", format!("{name} has no value")),
            },
            Op::LoadGlobal(name) => match self.globals.get(name) {
                Some(value) => value.clone(),
                None => named(name)?,
            },
            Op::LoadCell(name) => {
                match frame.cells.get(name).and_then(|cell| cell.borrow().clone()) {
                    Some(value) => value,
                    None => {
                        let own = frame.code.cells.contains(name);
                        let kind = if own {
                            "UnboundLocalError"
                        } else {
                            "NameError"
                        };
                        return error(kind, format!("{name} has no value"));
                    }
                }
            }
            Op::PushCell(name) => Value::Cell(Rc::clone(&frame.cells[name])),
            Op::Unary(how) => ops::unary(how, &frame.pop())?,
            Op::Binary(how, in_place) => {
                let right = frame.pop();
                ops::binary(how, *in_place, &frame.pop(), &right)?
            }
            Op::Compare(how) => {
                let right = frame.pop();
                ops::compare(how, &frame.pop(), &right)?
            }
            Op::GetIter => Value::Iter(Rc::new(RefCell::new(ops::iterator(&frame.pop())?))),
            Op::ForIter(target) => {
                let next = match frame.peek(1) {
                    Value::Iter(iter) => iter.borrow_mut().next(),
                    _ => return error("TypeError", "what is iterated is no iterator"),
                };
                match next {
                    Some(value) => value,
                    None => {
                        frame.pop();
                        frame.at = *target;
                        return Ok(());
                    }
                }
            }
            Op::BuildList(n) => Value::list(frame.take(*n)),
            Op::BuildTuple(n) => Value::from(frame.take(*n)),
            Op::BuildMap(n) => {
                let parts = frame.take(2 * n);
                dict(
                    parts
                        .chunks(2)
                        .map(|pair| (pair[0].clone(), pair[1].clone())),
                )?
            }
            Op::BuildConstKeyMap(n) => {
                let keys = ops::collected(&frame.pop())?;
                dict(keys.into_iter().zip(frame.take(*n)))?
            }
            Op::BuildSlice(n) => {
                let mut parts = frame.take(*n);
                parts.resize(3, Value::None);
                Value::Slice(Rc::new(parts.try_into().expect("there are three")))
            }
            Op::BuildString(n) => {
                let texts: Vec<String> = frame.take(*n).iter().map(Value::text).collect();
                Value::from(texts.concat())
            }
            Op::Format(false) => Value::from(frame.pop().text()),
            Op::Format(true) => Value::from(frame.pop().repr()),
            Op::BinarySubscr => {
                let by = frame.pop();
                ops::subscript(&frame.pop(), &by)?
            }
            Op::LoadAttr(name) => ops::attribute(frame.pop(), name)?,
            Op::MakeFunction { defaults, closure } => {
                let Value::Code(code) = frame.pop() else {
                    return error("TypeError", "a function is made of code");
                };
                let mut tuple = |is_there: bool| match is_there.then(|| frame.pop()) {
                    Some(Value::Tuple(parts)) => parts,
                    _ => Rc::from([]),
                };
                let closure = tuple(*closure);
                let defaults = tuple(*defaults);
                Value::Function(Rc::new(Function {
                    code,
                    closure,
                    defaults,
                }))
            }
            Op::CheckExcMatch => {
                let kind = frame.pop();
                Value::Bool(matches(frame.peek(1), &kind))
            }
            _ => return self.other(op),
        };
        frame.stack.push(value);
        Ok(())
    }

    /// The instructions that leave no value, or not one.
    fn other(&mut self, op: &'a Op) -> Outcome<()> {
        let frame = self
            .frames
            .last_mut()
            .expect("there is a frame while it runs");
        match op {
            Op::PopTop => {
                frame.pop();
            }
            Op::Swap(n) => {
                let top = frame.stack.len() - 1;
                frame.stack.swap(top, top + 1 - n);
            }
            Op::StoreLocal(name) => {
                let value = frame.pop();
                frame.locals.insert(Rc::clone(name), value);
            }
            Op::DeleteLocal(name) => {
                if frame.locals.remove(name).is_none() {
                    return error("UnboundLocalError", format!("{name} has no value"));
                }
            }
            Op::StoreGlobal(name) => {
                let value = frame.pop();
                self.globals.insert(Rc::clone(name), value);
            }
            Op::DeleteGlobal(name) => {
                if self.globals.remove(name).is_none() {
                    return error("NameError", format!("{name} is not defined"));
                }
            }
            Op::StoreCell(name) => {
                let value = frame.pop();
                *frame.cells[name].borrow_mut() = Some(value);
            }
            Op::Jump(target) => frame.at = *target,
            Op::PopJumpIf(wanted, target) => {
                if frame.pop().is_true() == *wanted {
                    frame.at = *target;
                }
            }
            Op::ListAppend(n) => {
                let value = frame.pop();
                ops::method(frame.peek(*n), "append", &[value])?;
            }
            Op::ListExtend(n) => {
                let value = frame.pop();
                ops::binary("+", true, frame.peek(*n), &value)?;
            }
            Op::MapAdd(n) => {
                let value = frame.pop();
                let key = frame.pop();
                ops::store(frame.peek(*n), key, value)?;
            }
            Op::StoreSubscr => {
                let by = frame.pop();
                let of = frame.pop();
                let value = frame.pop();
                ops::store(&of, by, value)?;
            }
            Op::DeleteSubscr => {
                let by = frame.pop();
                ops::delete(&frame.pop(), &by)?;
            }
            Op::UnpackSequence(n) => {
                let values = ops::collected(&frame.pop())?;
                if values.len() != *n {
                    let found = values.len();
                    return error(
                        "ValueError",
                        format!("{n} values are to be unpacked, not {found}"),
                    );
                }
                frame.stack.extend(values.into_iter().rev());
            }
            Op::UnpackEx(before, after) => {
                let mut values = ops::collected(&frame.pop())?;
                if values.len() < before + after {
                    return error("ValueError", "too few values to unpack");
                }
                let last = values.split_off(values.len() - after);
                let middle = values.split_off(*before);
                frame.stack.extend(last.into_iter().rev());
                frame.stack.push(Value::list(middle));
                frame.stack.extend(values.into_iter().rev());
            }
            Op::Call(n) => {
                let args = frame.take(*n);
                let called = frame.pop();
                return self.call(called, args, &[]);
            }
            Op::CallKw(n) => {
                let names = ops::collected(&frame.pop())?;
                let args = frame.take(*n);
                let called = frame.pop();
                return self.call(called, args, &names);
            }
            Op::ReturnValue => {
                let value = frame.pop();
                self.frames.pop();
                if let Some(caller) = self.frames.last_mut() {
                    caller.stack.push(value);
                }
            }
            Op::Raise(0) => {
                return match &self.handled {
                    Some(handled) => Err(Rc::clone(handled)),
                    None => error("RuntimeError", "there is nothing to raise again"),
                };
            }
            Op::Raise(_) => {
                return match frame.pop() {
                    Value::Error(raised) => Err(raised),
                    Value::Kind(kind) => Err(Rc::new(Error {
                        kind,
                        args: Vec::new(),
                    })),
                    _ => error("TypeError", "what is raised is no exception"),
                };
            }
            Op::Reraise => {
                if let Value::Error(raised) = frame.pop() {
                    return Err(raised);
                }
            }
            Op::PushExcInfo => {
                let raised = frame.pop();
                let before = self.handled.take().map_or(Value::None, Value::Error);
                if let Value::Error(raised) = &raised {
                    self.handled = Some(Rc::clone(raised));
                }
                frame.stack.extend([before, raised]);
            }
            Op::PopExcept => {
                self.handled = match frame.pop() {
                    Value::Error(before) => Some(before),
                    _ => None,
                };
            }
            _ => {}
        }
        Ok(())
    }

    /// Calls something; the last arguments have these names.
    fn call(&mut self, called: Value, args: Vec<Value>, names: &[Value]) -> Outcome<()> {
        let result = match called {
            Value::Function(function) => {
                let frame = bound(&self.codes[function.code], &function, args, names)?;
                if self.frames.len() >= LIMIT {
                    return error("RecursionError", "maximum recursion depth exceeded");
                }
                self.frames.push(frame);
                return Ok(());
            }
            Value::Builtin("print") => {
                let texts: Vec<String> = args.iter().map(Value::text).collect();
                // As in flush.
                let _ = writeln!(self.out, "{}", texts.join(" "));
                Value::None
            }
            Value::Builtin(name) => ops::builtin(name, &args)?,
            Value::Method(of, name) => ops::method(&of, name, &args)?,
            Value::Kind(kind) => Value::Error(Rc::new(Error { kind, args })),
            other => {
                return error(
                    "TypeError",
                    format!("{} is not callable", other.type_name()),
                );
            }
        };
        self.frames
            .last_mut()
            .expect("somebody has called")
            .stack
            .push(result);
        Ok(())
    }
}

/// What a global name means if no global variable has it.
fn named(name: &str) -> Outcome<Value> {
    if let Some(kind) = Kind::named(name) {
        return Ok(Value::Kind(kind));
    }
    match BUILTINS.iter().find(|own| **own == name) {
        Some(own) => Ok(Value::Builtin(own)),
        None => error("NameError", format!("{name} is not defined")),
    }
}

fn dict(pairs: impl Iterator<Item = (Value, Value)>) -> Outcome<Value> {
    let dict = Rc::default();
    for (key, value) in pairs {
        ops::insert(&dict, key, value)?;
    }
    Ok(Value::Dict(dict))
}

fn matches(error: &Value, kind: &Value) -> bool {
    match (error, kind) {
        (Value::Error(error), Value::Kind(kind)) => error.kind.is_a(*kind),
        (_, Value::Tuple(kinds)) => kinds.iter().any(|kind| matches(error, kind)),
        _ => false,
    }
}

/// The frame in which each parameter has its argument.
fn bound<'a>(
    code: &'a Code,
    function: &Function,
    mut args: Vec<Value>,
    names: &[Value],
) -> Outcome<Frame<'a>> {
    let named = args.split_off(args.len() - names.len());
    let mut values: Vec<Option<Value>> = args.into_iter().map(Some).collect();
    if values.len() > code.parameters.len() {
        let (name, most) = (&code.name, code.parameters.len());
        return error(
            "TypeError",
            format!("{name} takes {most} arguments, not {}", values.len()),
        );
    }
    values.resize(code.parameters.len(), None);
    for (name, value) in names.iter().zip(named) {
        let name = name.text();
        let at = code.parameters.iter().position(|own| **own == *name);
        match at.and_then(|at| values.get_mut(at)) {
            Some(place @ None) => *place = Some(value),
            _ => {
                return error(
                    "TypeError",
                    format!("{} has no place for {name}", code.name),
                );
            }
        }
    }
    // Defaults are those of the last parameters.
    for (value, default) in values.iter_mut().rev().zip(function.defaults.iter().rev()) {
        value.get_or_insert_with(|| default.clone());
    }
    let mut frame = Frame::new(code, &function.closure);
    for (name, value) in code.parameters.iter().zip(values) {
        match (value, frame.cells.get(name)) {
            (None, _) => return error("TypeError", format!("{} lacks {name}", code.name)),
            (value, Some(cell)) => *cell.borrow_mut() = value,
            (Some(value), None) => {
                frame.locals.insert(Rc::clone(name), value);
            }
        }
    }
    Ok(frame)
}
