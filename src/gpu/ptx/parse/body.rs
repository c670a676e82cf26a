//! A function's body: statements, instructions, operands.

use super::{Loc, Number, Operand, ParseError, Parser, Token};
use crate::gpu::ptx::{Instruction, Signature, Statement};

/// Braces, vectors and inlining may be nested this deeply.
const MAX_DEPTH: usize = 64;
/// `.reg .b32 %r<N>` with a larger N is no compiler's.
const MAX_REGISTERS: u32 = 1 << 20;

impl<'a> Parser<'_, 'a> {
    pub(super) fn body(&mut self) -> Result<Vec<Statement<'a>>, ParseError> {
        self.expect(b'{')?;
        let mut statements = Vec::new();
        let mut depth = 1;
        while depth > 0 {
            match self.peek() {
                Some(Token::Mark(b'{')) => {
                    self.at += 1;
                    depth += 1;
                    if depth > MAX_DEPTH {
                        return self.error("braces that are nested too deeply");
                    }
                    statements.push(Statement::Open);
                }
                Some(Token::Mark(b'}')) => {
                    self.at += 1;
                    depth -= 1;
                    if depth > 0 {
                        statements.push(Statement::Close);
                    }
                }
                Some(Token::Mark(b';')) => self.at += 1,
                Some(Token::Mark(b'@')) => statements.push(self.instruction()?),
                Some(&Token::Word(word)) => self.statement(word, &mut statements)?,
                Some(_) => return self.error("a statement is missing"),
                None => return self.error("a body does not end"),
            }
        }
        Ok(statements)
    }

    fn statement(
        &mut self,
        word: &'a str,
        statements: &mut Vec<Statement<'a>>,
    ) -> Result<(), ParseError> {
        if self.peek_after(1) == Some(&Token::Mark(b':')) {
            self.at += 2;
            if self.eat_word(".branchtargets") {
                let mut targets = vec![self.word()?];
                while self.eat(b',') {
                    targets.push(self.word()?);
                }
                self.expect(b';')?;
                statements.push(Statement::Targets(word, targets));
            } else if self.eat_word(".callprototype") {
                let prototype = self.prototype()?;
                statements.push(Statement::Prototype(word, prototype));
            } else {
                statements.push(Statement::Label(word));
            }
            return Ok(());
        }
        match word {
            ".loc" => {
                self.at += 1;
                let loc = self.loc(0)?;
                statements.push(Statement::Loc(loc));
            }
            ".reg" => statements.push(self.registers()?),
            ".param" | ".local" | ".shared" | ".global" | ".const" => {
                for var in self.variables(false)? {
                    statements.push(Statement::Variable(var));
                }
            }
            ".pragma" => self.skip_statement()?,
            _ if word.starts_with('.') => {
                return self.error(format!("{word} is no directive of a body"));
            }
            _ => statements.push(self.instruction()?),
        }
        Ok(())
    }

    /// `(.param .b32 _) _ (.param .b64 _);`
    fn prototype(&mut self) -> Result<Signature<'a>, ParseError> {
        let mut signature = Signature::default();
        if self.is_at(b'(') {
            signature.returns = self.parameters()?;
        }
        self.word()?;
        if self.is_at(b'(') {
            signature.params = self.parameters()?;
        }
        self.eat_word(".noreturn");
        self.expect(b';')?;
        Ok(signature)
    }

    /// `1 12 5, function_name $L__info_string0, inlined_at 1 20 3`
    fn loc(&mut self, depth: usize) -> Result<Loc, ParseError> {
        if depth > MAX_DEPTH {
            return self.error("inlining that is nested too deeply");
        }
        let file = self.small()?;
        let line = self.small()?;
        self.small()?;
        let mut inlined_at = None;
        // clang writes "function_name X, inlined_at 1 2 3"; NVRTC has "X+12" for the name.
        while self.is_at(b',') {
            match self.peek_after(1) {
                Some(Token::Word("function_name")) => {
                    self.at += 2;
                    self.word()?;
                    self.offset()?;
                }
                Some(Token::Word("inlined_at")) => {
                    self.at += 2;
                    inlined_at = Some(Box::new(self.loc(depth + 1)?));
                }
                _ => return self.error("a .loc that is more than a place"),
            }
        }
        Ok(Loc {
            file,
            line,
            inlined_at,
        })
    }

    fn registers(&mut self) -> Result<Statement<'a>, ParseError> {
        self.at += 1;
        let ty = self.ty()?;
        let mut names = Vec::new();
        loop {
            let name = self.word()?;
            let mut count = None;
            if self.eat(b'<') {
                let n = self.small()?;
                if n > MAX_REGISTERS {
                    return self.error(format!("{n} registers"));
                }
                count = Some(n);
                self.expect(b'>')?;
            }
            names.push((name, count));
            if !self.eat(b',') {
                break;
            }
        }
        self.expect(b';')?;
        Ok(Statement::Registers { ty, names })
    }

    fn instruction(&mut self) -> Result<Statement<'a>, ParseError> {
        let line = self.line();
        let mut guard = None;
        if self.eat(b'@') {
            let is_negated = self.eat(b'!');
            guard = Some((self.word()?, is_negated));
        }
        let opcode = self.word()?;
        let mut operands = Vec::new();
        while !self.eat(b';') {
            if !operands.is_empty() {
                self.expect(b',')?;
            }
            let mut operand = self.operand()?;
            if self.eat(b'|') {
                operand = Operand::Pair(Box::new((operand, self.operand()?)));
            }
            operands.push(operand);
        }
        Ok(Statement::Instruction(Instruction {
            guard,
            opcode,
            operands,
            line,
        }))
    }

    pub(super) fn operand(&mut self) -> Result<Operand<'a>, ParseError> {
        self.nested_operand(0)
    }

    fn nested_operand(&mut self, depth: usize) -> Result<Operand<'a>, ParseError> {
        if depth > MAX_DEPTH {
            return self.error("operands that are nested too deeply");
        }
        match self.peek() {
            Some(Token::Mark(b'[')) => self.address(),
            Some(Token::Mark(b'{')) => {
                let parts = self.operand_list(b'}', depth)?;
                Ok(Operand::Vector(parts))
            }
            Some(Token::Mark(b'(')) => {
                let parts = self.operand_list(b')', depth)?;
                Ok(Operand::List(parts))
            }
            Some(Token::Mark(b'!')) => {
                self.at += 1;
                Ok(Operand::Not(self.word()?))
            }
            Some(&Token::Word(name)) => {
                self.at += 1;
                match self.offset()? {
                    0 => Ok(Operand::Name(name)),
                    offset => Ok(Operand::Offset { name, offset }),
                }
            }
            Some(Token::Mark(b'-')) => {
                self.at += 1;
                let number = match self.number()? {
                    Number::Int(n) => Number::Int(n.wrapping_neg()),
                    Number::Single(bits) => Number::Single(bits ^ 1 << 31),
                    Number::Double(bits) => Number::Double(bits ^ 1 << 63),
                };
                Ok(Operand::Number(number))
            }
            Some(Token::Mark(b'~')) => {
                self.at += 1;
                match self.number()? {
                    Number::Int(n) => Ok(Operand::Number(Number::Int(!n))),
                    _ => self.error("'~' before what is no integer"),
                }
            }
            _ => Ok(Operand::Number(self.number()?)),
        }
    }

    fn number(&mut self) -> Result<Number, ParseError> {
        match self.peek() {
            Some(&Token::Number(number)) => {
                self.at += 1;
                Ok(number)
            }
            _ => self.error("an operand is missing"),
        }
    }

    fn operand_list(&mut self, end: u8, depth: usize) -> Result<Vec<Operand<'a>>, ParseError> {
        self.at += 1;
        let mut parts = Vec::new();
        while !self.eat(end) {
            if !parts.is_empty() {
                self.expect(b',')?;
            }
            parts.push(self.nested_operand(depth + 1)?);
        }
        Ok(parts)
    }

    /// `+12`, `-4`, `+-8`, or nothing.
    pub(super) fn offset(&mut self) -> Result<i64, ParseError> {
        let is_negative = match self.peek() {
            Some(Token::Mark(b'+')) => false,
            Some(Token::Mark(b'-')) => true,
            _ => return Ok(0),
        };
        self.at += 1;
        let n = self.integer()? as i64;
        Ok(if is_negative { n.wrapping_neg() } else { n })
    }

    fn address(&mut self) -> Result<Operand<'a>, ParseError> {
        self.at += 1;
        let (base, offset) = match self.peek() {
            Some(&Token::Word(base)) => {
                self.at += 1;
                (Some(base), self.offset()?)
            }
            _ => (None, self.integer()? as i64),
        };
        if !self.eat(b']') {
            return self.error("']' is missing");
        }
        Ok(Operand::Address { base, offset })
    }
}
