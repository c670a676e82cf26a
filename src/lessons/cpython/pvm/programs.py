"""The programs of each check: first one of each kind, by itself, and then several in a row."""

from chance import Chance
from data import COMPREHENSIONS, CONTAINERS, INTEGERS
from errors import RAISES
from flow import BRANCHES, LOOPS, STRAIGHT
from functions import CALLS, CLOSURES, DEEP

# By check: its recipes, and how many programs beside one of each.
KINDS = {
    "runs-straight-lines": (STRAIGHT, 7),
    "branches": (BRANCHES, 8),
    "loops": (LOOPS, 9),
    "calls": (CALLS, 9),
    "closes-over": (CLOSURES, 9),
    "builds-containers": (CONTAINERS, 9),
    "comprehends": (COMPREHENSIONS, 10),
    "raises": (RAISES, 13),
    "keeps-integers-exact": (INTEGERS, 7),
    "stands-deep-recursion": (DEEP, 4),
}


def programs(kind, seed):
    """The programs of a check, the small ones first: texts without end would do as well."""
    recipes, more = KINDS[kind]
    chance = Chance(f"{kind} {seed}")
    for recipe in recipes:
        yield recipe(chance)
    for index in range(more):
        if index % 2:
            yield chance.one_of(recipes)(chance)
        else:
            yield "".join(recipe(chance) for recipe in chance.several(recipes, 2))
