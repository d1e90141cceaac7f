"""`offhook` whose calls leave their files and nothing in the database: what the record costs is seen beside it."""

from offhook.call.records.port import Records
from offhook.cli.main import main
from offhook.platform.records import CallRecords


def _files_alone(self: CallRecords, inner: Records) -> Records:
    del self
    return inner


if __name__ == "__main__":
    CallRecords.over = _files_alone  # type: ignore[method-assign, assignment]
    main()
