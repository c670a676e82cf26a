import sys

total = 0
for line in sys.stdin:
    pass
print("?")
