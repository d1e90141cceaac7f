"""Writes the bill of materials of a release: every package of the locks and every model, with hashes and licences.

CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), through its own library, and held against its own schema before it
is written. `make sbom` runs it. The same locks give the same file, but for the time.
"""

import argparse
import datetime
import hashlib
import tomllib
import uuid
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from itertools import chain
from pathlib import Path
from typing import Final

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from offhook import __version__
from offhook.speech.model_files import Model, load_manifest
from scripts.licences import licence_of
from scripts.lockfile import FOLDER, ROOT, SHIPPED, Pin, pins

REPOSITORY: Final = "pkg:pypi/offhook"


def make(at: datetime.datetime) -> Bom:
    """The bill of what is installed: the base, the extras and the local models."""
    locks = {lock: pins(lock) for lock in SHIPPED}
    shipped = pins(*SHIPPED)
    packages = {name: _package(pin, [lock for lock in locks if name in locks[lock]]) for name, pin in shipped.items()}
    models = [_model(name, model) for name, model in load_manifest().items()]
    ours = Component(
        name="offhook", version=__version__, type=ComponentType.APPLICATION, bom_ref=f"{REPOSITORY}@{__version__}",
        licenses=[LicenseExpression("Apache-2.0")], purl=PackageURL("pypi", name="offhook", version=__version__),
    )  # fmt: skip
    bom = Bom(components=[*packages.values(), *models], serial_number=_serial())
    bom.metadata.timestamp, bom.metadata.component = at, ours
    bom.register_dependency(ours, [packages[name] for name in sorted(_wanted_by_us())])
    for name, component in packages.items():
        bom.register_dependency(component, [packages[other] for other in _wanted_by(name) if other in packages])
    return bom


def as_json(bom: Bom) -> str:
    """The bill's text."""
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def checked(text: str) -> str:
    """The same text. Raises `ValueError` when it does not fit the schema."""
    if (error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)) is not None:
        raise ValueError(f"this is no bill of materials: {error}")
    return text


def _serial() -> uuid.UUID:
    """The same for the same locks and models."""
    texts = [(FOLDER / f"{lock}.lock").read_bytes() for lock in SHIPPED]
    texts.append((ROOT / "src/offhook/speech/models.toml").read_bytes())
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{REPOSITORY}@{__version__}#{hashlib.sha256(b''.join(texts)).hexdigest()}")


def _package(pin: Pin, locks: list[str]) -> Component:
    purl = PackageURL("pypi", name=pin.name, version=pin.version)
    # A version is many files, one for each platform: the hashes are theirs, and not of the package as such.
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION, url=XsUri(purl.to_string()),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in pin.hashes],
    )  # fmt: skip
    properties = [Property(name="offhook:lock", value=lock) for lock in locks]
    if pin.marker:
        properties.append(Property(name="offhook:marker", value=pin.marker))
    return Component(
        name=pin.name, version=pin.version, type=ComponentType.LIBRARY, bom_ref=purl.to_string(), purl=purl,
        scope=ComponentScope.REQUIRED if "runtime" in locks else ComponentScope.OPTIONAL,
        licenses=[LicenseExpression(licence_of(pin.name))], external_references=[files], properties=properties,
    )  # fmt: skip


def _model(name: str, model: Model) -> Component:
    files = [
        Component(
            name=file.name, type=ComponentType.FILE, bom_ref=f"model:{name}/{file.name}",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=file.sha256)],
            external_references=[
                ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(source.url))
                for source in file.sources
                if source.url
            ],
        )
        for file in model.files
    ]  # fmt: skip
    return Component(
        name=name, type=ComponentType.MACHINE_LEARNING_MODEL, bom_ref=f"model:{name}", description=model.title,
        scope=ComponentScope.OPTIONAL, licenses=[LicenseExpression(model.licence)], components=files,
    )  # fmt: skip


def _wanted_by_us() -> set[str]:
    """Names of what Offhook and its extras ask for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    texts = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    return {canonicalize_name(Requirement(text).name) for text in texts}


def _wanted_by(name: str) -> Iterator[str]:
    """Names of what a package asks for, wherever it is installed; nothing for one that is not installed here."""
    try:
        requires = distribution(name).requires or []
    except PackageNotFoundError:
        return
    for text in requires:
        requirement = Requirement(text)
        if "extra ==" not in str(requirement.marker or ""):
            yield canonicalize_name(requirement.name)


def write(folder: Path, at: datetime.datetime) -> Path:
    """Write the bill; where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"offhook-{__version__}.cdx.json"
    path.write_text(checked(as_json(make(at))), "utf-8")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.sbom", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=ROOT / "dist", help="where it is written")
    options = parser.parse_args()
    path = write(options.folder, datetime.datetime.now(datetime.UTC))
    print(f"{path.name}: {len(pins(*SHIPPED))} packages, {len(load_manifest())} models")


if __name__ == "__main__":
    main()
