"""What a function with a finally becomes, and that its value may be replaced."""

import dis


# ANCHOR: function
def first(items):
    try:
        return items[0]
    except IndexError:
        return None
    finally:
        items.clear()
# ANCHOR_END: function


# ANCHOR: swallow
def swallow():
    try:
        raise ValueError("lost")
    finally:
        return "found"
# ANCHOR_END: swallow


if __name__ == "__main__":
    items = [7]
    print(first(items), items, first([]), swallow())
    dis.dis(first)
