//! Tokens as a module: directives, variables and functions.

mod body;
mod variables;

use super::lex::{Located, Token, tokens};
use super::{
    Function, Init, Loc, Module, Number, Operand, ParseError, Signature, StateSpace, Type, Var,
};

/// Parses a PTX module.
///
/// # Errors
///
/// The first thing that is no PTX, with its line.
pub fn parse(text: &str) -> Result<Module<'_>, ParseError> {
    let tokens = tokens(text)?;
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
    };
    let mut module = Module::default();
    while parser.at < tokens.len() {
        parser.top_level(&mut module)?;
    }
    Ok(module)
}

struct Parser<'t, 'a> {
    tokens: &'t [Located<'a>],
    at: usize,
}

impl<'a> Parser<'_, 'a> {
    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at).map(|located| &located.token)
    }

    fn peek_after(&self, more: usize) -> Option<&Token<'a>> {
        self.tokens
            .get(self.at + more)
            .map(|located| &located.token)
    }

    fn line(&self) -> u32 {
        let last = self.tokens.last();
        self.tokens
            .get(self.at)
            .or(last)
            .map_or(1, |located| located.line)
    }

    fn error<T>(&self, what: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError {
            line: self.line(),
            what: what.into(),
        })
    }

    fn is_at(&self, mark: u8) -> bool {
        self.peek() == Some(&Token::Mark(mark))
    }

    fn eat(&mut self, mark: u8) -> bool {
        let found = self.is_at(mark);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, mark: u8) -> Result<(), ParseError> {
        match self.eat(mark) {
            true => Ok(()),
            false => self.error(format!("'{}' is missing", char::from(mark))),
        }
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(&Token::Word(word));
        self.at += usize::from(found);
        found
    }

    fn word(&mut self) -> Result<&'a str, ParseError> {
        match self.peek() {
            Some(&Token::Word(word)) => {
                self.at += 1;
                Ok(word)
            }
            _ => self.error("a name is missing"),
        }
    }

    /// An integer that may have a sign, as 64 bits of two's complement.
    fn integer(&mut self) -> Result<u64, ParseError> {
        let is_negative = self.eat(b'-');
        match self.peek() {
            Some(&Token::Number(Number::Int(n))) => {
                self.at += 1;
                Ok(if is_negative { n.wrapping_neg() } else { n })
            }
            _ => self.error("a number is missing"),
        }
    }

    fn small(&mut self) -> Result<u32, ParseError> {
        let n = self.integer()?;
        u32::try_from(n).or_else(|_| self.error(format!("{n} is too large")))
    }

    fn top_level(&mut self, module: &mut Module<'a>) -> Result<(), ParseError> {
        match self.peek() {
            Some(&Token::Word(word)) => match word {
                ".version" | ".address_size" => {
                    self.at += 2;
                    Ok(())
                }
                ".target" => {
                    self.at += 1;
                    module.target = self.word()?;
                    while self.eat(b',') {
                        self.word()?;
                    }
                    Ok(())
                }
                ".file" => self.file(module),
                ".section" => self.section(),
                ".pragma" | ".alias" => self.skip_statement(),
                _ if word.starts_with('.') => self.definition(module),
                _ => self.error(format!("{word} is no directive")),
            },
            Some(Token::Mark(b';')) => {
                self.at += 1;
                Ok(())
            }
            _ => self.error("a directive is missing"),
        }
    }

    fn skip_statement(&mut self) -> Result<(), ParseError> {
        while let Some(token) = self.peek() {
            let is_end = *token == Token::Mark(b';');
            self.at += 1;
            if is_end {
                return Ok(());
            }
        }
        self.error("';' is missing")
    }

    /// `.file 1 "kernel.cu"`, with time and size in old style.
    fn file(&mut self, module: &mut Module<'a>) -> Result<(), ParseError> {
        self.at += 1;
        let number = self.small()?;
        let Some(&Token::Text(name)) = self.peek() else {
            return self.error("a file's name is missing");
        };
        self.at += 1;
        module.files.insert(number, name.to_owned());
        while self.eat(b',') {
            self.integer()?;
        }
        Ok(())
    }

    /// `.section .debug_str { ... }`: nothing of ours.
    fn section(&mut self) -> Result<(), ParseError> {
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            match token {
                Token::Mark(b'{') => depth += 1,
                Token::Mark(b'}') if depth <= 1 => {
                    self.at += 1;
                    return Ok(());
                }
                Token::Mark(b'}') => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        self.error("a section does not end")
    }

    /// A variable or function with what stands before it.
    fn definition(&mut self, module: &mut Module<'a>) -> Result<(), ParseError> {
        let mut is_extern = false;
        loop {
            match self.peek() {
                Some(&Token::Word(word)) => match word {
                    ".extern" => is_extern = true,
                    ".visible" | ".weak" | ".common" => {}
                    ".entry" | ".func" => {
                        let function = self.function(word == ".entry")?;
                        module.functions.push(function);
                        return Ok(());
                    }
                    ".global" | ".const" | ".shared" | ".local" | ".param" => {
                        for var in self.variables(is_extern)? {
                            module.variables.push(var);
                        }
                        return Ok(());
                    }
                    _ => return self.error(format!("{word} is no directive")),
                },
                _ => return self.error("a directive is missing"),
            }
            self.at += 1;
        }
    }

    fn function(&mut self, is_entry: bool) -> Result<Function<'a>, ParseError> {
        let line = self.line();
        self.at += 1;
        // .func .noreturn (..) name
        let mut signature = Signature::default();
        self.attributes()?;
        if self.is_at(b'(') {
            signature.returns = self.parameters()?;
        }
        self.attributes()?;
        let name = self.word()?;
        if self.is_at(b'(') {
            signature.params = self.parameters()?;
        }
        let mut function = Function {
            name,
            is_entry,
            signature,
            max_threads: None,
            required_threads: None,
            body: None,
            line,
        };
        loop {
            match self.peek() {
                Some(Token::Mark(b';')) => {
                    self.at += 1;
                    return Ok(function);
                }
                Some(Token::Mark(b'{')) => {
                    function.body = Some(self.body()?);
                    return Ok(function);
                }
                Some(&Token::Word(word)) if word.starts_with('.') => {
                    self.at += 1;
                    let extents = self.extents()?;
                    match word {
                        ".maxntid" => function.max_threads = Some(extents),
                        ".reqntid" => function.required_threads = Some(extents),
                        _ => {}
                    }
                }
                // A declaration without semicolon, before the next directive or at the end.
                None => return Ok(function),
                _ => return self.error(format!("{name} has neither body nor end")),
            }
        }
    }

    /// The numbers of a performance directive, and texts of a pragma; 1 where there are fewer.
    fn extents(&mut self) -> Result<[u32; 3], ParseError> {
        let mut extents = [1; 3];
        for extent in &mut extents {
            match self.peek() {
                Some(Token::Number(_)) => *extent = self.small()?,
                Some(Token::Text(_)) => self.at += 1,
                _ => break,
            }
            if !self.eat(b',') {
                break;
            }
        }
        // .pragma "nounroll"; ends as a statement does.
        if self.is_at(b';')
            && self
                .peek_after(1)
                .is_some_and(|next| *next == Token::Mark(b'{'))
        {
            self.at += 1;
        }
        Ok(extents)
    }

    /// `.noreturn`, `.attribute(..)`, `.unified` and the like.
    fn attributes(&mut self) -> Result<(), ParseError> {
        loop {
            if self.eat_word(".attribute") {
                self.expect(b'(')?;
                while !self.eat(b')') {
                    if self.peek().is_none() {
                        return self.error("')' is missing");
                    }
                    self.at += 1;
                }
            } else if !self.eat_word(".noreturn") {
                return Ok(());
            }
        }
    }

    fn parameters(&mut self) -> Result<Vec<Var<'a>>, ParseError> {
        self.expect(b'(')?;
        let mut params = Vec::new();
        while !self.eat(b')') {
            if !params.is_empty() {
                self.expect(b',')?;
            }
            if self.eat_word(".reg") {
                let ty = self.ty()?;
                let name = self.word()?;
                return self.error(format!("{name}: a parameter in a register of type {ty:?}"));
            }
            params.push(self.variable(false)?);
        }
        Ok(params)
    }

    fn ty(&mut self) -> Result<Type, ParseError> {
        let word = self.word()?;
        let ty = word.strip_prefix('.').and_then(Type::named);
        ty.map_or_else(|| self.error(format!("{word} is no type")), Ok)
    }
}

#[cfg(test)]
mod tests;
