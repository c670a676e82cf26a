"""Builds the shim of the lesson's battery, and puts it between a module and Python."""

import platform

if platform.machine() != "x86_64":
    print(json.dumps({"why_not": "what watches the calls has been written for x86-64 only"}))
    sys.exit()
sys.path.insert(0, os.path.abspath("battery"))


def watch(module):
    """The shim, which sees the calls of this module from now on; ends the helper if there is none."""
    from pathlib import Path

    import shim
    import toolchain

    watcher = None
    try:
        watcher = shim.Shim(str(toolchain.build_shim(Path.cwd())))
    except (OSError, toolchain.Failed) as error:
        lines = str(error).strip().splitlines() or ["cc says nothing"]
        why_not = "what watches the calls cannot be built: " + lines[-1]
    else:
        if watcher.patch(os.path.realpath(module.__file__)) > 0:
            return watcher
        why_not = "the module's calls cannot be watched"
    print(json.dumps({"why_not": why_not}))
    sys.exit()
