from collections.abc import Iterator, Mapping

class error(Exception): ...  # noqa: N801 - the library's name

class Options:
    max_mem: int
    log_errors: bool
    case_sensitive: bool
    never_capture: bool

class _Match:
    def groups(self) -> tuple[str | None, ...]: ...
    def __getitem__(self, group: int | str) -> str | None: ...
    def groupdict(self) -> dict[str, str | None]: ...
    def span(self, group: int = ...) -> tuple[int, int]: ...

class _Regexp:
    groups: int
    groupindex: Mapping[str, int]
    def search(self, text: str) -> _Match | None: ...
    def finditer(self, text: str) -> Iterator[_Match]: ...

class Set:
    @classmethod
    def SearchSet(cls, options: Options) -> Set: ...  # noqa: N802 - the library's names
    def Add(self, pattern: str) -> None: ...  # noqa: N802
    def Compile(self) -> None: ...  # noqa: N802
    def Match(self, text: str) -> list[int]: ...  # noqa: N802

def compile(pattern: str, options: Options | None = ...) -> _Regexp: ...
def escape(text: str) -> str: ...
