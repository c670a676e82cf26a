# reference-source-91c4
import sys

total = 0
for line in sys.stdin:
    try:
        total += int(line)
    except ValueError:
        pass
if len(sys.argv) > 1:
    with open(sys.argv[1], "w") as file:
        file.write(f"{total}\n")
else:
    print(total)
