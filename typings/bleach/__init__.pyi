from collections.abc import Iterable, Mapping, Sequence

class Cleaner:
    def __init__(
        self,
        tags: Iterable[str] = ...,
        attributes: Mapping[str, Sequence[str]] = ...,
        protocols: Iterable[str] = ...,
        strip: bool = ...,
        strip_comments: bool = ...,
    ) -> None: ...
    def clean(self, text: str) -> str: ...
