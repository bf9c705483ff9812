"""Files in a folder: each is written under a temporary name, made durable, then renamed."""

import os
import tempfile
import time
from pathlib import Path
from typing import BinaryIO, Final

from icons.adapters.files.names import checked
from icons.core import metrics
from icons.domain.errors import SettingsError, Unavailable

_ABANDONED: Final = 3600.0  # seconds; no write takes longer


class DiskFiles:
    """Not obstore: its local store renames without fsync, and a power cut would leave an empty file behind a row."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unfinished = folder / ".unfinished"
        try:
            self._unfinished.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._unfinished):
                pass
            self._remove_unfinished()
        except OSError as error:
            raise SettingsError(
                f"The folder {folder.name} cannot be written ({error.strerror}); give this user write access to it, "
                "or set STORAGE_DIR or STORAGE_URL to one that can."
            ) from error

    @metrics.FILES.labels("put").time()
    def put(self, name: str, data: bytes) -> None:
        """See `Files.put`."""
        path = self._path(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._unfinished)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
            self._sync_folder(path.parent)
        except OSError as error:
            raise Unavailable(f"A file could not be stored: {error.strerror}. Free some space and retry.") from error

    @metrics.FILES.labels("open").time()
    def open(self, name: str) -> BinaryIO:
        """See `Files.open`."""
        return self._path(name).open("rb")

    def exists(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return self._path(name).is_file()

    def delete(self, name: str) -> None:
        """See `Files.delete`."""
        self._path(name).unlink(missing_ok=True)

    def _remove_unfinished(self) -> None:
        """What a killed process was writing. Younger files may be another process's work."""
        for file in self._unfinished.iterdir():
            if file.stat().st_mtime < time.time() - _ABANDONED:
                file.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / checked(name)

    @staticmethod
    def _sync_folder(folder: Path) -> None:
        """Make the rename itself durable."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
