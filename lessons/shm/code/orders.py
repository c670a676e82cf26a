"""All orders in which two processes can each load, add and store once, and what they make of 0."""

from itertools import combinations

# ANCHOR: orders
for places in combinations(range(4), 2):
    memory, register, done = 0, {}, []
    for at in range(4):
        who = "A" if at in places else "B"
        if who not in register:
            register[who] = memory
            done.append(f"{who} loads {memory}")
        else:
            memory = register[who] + 1
            done.append(f"{who} stores {memory}")
    print(f"{', '.join(done):48} {memory}")
# ANCHOR_END: orders
