"""Looks at one array in several ways, and sums each in C."""

import array

from total import total

row = array.array("d", range(10))
for name, view in [
    ("whole", memoryview(row)),
    ("every third", memoryview(row)[::3]),
    ("backwards", memoryview(row)[::-1]),
    ("empty", memoryview(row)[3:3]),
]:
    print(f"{name:11}  shape {view.shape}  strides {view.strides}  total {total(view)}")

for name, wrong in [
    ("bytes", bytes(80)),
    ("integers", array.array("q", range(10))),
    ("two rows", memoryview(bytes(80)).cast("d", (2, 5))),
    ("a list", [1.0, 2.0]),
]:
    try:
        print(name, total(wrong))
    except (TypeError, BufferError) as error:
        print(f"{name}: {type(error).__name__}: {error}")

view = memoryview(row)
try:
    row.append(1.0)
except BufferError as error:
    print(f"BufferError: {error}")
view.release()
row.append(1.0)
