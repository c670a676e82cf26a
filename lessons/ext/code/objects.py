"""What a million numbers take, as objects and as numbers."""

import array
import sys

numbers = [float(number) for number in range(1_000_000)]
packed = array.array("d", numbers)
print("list and floats:", (sys.getsizeof(numbers) + sum(map(sys.getsizeof, numbers))) // 1_000_000)
print("array:", sys.getsizeof(packed) // 1_000_000)
