"""An exception on its way: which handlers, in which order, and what it remembers."""


# ANCHOR: raising
def reads(table, key):
    try:
        return 100 // table[key]
    except KeyError as error:
        raise LookupError(f"no {key}") from error
    finally:
        print("done with", key)


for key in ["a", "b", "c"]:
    try:
        print(reads({"a": 5, "b": 0}, key))
    except (LookupError, ZeroDivisionError) as error:
        print(type(error).__name__, error, "from", type(error.__cause__).__name__)
# ANCHOR_END: raising
