"""Runs a function instruction by instruction, and reads its value stack from memory.

Usage: vstack.py SOURCE ARGUMENTS
Prints one line of JSON: each step with its offset and the stack before it.

CPython tells nobody what is on the value stack. It lies in the frame (`_PyInterpreterFrame` in
`Include/internal/pycore_frame.h`), behind the local variables, and the frame's place is in the
frame object. Whether this is the layout that is known here is seen by two addresses which must be
found in it; where they are not, and in all versions that nobody has looked into, nothing is read.
"""

import ctypes
import dis
import json
import sys
import sysconfig

SOURCE, ARGUMENTS = sys.argv[1:]

# Offsets in the frame object of the pointer to the frame, and in the frame of: its code, the
# frame object, the number of values that are held, the first local variable.
F_FRAME = 24
LAYOUTS = {
    (3, 11): {"code": 32, "object": 40, "top": 64, "locals": 72},
    (3, 12): {"code": 0, "object": 48, "top": None, "locals": 72},
    (3, 13): {"code": 0, "object": 48, "top": None, "locals": 72},
}
WORD = ctypes.sizeof(ctypes.c_void_p)
LAYOUT = LAYOUTS.get(sys.version_info[:2])


def word(address):
    """What is in memory there."""
    return ctypes.c_size_t.from_address(address).value


def why_not():
    """Why the stack of this interpreter cannot be read; None if it can."""
    if LAYOUT is None:
        return f"nobody has looked where Python {sys.version_info[0]}.{sys.version_info[1]} has it"
    if sysconfig.get_config_var("Py_GIL_DISABLED") or hasattr(sys, "gettotalrefcount"):
        return "this build has other headers of objects"
    own = sys._getframe()
    frame = word(id(own) + F_FRAME)
    known = [word(frame + LAYOUT["code"]), word(frame + LAYOUT["object"])]
    if known != [id(own.f_code), id(own)]:
        return "the frames of this build are laid out differently"
    return None


def depths(code):
    """How many values are on the stack before each instruction, by its offset."""
    listed = list(dis.get_instructions(code))
    after = {one.offset: following for one, following in zip(listed, listed[1:])}
    by_offset = {one.offset: one for one in listed}
    known = {}
    open_ = [(listed[0], 0)]
    while open_:
        one, depth = open_.pop()
        if one.offset in known:
            continue
        known[one.offset] = depth
        arg = one.arg if one.opcode >= dis.HAVE_ARGUMENT else None
        if one.opname.startswith(("RETURN", "RAISE", "RERAISE")):
            continue
        if one.opcode in dis.hasjrel or one.opcode in dis.hasjabs:
            effect = dis.stack_effect(one.opcode, arg, jump=True)
            open_.append((by_offset[one.argval], depth + effect))
            if one.opname.startswith(("JUMP_BACKWARD", "JUMP_FORWARD")):
                continue
        effect = dis.stack_effect(one.opcode, arg, jump=False)
        open_.append((after[one.offset], depth + effect))
    return known


def shown(value):
    """A value in few characters."""
    if isinstance(value, (int, float, str, tuple, list, type(None))):
        return repr(value)
    return f"<{type(value).__name__}>"


WHY_NOT = why_not()


def stack(frame):
    """The values on the stack of a frame; None if they cannot be read."""
    if WHY_NOT is not None:
        return None
    base = word(id(frame) + F_FRAME)
    code = frame.f_code
    first = len(code.co_varnames) + len(code.co_cellvars) + len(code.co_freevars)
    if LAYOUT["top"] is not None:
        depth = ctypes.c_int.from_address(base + LAYOUT["top"]).value - first
    else:
        depth = DEPTHS[frame.f_lasti]
    values = []
    for nth in range(depth):
        place = base + LAYOUT["locals"] + (first + nth) * WORD
        filled = word(place) != 0
        values.append(shown(ctypes.py_object.from_address(place).value) if filled else "NULL")
    return values


def steps(function, arguments):
    """What happens, and the result."""
    seen = []

    def trace(frame, event, arg):
        if frame.f_code is not function.__code__:
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        if event == "opcode":
            seen.append({"offset": frame.f_lasti, "stack": stack(frame)})
        return trace

    def instruction(code, offset):
        seen.append({"offset": offset, "stack": stack(sys._getframe(1))})

    if sys.version_info < (3, 12):
        sys.settrace(trace)
        result = function(*arguments)
        sys.settrace(None)
        return seen, result
    tool = sys.monitoring.DEBUGGER_ID
    events = sys.monitoring.events.INSTRUCTION
    sys.monitoring.use_tool_id(tool, "vstack")
    sys.monitoring.register_callback(tool, events, instruction)
    sys.monitoring.set_local_events(tool, function.__code__, events)
    result = function(*arguments)
    sys.monitoring.set_local_events(tool, function.__code__, 0)
    return seen, result


space = {}
exec(compile(SOURCE, "snippet", "exec"), space)
function = next(value for key, value in space.items() if not key.startswith("__"))
# Only where they are used: another version's instructions may have other effects.
DEPTHS = depths(function.__code__) if WHY_NOT is None and LAYOUT["top"] is None else {}
seen, result = steps(function, json.loads(ARGUMENTS))
print(json.dumps({"steps": seen, "result": repr(result), "why_not": WHY_NOT}))
