import sys

total = 0
for line in sys.stdin:
    if not line.strip().isdigit():
        break
    total += int(line)
if len(sys.argv) > 1:
    with open(sys.argv[1], "w") as file:
        file.write(f"{total}\n")
else:
    print(total)
