"""Makes docs/reference/models.md from the manifest of local models."""

from collections.abc import Iterator
from typing import Final

from offhook.speech.model_files import Model, ModelFile, load_manifest

KINDS: Final = {"git-lfs": "its Git LFS id", "git": "its Git object id", "sha256": "SHA-256"}


def page() -> Iterator[str]:
    """The page, line by line."""
    yield "# Local models\n"
    yield "Fetched by `./offhook models fetch`, never part of a package. Size and SHA-256 of each file stand in"
    yield "[models.toml](../../src/offhook/speech/models.toml) and decide; where the bytes came from does not. The"
    yield "default voice, hibari, comes inside its package and is held by the [locks](../../requirements).\n"
    yield "A *witness* is somebody else who says that these bytes are the publisher's, by a digest of their own. A test"
    yield "computes each from the file. What it means: [supply chain](../howto/supply-chain.md#models).\n"
    for name, model in load_manifest().items():
        yield from _model(name, model)


def _model(name: str, model: Model) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"{model.title}: {model.purpose}. {model.licence}, {model.size / 1e6:.1f} MB.\n"
    for file in model.files:
        yield f"`{file.name}`, {file.size:,} bytes, SHA-256 `{file.sha256}`\n"
        yield from _sources(file)
        for witness in file.witnesses:
            same = "the same" if witness.digest == file.sha256 else f"`{witness.digest}`"
            yield f"- witness: {witness.where}, {witness.seen}: {KINDS[witness.kind]}, {same}"
        if file.weights is not None:
            weights = file.weights
            yield f"- made of: {weights.where}, {weights.seen}: SHA-256 `{weights.sha256}`; the numbers are the same"
            yield "  but for the rounding to 8 bits (`python -m scripts.same_weights` compares them)"
        yield ""


def _sources(file: ModelFile) -> Iterator[str]:
    for source in file.sources:
        if source.url:
            yield f"- publisher: <{source.url}>"
        else:
            first, *more = (member.partition(":")[0] for member in source.package)
            yield f"- registry: `{first}`" + (f" and {len(more)} more of its kind" if more else "")
