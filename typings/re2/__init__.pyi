from collections.abc import Mapping

class error(Exception): ...  # noqa: N801 - the library's name

class Options:
    max_mem: int
    log_errors: bool
    case_sensitive: bool

class _Match:
    def groups(self) -> tuple[str | None, ...]: ...
    def groupdict(self) -> dict[str, str | None]: ...

class _Regexp:
    groups: int
    groupindex: Mapping[str, int]
    def search(self, text: str) -> _Match | None: ...

def compile(pattern: str, options: Options | None = ...) -> _Regexp: ...
