"""What may be done where. Each rule keeps one thing in one place, so that it can be seen, tested and changed there."""

import ast

from tests.house.sources import Source, classes, dotted, functions, imported, product, report

BROAD_EXCEPT = {
    "api/idempotency.py": "whatever a route raises, it was not answered: the request may be sent again",
    "call/boundary.py": "around each peer of a call: whatever it raises is that peer's failure, never the call's end",
    "call/records/disk.py": "the one thread that writes for all calls: a fault in one record is no other call's",
    "call/records/watch.py": "the one thread that deletes what must not be kept any longer: a fault costs it a round",
    "platform/deliveries.py": "whatever a stranger's server makes of HTTP and TLS: it was not delivered",
    "platform/meanings.py": "whatever a broken model does to a native library, no record is lost for it",
    "platform/jobs.py": "a fault in one job, or of the library, must not end all durable work",
    "platform/records.py": "the one task that folds all calls: a fault in one record is no other call's",
    "store/migrate.py": "whatever a migration raises, the database is put back as it was",
    "tools/mcp.py": "a protocol's library lets through whatever others raise in it: the server is tried again",
    "call/replay.py": "a fault of the core is what a replay looks for: it is told with the line it happened at",
}
"""Where every exception may be caught, once a file, and why. Everybody else catches by name or takes a boundary."""
PROBES = {
    "agents/load.py": "errors of the system have a reason of their own, errors of the parser have none",
    "agents/turn_taking.py": "pairs of numbers are compared by the names of their fields",
    "audio/onnx.py": "parts of a native library, by name",
    "call/records/masking.py": "the texts of structs, by the names that its table lists",
    "cli/main.py": "commands are imported when they are typed",
    "simulator/events_world.py": "the fields of a struct, by the names that it lists itself",
    "simulator/network.py": "the same check for each of several fields",
    "telephony/counters.py": "counters are listed, and counted up, by the names of their fields",
}
"""Where `getattr` reads a name that the file itself, or the type, lists: never to ask whether it is there."""
CLOCKS = ("time", "datetime", "asyncio.get_event_loop")
CLOCK_FILE = "clock.py"
TASK_OWNERS = (
    "call/", "simulator/", "web/server.py", "cli/", "platform/",
    "speech/fallback.py",  # stand-bys are prepared in the background
    "speech/hedge.py",  # two requests race
    "speech/voice_socket.py",  # sockets outlive the segments that are spoken over them
    "api/stream.py",  # a socket reads, sends and looks who it is for, all at once, and ends all of it with itself
    "api/call_seat.py",  # a person speaks until the call is over, or the other way round
    "web/relay.py",  # media of a call elsewhere are carried for as long as their socket lives
    "live/probe.py",  # a transcriber serves beside who speaks to it
    "tools/mcp.py",  # a session with a server outlives the calls that use it
)  # fmt: skip
TASK_MAKERS = ("create_task", "ensure_future", "TaskGroup")
PURE = ("core/", "audio/")
IMPURE = ("asyncio", "time", "datetime", "random", "logging", "os", "socket", "threading", "subprocess")


def _in(source: Source, places: tuple[str, ...]) -> bool:
    return any(source.module.startswith(place) for place in places)


def test_exceptions_are_caught_by_name() -> None:
    found: dict[str, list[str]] = {}
    for source in product():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
                found.setdefault(source.module, []).append(source.at(node))
    broken = [place for module, places in found.items() for place in places[module in BROAD_EXCEPT :]]
    assert not broken, report(broken, "`except Exception` hides bugs. Each place that needs it stands in BROAD_EXCEPT.")
    gone = sorted(BROAD_EXCEPT.keys() - found.keys())
    assert not gone, report(gone, "Nothing broad is caught there any more: take it out of BROAD_EXCEPT.")


def _is_broad(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(dotted(entry) in ("Exception", "BaseException") for entry in kinds)


def test_clocks_are_read_in_one_file() -> None:
    broken = [
        f"{source.at(node)}: {name}"
        for source in product()
        if source.module != CLOCK_FILE
        for node, name in imported(source.tree)
        if name in ("time", "datetime") or name.startswith(("time.", "datetime."))
    ]
    broken += [
        source.at(node)
        for source in product()
        if source.module not in (CLOCK_FILE, "simulator/virtual.py")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and _is_loop_time(node)
    ]
    assert not broken, report(broken, "Time comes from offhook.clock alone, so that virtual time governs every call.")


def _is_loop_time(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "time" and "loop" in ast.unparse(node.func.value)


def test_the_environment_is_read_in_one_file() -> None:
    broken = [
        f"{source.at(node)}: {dotted(node)}"
        for source in product()
        if source.module != "settings.py"
        for node in ast.walk(source.tree)
        if dotted(node) in ("os.environ", "os.getenv", "os.environb")
    ]
    broken += [
        f"{source.at(node)}: {name}"
        for source in product()
        if source.module != "settings.py"
        for node, name in imported(source.tree)
        if name in ("os.environ", "os.getenv")
    ]
    assert not broken, report(broken, "What a process depends on is in settings.py, and there only.")


def test_tasks_have_an_owner() -> None:
    broken = [
        f"{source.at(node)}: {ast.unparse(node)[:60]}"
        for source in product()
        if not _in(source, TASK_OWNERS)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in TASK_MAKERS
    ]
    reason = "A task that anybody may start outlives its call. Only owners of streams do."
    assert not broken, report(broken, reason)


def test_core_and_audio_are_pure() -> None:
    broken = [
        f"{source.at(node)}: {name}"
        for source in product()
        if _in(source, PURE)
        for node, name in imported(source.tree)
        if name.partition(".")[0] in IMPURE
    ]
    reason = "Same events at the same times give the same commands: no loop, clock, chance, log or system in there."
    assert not broken, report(broken, reason)


def test_randomness_has_a_seed() -> None:
    broken = [
        f"{source.at(node)}: {ast.unparse(node)[:60]}"
        for source in product()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        if (name := dotted(node.func)).startswith("random.") or name == "Random"
        if not (name in ("random.Random", "Random") and node.args) and name != "random.SystemRandom"
    ]
    assert not broken, report(broken, "A run that cannot be repeated cannot be mended: random.Random(seed).")


def test_nothing_waits_by_sleeping() -> None:
    broken = [
        f"{source.at(node)}: {dotted(node.func)}"
        for source in product()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func) in ("time.sleep", "sleep")
    ]
    assert not broken, report(broken, "Who sleeps to wait is late or wrong: wait for the event itself.")


JSON_READERS = ("json.loads", "json.decode", "_DECODER.decode", "raw_decode", "parse_line")
OWN_WORDS = ("simulator/", "speech/model_files.py")
"""Stand-ins, whose peers are ourselves; a file that is ours, and flat."""


def _catches(handler: ast.ExceptHandler) -> set[str]:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
    return {dotted(kind).rpartition(".")[2] for kind in kinds}


def test_json_of_others_may_be_deep() -> None:
    broken = []
    for source in product():
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Try) or _in(source, OWN_WORDS):
                continue
            calls = [dotted(call.func) for part in node.body for call in ast.walk(part) if isinstance(call, ast.Call)]
            caught = set[str]().union(*map(_catches, node.handlers))
            reads = any(name.endswith(JSON_READERS) for name in calls)
            if reads and caught & {"ValueError", "MsgspecError", "DecodeError"} and "RecursionError" not in caught:
                broken.append(source.at(node))
    reason = "Whoever catches what a reader of JSON raises catches RecursionError too: a few thousand brackets do it."
    assert not broken, report(broken, reason)


BYTES_DIGITS = {"api/bounds.py": "a header as it came: of bytes `isdigit` knows the ten digits alone"}


def test_what_is_a_digit_is_a_number() -> None:
    broken = []
    for source in product():
        if source.module in BYTES_DIGITS:
            continue
        for function in functions(source.tree):
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            looked_at = {
                ast.unparse(call.func.value)
                for call in calls
                if isinstance(call.func, ast.Attribute) and call.func.attr == "isdigit"
            }
            read = {ast.unparse(call.args[0]) for call in calls if dotted(call.func) == "int" and call.args}
            broken += [f"{source.at(function)}: {text}" for text in sorted(looked_at & read)]
    assert not broken, report(broken, "`int` raises for a raised two, which is a digit: ask `isdecimal`.")


def test_attributes_are_not_probed() -> None:
    calls = [
        (source, node, dotted(node.func))
        for source in product()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func) in ("hasattr", "getattr")
    ]
    broken = [
        f"{source.at(node)}: {ast.unparse(node)[:60]}"
        for source, node, name in calls
        if name == "hasattr" or source.module not in PROBES
    ]
    assert not broken, report(broken, "A type says what it has; probing is a type that nobody wrote.")
    gone = sorted(PROBES.keys() - {source.module for source, _, _ in calls})
    assert not gone, report(gone, "Nothing is probed there any more: take it out of PROBES.")


def _stored(tree: ast.AST) -> list[ast.Attribute]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)]


def test_private_attributes_are_set_by_their_owner() -> None:
    broken = [
        f"{source.at(node)}: {ast.unparse(node)}"
        for source in product()
        for node in _stored(source.tree)
        if node.attr.startswith("_") and dotted(node.value) not in ("self", "cls")
    ]
    assert not broken, report(broken, "What is private is changed by nobody else: a method says what is wanted.")


def _words(text: str) -> set[str]:
    return {word.lower().rstrip("s") for word in text.replace("_", " ").split()}


def _split_name(name: str) -> str:
    return "".join(f" {letter}" if letter.isupper() else letter for letter in name).replace("_", " ")


FILLER_WORDS = {"", "a", "an", "the", "of", "to", "for", "and", "this", "i", "return", "get", "set", "it"}


def test_public_docstrings_say_something() -> None:
    broken = []
    described = _described()
    for source in product():
        if not ast.get_docstring(source.tree) and source.text.strip():
            broken.append(f"{source.path}: the file says nothing about itself")
        nodes = [*classes(source.tree), *_public_functions(source.tree)]
        for node in nodes:
            if node.name.startswith("_"):
                continue
            written = ast.get_docstring(node)
            if not written and not _needs_none(node) and id(node) not in described:
                broken.append(f"{source.at(node)}: {node.name} has no docstring")
            elif written:
                words = _words("".join(letter if letter.isalnum() else " " for letter in written))
                if not words - _words(_split_name(node.name)) - FILLER_WORDS:
                    broken.append(f"{source.at(node)}: {node.name}'s docstring repeats its name")
    reason = (
        "A docstring tells what the name cannot: shapes, units, errors, bounds. One that repeats the name is noise."
    )
    assert not broken, report(broken, reason)


def _public_functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions of the file and methods of its public classes; not those inside functions, nor of private classes."""
    owners: list[ast.Module | ast.ClassDef] = [tree]
    owners += [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    inner = {id(node) for node in functions(tree)}
    return [
        node
        for owner in owners
        for node in owner.body
        if id(node) in inner and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _described() -> set[int]:
    """Methods without words of their own that a base class of the product describes."""
    every = {node.name: node for source in product() for node in classes(source.tree)}

    def methods(owner: ast.ClassDef) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
        return {node.name: node for node in owner.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}

    def told(name: str, bases: list[ast.expr]) -> bool:
        for base in (every[dotted(base)] for base in bases if dotted(base) in every):
            method = methods(base).get(name)
            if (method is not None and ast.get_docstring(method)) or told(name, base.bases):
                return True
        return False

    return {
        id(method)
        for owner in every.values()
        for name, method in methods(owner).items()
        if name != "__init__" and told(name, owner.bases)
    }


def _needs_none(node: ast.AST) -> bool:
    """What the language describes already: overrides, properties of one line, small enums."""
    if isinstance(node, ast.ClassDef):
        bases = {dotted(base) for base in node.bases}
        return bool(bases & {"StrEnum", "Enum", "IntEnum"})
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    decorators = {dotted(entry) for entry in node.decorator_list}
    return bool(decorators & {"property", "override", "overload"}) and len(node.body) == 1
