"""How arguments find their parameters."""


# ANCHOR: binding
def call(a, b=2, *rest, c=3, **others):
    return a, b, rest, c, others


print(call(1), call(1, 5, 6, 7, c=8, d=9))
for wrong in ["call()", "call(1, a=2)", "(lambda a, /: a)(a=1)", "(lambda: 0)(1)"]:
    try:
        eval(wrong)
    except TypeError as error:
        print(error)
# ANCHOR_END: binding


# ANCHOR: default
def gather(item, items=[]):
    items.append(item)
    return items


print(gather(1), gather(2))
# ANCHOR_END: default
