"""Shows each instruction of an expression with the depth of the stack after it."""

import dis
import sys

code = compile(sys.argv[1], "example", "eval")
depth = 0
for instruction in dis.get_instructions(code):
    argument = instruction.arg if instruction.opcode >= dis.HAVE_ARGUMENT else None
    depth += dis.stack_effect(instruction.opcode, argument, jump=False)
    print(f"{instruction.opname:24} {instruction.argrepr:8} {depth}")
