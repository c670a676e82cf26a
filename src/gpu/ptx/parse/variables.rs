//! Variables: state space, alignment, type, extents, initial values.

use super::{Init, Operand, ParseError, Parser, StateSpace, Token, Type, Var};

/// A variable may have this many bytes at most.
const MAX_VARIABLE: u64 = 1 << 32;

impl<'a> Parser<'_, 'a> {
    /// `.shared .align 4 .b8 a[16], b;`
    pub(super) fn variables(&mut self, is_extern: bool) -> Result<Vec<Var<'a>>, ParseError> {
        let first = self.variable(is_extern)?;
        let mut found = vec![first];
        while self.eat(b',') {
            let mut next = found[0].clone();
            next.init.clear();
            self.declarator(&mut next)?;
            found.push(next);
        }
        self.expect(b';')?;
        Ok(found)
    }

    pub(super) fn variable(&mut self, is_extern: bool) -> Result<Var<'a>, ParseError> {
        let space = match self.word()? {
            ".global" => StateSpace::Global,
            ".const" => StateSpace::Const,
            ".shared" => StateSpace::Shared,
            ".local" => StateSpace::Local,
            ".param" => StateSpace::Param,
            other => return self.error(format!("{other} is no state space of variables")),
        };
        let mut align = None;
        let mut lanes = 1;
        let ty = loop {
            let word = self.word()?;
            match word {
                ".align" => align = Some(self.integer()?),
                ".attribute" => {
                    self.at -= 1;
                    self.attributes()?;
                }
                ".v2" => lanes = 2,
                ".v4" => lanes = 4,
                ".texref" | ".samplerref" | ".surfref" => {
                    return self.error(format!("{word}: textures are not supported"));
                }
                _ => match word.strip_prefix('.').and_then(Type::named) {
                    Some(ty) => break ty,
                    None => return self.error(format!("{word} is no type")),
                },
            }
        };
        // A parameter's .ptr .global .align 4.
        if self.eat_word(".ptr") {
            while let Some(&Token::Word(word)) = self.peek() {
                if !word.starts_with('.') {
                    break;
                }
                self.at += 1;
                if word == ".align" {
                    self.integer()?;
                }
            }
        }
        let align = align.unwrap_or(ty.bytes() * lanes);
        if !align.is_power_of_two() || align > 1 << 16 {
            return self.error(format!("an alignment of {align}"));
        }
        let mut var = Var {
            space,
            align,
            ty,
            name: "",
            bytes: ty.bytes() * lanes,
            is_array: false,
            init: Vec::new(),
            is_extern,
        };
        self.declarator(&mut var)?;
        Ok(var)
    }

    fn declarator(&mut self, var: &mut Var<'a>) -> Result<(), ParseError> {
        var.name = self.word()?;
        if self.is_at(b'[') {
            var.is_array = true;
        }
        while self.eat(b'[') {
            let extent = match self.is_at(b']') {
                true => 0,
                false => self.integer()?,
            };
            self.expect(b']')?;
            let bytes = var.bytes.checked_mul(extent);
            let Some(bytes) = bytes.filter(|bytes| *bytes <= MAX_VARIABLE) else {
                return self.error(format!("{} is too large", var.name));
            };
            var.bytes = bytes;
        }
        if self.eat(b'=') {
            self.initialiser(&mut var.init, 0)?;
            if var.bytes == 0 {
                // x[] = {1, 2}: as long as what it begins with.
                var.bytes = var.ty.bytes() * var.init.len() as u64;
            }
        }
        Ok(())
    }

    fn initialiser(&mut self, init: &mut Vec<Init<'a>>, depth: u32) -> Result<(), ParseError> {
        if depth > 8 {
            return self.error("an initialiser that is nested too deeply");
        }
        if self.eat(b'{') {
            while !self.eat(b'}') {
                self.initialiser(init, depth + 1)?;
                self.eat(b',');
            }
            return Ok(());
        }
        match self.operand()? {
            Operand::Number(number) => init.push(Init::Number(number)),
            Operand::Name("generic") => {
                self.expect(b'(')?;
                let name = self.word()?;
                self.expect(b')')?;
                let offset = self.offset()?;
                init.push(Init::Address { name, offset });
            }
            Operand::Name(name) => init.push(Init::Address { name, offset: 0 }),
            Operand::Offset { name, offset } => init.push(Init::Address { name, offset }),
            _ => return self.error("an initial value that is no number and no address"),
        }
        Ok(())
    }
}
