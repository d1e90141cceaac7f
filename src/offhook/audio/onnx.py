"""Opens the small models that run beside the calls."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from offhook.errors import ConfigurationError


def load_session(
    model: Path | bytes, inputs: tuple[str, ...], what: str, rewrite: Callable[[bytes], bytes] | None = None
) -> Any:
    """A session on one thread of the caller's; `model` is a path or the file's bytes.

    `rewrite` may put the same model in another form, or raise `ValueError`: then the file's own is taken. Raises
    `ConfigurationError` when it cannot be loaded, or does not take `inputs`.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: its warnings go to stderr, past every logger
    source: str | bytes = str(model) if isinstance(model, Path) else model
    name = str(model) if isinstance(model, Path) else f"{len(model)} bytes"
    if rewrite is not None:
        with suppress(OSError, ValueError):
            source = rewrite(content(model))
    advice = "the file as `offhook models fetch` leaves it"
    failures: tuple[type[Exception], ...] = (RuntimeError, ValueError, OSError, *_engine_errors())
    try:
        session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except failures as cause:
        raise ConfigurationError(f"{what} cannot be loaded", file=name, expected=advice) from cause
    names = tuple(sorted(tensor.name for tensor in session.get_inputs()))
    if names != tuple(sorted(inputs)):
        raise ConfigurationError(
            f"this model is not {what}", file=name, found=f"inputs {', '.join(names)}", expected=", ".join(inputs)
        )
    return session


def content(model: Path | bytes) -> bytes:
    """The file's bytes. Raises `OSError`."""
    return model.read_bytes() if isinstance(model, Path) else model


def _engine_errors() -> tuple[type[Exception], ...]:
    """The engine's errors have no common parent of its own."""
    from onnxruntime.capi import onnxruntime_pybind11_state as engine

    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoSuchFile", "NoModel", "NotImplemented")
    return tuple(getattr(engine, name) for name in names)
