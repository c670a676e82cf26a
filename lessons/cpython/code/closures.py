"""Cells: shared by all functions that were made in one call, and read when they are used."""


# ANCHOR: cells
def counter(start):
    count = start

    def step():
        nonlocal count
        count += 1
        return count

    return step
# ANCHOR_END: cells


one, other = counter(10), counter(20)
print(one(), one(), other())
print(one.__closure__[0].cell_contents, other.__closure__[0].cell_contents)

# ANCHOR: late
late = [lambda: number for number in range(3)]
early = [lambda number=number: number for number in range(3)]
print([call() for call in late], [call() for call in early])
# ANCHOR_END: late


# ANCHOR: unbound
def unbound():
    print(total)
    total = 0
# ANCHOR_END: unbound


try:
    unbound()
except UnboundLocalError as error:
    print(type(error).__name__)
