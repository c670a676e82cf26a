"""What programs are made of, by chance: the same for the same seed, with every version of Python."""

import random
import textwrap

WORDS = "ant bee cat dog eel fox gnu hen ibis jay kite lark mole newt owl pig rat swan toad yak".split()


class Chance:
    """A source of numbers, words and expressions."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def one_of(self, things):
        return things[self.random.randrange(len(things))]

    def several(self, things, n):
        """n different ones of them, in any order."""
        rest, found = list(things), []
        for _ in range(n):
            found.append(rest.pop(self.random.randrange(len(rest))))
        return found

    def number(self, low=2, high=40):
        return self.random.randrange(low, high + 1)

    def numbers(self, n, low=-9, high=30):
        return [self.number(low, high) for _ in range(n)]

    def word(self):
        return self.one_of(WORDS)

    def words(self, n):
        return self.several(WORDS, n)

    def expression(self, names, depth=3):
        """An expression of integers that raises nothing."""
        if depth == 0 or self.number(0, 9) == 0:
            return self.one_of(list(names) * 2 + [str(self.number(0, 20))])
        left = self.expression(names, depth - 1)
        how = self.one_of(["+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>", "unary"])
        if how == "unary":
            return f"{self.one_of(['-', '~'])}({left})"
        if how in ("//", "%"):
            return f"({left}) {how} {self.one_of(['', '-'])}{self.number(2, 9)}"
        if how in ("<<", ">>"):
            return f"({left}) {how} {self.number(1, 4)}"
        return f"({left}) {how} ({self.expression(names, depth - 1)})"

    def condition(self, names, depth=2):
        """A condition of integers that raises nothing."""
        if depth == 0:
            how = self.one_of(["<", "<=", "==", "!=", ">", ">="])
            return f"{self.one_of(names)} {how} {self.one_of(list(names) + [str(self.number(-3, 9))])}"
        how = self.one_of(["and", "or", "not", "and", "or"])
        left = self.condition(names, depth - 1)
        if how == "not":
            return f"not ({left})"
        return f"({left}) {how} ({self.condition(names, depth - 1)})"


def text(template):
    """A program's text from an indented literal."""
    return textwrap.dedent(template).strip() + "\n"
