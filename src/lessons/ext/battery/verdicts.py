"""What matrix.py makes of facts, check by check: failed because of these facts, or not.

The judges of the lab are elsewhere and in another language; this is what they were tried out with, and
the shortest statement of which facts count. Each function yields the reasons for which a check fails.
"""

SERIOUS = {
    "-Wimplicit-function-declaration", "-Wimplicit-int", "-Wint-conversion", "-Wincompatible-pointer-types", "-Wreturn-type",
    "-Wuninitialized", "-Wformat=", "-Warray-bounds", "-Wstringop-overflow=", "-Wreturn-local-addr", "-Wuse-after-free",
    "-Wmismatched-dealloc", "-Wfree-nonheap-object",
}
# Of what the interpreter says when a function breaks the rule "a value, or an exception".
BROKEN_RULE = ("without setting an exception", "with an exception set")
# What the debugging allocator says when it is called without the GIL; that is a check of its own.
NO_GIL = "without holding the GIL"


def judge(check: str, facts: list[dict], build: dict | None = None) -> list[str]:
    """Why the check fails; nothing if it passes."""
    deaths = [f for f in facts if f["fact"] == "died" and (check == "needs-no-gil-it-gave-up" or NO_GIL not in f["said"])]
    return list(JUDGES[check](facts, build)) + [f"dies: {f.get('signal', f.get('status', 'stuck'))} at {f['case']} {said(f)}" for f in deaths]


def said(fact: dict) -> str:
    return fact["said"].strip().splitlines()[0][:100] if fact["said"].strip() else ""


def of(facts, *kinds):
    return (f for f in facts if f["fact"] in kinds)


def kinds(facts) -> dict:
    return {f["case"]: f["kind"] for f in of(facts, "case")}


def breaks_rule(fact) -> bool:
    return fact.get("type") == "SystemError" and any(part in fact["message"] for part in BROKEN_RULE)


def builds(facts, build):
    for warning in build["warnings"]:
        if warning["option"] in SERIOUS:
            yield f"warning {warning['option']} {warning['file']}:{warning['line']}"
    for fact in of(facts, "shared-object"):
        for library in fact["needed"]:
            if library.startswith("libpython"):
                yield f"needs {library}"
        if len(fact["init"]) > 1:
            yield f"exports {fact['init']}"
    for fact in of(facts, "import-failed"):
        yield f"cannot be imported: {fact['message']}"


def computes(facts, build):
    for fact in of(facts, "outcome"):
        if not fact["agrees"]:
            yield f"{fact['call'][:60]}: {fact.get('value', fact['type'])[:40]}, not {fact['want'].get('value')}"


def refuses(facts, build):
    kind = kinds(facts)
    for fact in of(facts, "outcome"):
        if breaks_rule(fact):
            continue  # raises-or-returns
        if not fact.get("refuses") and (kind[fact["case"]] == "refused" or not fact["agrees"]):
            yield f"{fact['call']}: {fact.get('value', fact['type'])[:40]}"


def bounds(facts, build):
    yield from computes(facts, build)


def sanitized(facts, build):
    for fact in of(facts, "sanitizer"):
        if fact["tool"] != "tsan" or any(frame["file"] in [f.split("/")[-1] for f in build["files"]] for frame in fact["frames"]):
            yield f"{fact['tool']}: {fact['kind'][:80]}"


def grows(rounds, least) -> bool:
    return sum(change >= least for change in rounds) >= len(rounds) - 1


def keeps(facts, build):
    for fact in of(facts, "loop"):
        if grows(fact["blocks"], 0.9 * fact["calls"] / len(fact["blocks"])):
            yield f"{fact['call']}: blocks {fact['blocks']}"
        for canary in fact["canaries"]:
            if canary["change"] >= 0.8 * fact["calls"] and not canary["is_immortal"]:
                yield f"{fact['call']}: {canary['what']} {canary['change']:+}"
        if fact["resized"] and fact["resized"]["outcome"] == "raised":
            yield f"{fact['call']}: buffer still exported"


def gives_away(facts, build):
    for fact in of(facts, "loop"):
        for canary in fact["canaries"]:
            if canary["change"] <= -0.8 * fact["calls"] and not canary["is_immortal"]:
                yield f"{fact['call']}: {canary['what']} {canary['change']:+}"


def memory(facts, build):
    for fact in of(facts, "memory"):
        if grows(fact["bytes"], 8 * fact["calls"]):
            yield f"{fact['call']}: bytes {fact['bytes']}"


def survives(facts, build):
    for fact in of(facts, "outcome"):
        if not fact["failed"]:
            continue
        where = f"{fact['call']} with {fact['failed'].get('function')} failing"
        if breaks_rule(fact) or fact.get("type") == "SystemError":
            yield f"{where}: {fact['message'][:60]}"
        if fact["outcome"] == "returned" and not fact["agrees"]:
            yield f"{where}: returns {fact['value'][:30]}"
        if grows(fact["blocks"], 0.9 * fact["calls"] / len(fact["blocks"])):
            yield f"{where}: blocks {fact['blocks']}"
        if fact["resized"] and fact["resized"]["outcome"] == "raised":
            yield f"{where}: buffer still exported"
        for canary in fact["canaries"]:
            if abs(canary["change"]) >= 0.8 * fact["calls"]:
                yield f"{where}: {canary['what']} {canary['change']:+}"


def raises(facts, build):
    for fact in of(facts, "api"):
        yield f"{fact['call']}: {fact['function']} with an exception pending"
    for fact in of(facts, "outcome"):
        if breaks_rule(fact):
            yield f"{fact['call']}: {fact['message'][:60]}"
        if not fact.get("is_the_same", True):
            yield f"{fact['call']}: the exception is not the one raised"


def no_gil(facts, build):
    for fact in of(facts, "api"):
        yield f"{fact['call']}: {fact['function']} without the GIL"


def releases(facts, build):
    for fact in of(facts, "share"):
        if fact["process_released_ns"] < 0.9 * fact["process_ns"]:
            yield f"{fact['process_released_ns'] / fact['process_ns']:.0%}"


def shares(facts, build):
    for fact in of(facts, "outcome"):
        if not fact["agrees"] and not fact.get("agrees_after"):
            yield f"{fact['call']} {fact.get('meanwhile', '')}: {fact.get('value', fact['type'])[:40]}"


def signals(facts, build):
    for fact in of(facts, "interrupted"):
        if fact.get("type") != "KeyboardInterrupt" or fact["processor_ns"] > 400_000_000:
            yield f"{fact['type']} after {fact['processor_ns']}"


# Labs whose handout asks for initialisation in two phases, and for objects of each interpreter's own.
TWO_PHASES = {"refcount-clinic"}


def imports(facts, build):
    asked = facts[0]["lab"] in TWO_PHASES
    for fact in of(facts, "init"):
        if asked and fact["phases"] == 1:
            yield "initialises in one phase"
    for fact in of(facts, "import"):
        where = fact.get("where")
        if not where:
            continue
        if where == "again" and fact["outcome"] == "raised":
            if "ImportError" in fact["bases"]:
                continue
            yield f"again: {fact['type']} {fact['message']}"
        if asked and fact["shared_objects"]:
            yield f"{where}: shares {fact['shared_objects']}"
        for one in fact.get("own_errors", ()):
            if asked and not one["is_own"]:
                yield f"{where}: {one['call']} raises another module's exception"
        for came in (fact.get("works") or []) + fact["works_first"]:
            if not came["agrees"]:
                yield f"{where}: {came['call']}: {came.get('value', came.get('message'))}"
        if where != "again":
            error = fact["error"]
            if error and "ImportError" not in error[2]:
                yield f"{where}: {error[:2]}"
            if not error and fact["values"] != fact["want"]:
                yield f"{where}: {fact['values'] or fact['problem']}"


JUDGES = {
    "builds": builds,
    "computes": computes,
    "refuses-bad-arguments": refuses,
    "stays-in-bounds": bounds,
    "stays-in-bounds@asan": sanitized,
    "keeps-no-reference": keeps,
    "gives-no-reference-away": gives_away,
    "leaks-no-memory": memory,
    "survives-failing-calls": survives,
    "raises-or-returns": raises,
    "needs-no-gil-it-gave-up": no_gil,
    "releases-the-gil": releases,
    "shares-safely": shares,
    "shares-safely@asan": sanitized,
    "shares-safely@tsan": sanitized,
    "answers-signals": signals,
    "imports-anywhere": imports,
}


def handles(facts, build):
    for fact in of(facts, "story"):
        change = fact["change"]
        for name in ("stashes", "cursors", "values", "double_closes", "double_frees", "stale_uses", "orphans"):
            if change[name]:
                yield f"{fact['title']}: {name} {change[name]:+}"
        if not fact["agrees"]:
            yield f"{fact['title']}: {fact.get('value', fact.get('type'))}, not {fact['want']}"
        if fact["unraisable"]:
            yield f"{fact['title']}: {fact['unraisable']}"
    for fact in of(facts, "exit"):
        counts = fact["counts"]
        if fact["status"] != 0 or not counts or any(counts[name] for name in ("stashes", "cursors", "values", "double_closes", "double_frees", "stale_uses", "orphans")):
            yield f"{fact['title']}: status {fact['status']} {counts} {fact['said'][-200:]}"
        elif fact["value"] != fact["want_value"]:
            yield f"{fact['title']}: {fact['value']}"


def callbacks(facts, build):
    for fact in of(facts, "story"):
        if not fact["agrees"]:
            yield f"{fact['title']}: {fact.get('value', fact.get('type'))}, not {fact['want']}"
        if fact["unraisable"]:
            yield f"{fact['title']}: {fact['unraisable']}"
    for fact in of(facts, "said"):
        yield f"standard error: {fact['text'][:200]}"


def prototypes(facts, build):
    for fact in of(facts, "prototype"):
        if not fact["arguments_agree"]:
            yield f"{fact['name']}: {fact['arguments'] and [one['type'] for one in fact['arguments']]}, not {[one['type'] for one in fact['want']['arguments']]}"
        if not fact["result_agrees"]:
            yield f"{fact['name']}: returns {fact['result']['type']}, not {fact['want']['result']['type']}"


JUDGES |= {"frees-handles": handles, "keeps-callbacks-alive": callbacks, "declares-prototypes": prototypes}
